/**
 * A process of its own that opens a store and loads its beliefs, as a Rebalancer does at its start:
 * `node load-beliefs.ts FILE`. Prints the milliseconds, and the memory that the beliefs take.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LiquidityBook } from '../../src/liquidity/liquidity-book.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';

const [file = ''] = process.argv.slice(2);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** Typed arrays lie outside the heap. */
const usedBytes = (): number => {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const book = new LiquidityBook();
const before = usedBytes();
const cpuBefore = process.cpuUsage();
const start = performance.now();
const store = await openSqliteStore(file);
const openMs = performance.now() - start;
await load();
const loadMs = performance.now() - start - openMs;
const { user, system } = process.cpuUsage(cpuBefore);
await store.close();
const bytes = usedBytes() - before;
const corridors = book.state().rows.length;
console.log(JSON.stringify({ openMs, loadMs, cpuMs: (user + system) / 1000, bytes, corridors }));

/** In a frame of its own, which lets go of what was read. */
async function load(): Promise<void> {
  await store.forgetBeliefs({ beforeMs: 0 });
  book.load(await store.beliefs());
}
