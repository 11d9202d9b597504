/**
 * A process of its own that lets a Rebalancer run by itself through simulated days, and prints what is on the heap after
 * each: `node --expose-gc week-of-operation.ts DAYS FILE`, with a file for the store. One line of JSON for each day.
 */
import { getHeapCodeStatistics } from 'node:v8';
import { Rebalancer } from '../../../src/engine/index.ts';
import { mineOnClock } from '../../../src/sim/block-arrivals.ts';
import { generateNetwork } from '../../../src/sim/generator.ts';
import { inProcessNode } from '../../../src/sim/in-process-node.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import { addRoutingNode } from '../../../src/sim/routing-node.ts';
import { Traffic } from '../../../src/sim/traffic.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { makeDigestDeterministic } from '../../simulation/deterministic-digest.ts';
import { sameThreadStore } from './same-thread-store.ts';

export interface DayOfOperation {
  readonly day: number;
  /** Without code: V8 compiles what has proved to be used often, days later too. */
  readonly heapBytes: number;
  /** From the beginning. */
  readonly rounds: number;
  readonly moves: number;
  readonly settledMoves: number;
}

const DAY_MS = 86_400_000;
const HOUR_S = 3600;
const SEED = 5;
const NODES = 40;
const CHANNELS = 10;
const CAPACITY_SAT = 5_000_000n;
const PAYMENTS_PER_DAY = 2500;
/** Less often than by default, for planning takes most of the time that this takes. */
const INTERVAL_MS = 1_800_000;
/** What the simulator remembers of everybody's payments has come to stand still by then. */
const WARM_UP_DAYS = 1;

const [days = Number.NaN, path = ''] = [Number(process.argv[2]), process.argv[3]];
const collect = globalThis.gc;
if (collect === undefined) throw new Error('run it with --expose-gc');
makeDigestDeterministic();

const clock = new VirtualClock();
const network = generateNetwork({ nodes: NODES, seed: SEED, clock });
const policy = { feeBaseMsat: 0n, feeRatePpm: 400, timeLockDelta: 40 };
const ours = addRoutingNode(network, {
  seed: SEED,
  channels: CHANNELS,
  capacitySat: CAPACITY_SAT,
  policy,
});
const random = new SeededRandom(SEED).fork('entropy');
const traffic = new Traffic(network, {
  seed: SEED,
  paymentsPerDay: PAYMENTS_PER_DAY,
  bystanders: [ours],
});
const stop = new AbortController();
const background = Promise.all([
  traffic.run(stop.signal),
  mineOnClock(network, { seed: SEED, signal: stop.signal }),
]);
await clock.advance(WARM_UP_DAYS * DAY_MS);
const store = sameThreadStore(path);
const rebalancer = new Rebalancer({
  node: inProcessNode(network, ours),
  store,
  clock,
  entropy: { bytes: (length) => random.bytes(length) },
  cleanUp: true,
});
const run = rebalancer.run({
  planInThread: false,
  intervalMs: INTERVAL_MS,
  signal: stop.signal,
});
const tally = { rounds: 0, moves: 0, settledMoves: 0 };
const reading = (async () => {
  for await (const event of run) {
    if (event.kind === 'planned') tally.rounds++;
    if (event.kind === 'move_started') tally.moves++;
    if (event.kind === 'move_ended' && event.report.movedMsat > 0n) tally.settledMoves++;
  }
})();
for (let day = 1; day <= days; day++) {
  await clock.advance(DAY_MS);
  // The node's books lie on the disk of a real one.
  network.node(ours).forgetSettled(clock.now() / 1000 - HOUR_S);
  collect();
  collect();
  const code = getHeapCodeStatistics();
  const codeBytes = code.code_and_metadata_size + code.bytecode_and_metadata_size;
  const heapBytes = process.memoryUsage().heapUsed - codeBytes;
  const told: DayOfOperation = { day, heapBytes, ...tally };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
stop.abort();
await clock.advance(DAY_MS / 24);
await Promise.all([reading, run.ended, background]);
await store.close();
