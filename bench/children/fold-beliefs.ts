/**
 * A process of its own that folds observations into beliefs and keeps them in a store, attempt by attempt:
 * `node fold-beliefs.ts FILE OBSERVATIONS CORRIDORS SEED`. Prints the time that an attempt takes to be observed, and to be
 * kept.
 */
import { LiquidityBook } from '../../src/liquidity/liquidity-book.ts';
import type { LiquidityFact } from '../../src/liquidity/liquidity-fact.ts';
import { SeededRandom } from '../../src/sim/random.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { NodeId } from '../../src/units/ids.ts';

/** Facts of an attempt: it carried over four links, and the fifth lacked the amount. */
const LINKS = 5;
const NODES = 15_000;
const START_MS = Date.UTC(2026, 0, 1);
/** Attempts whose rows are handed to the store at once, as when they end at about the same time. */
const TOGETHER = 100;

const [file = '', ...numbers] = process.argv.slice(2);
const [observations = 0, corridors = 0, seed = 0] = numbers.map(Number);
const random = new SeededRandom(seed);
const nodeOf = (n: number): NodeId => `02${n.toString(16).padStart(64, '0')}` as NodeId;

// Both directions of a pair are corridors.
const pairs = new Set<number>();
while (pairs.size < corridors / 2) {
  const [a, b] = [random.below(NODES), random.below(NODES)];
  if (a !== b) pairs.add(Math.min(a, b) * NODES + Math.max(a, b));
}
const ends = [...pairs].map((pair) => [nodeOf(Math.floor(pair / NODES)), nodeOf(pair % NODES)]);

function drawFacts(): LiquidityFact[] {
  const amountMsat = BigInt(1_000 * (10_000 + random.below(1_000_000)));
  return Array.from({ length: LINKS }, (_, i) => {
    const pair = ends[random.below(ends.length)]!;
    const [from, to] = random.chance(0.5) ? pair : pair.toReversed();
    const kind = i === LINKS - 1 ? 'lacked' : 'carried';
    return { kind, from: from!, to: to!, amountMsat };
  });
}

const book = new LiquidityBook();
const store = await openSqliteStore(file);
const attempts = Math.floor(observations / LINKS);
let [observedMs, keptMs] = [0, 0];
for (let first = 0; first < attempts; first += TOGETHER) {
  const drawn = Array.from({ length: Math.min(TOGETHER, attempts - first) }, drawFacts);
  const start = performance.now();
  drawn.forEach((facts, i) => {
    book.observe(facts, { atMs: START_MS + 1000 * (first + i) });
  });
  const observed = performance.now();
  await store.keepBeliefs(book.takeChanged());
  observedMs += observed - start;
  keptMs += performance.now() - observed;
}
const { rows } = await store.beliefs();
await store.close();
console.log(
  JSON.stringify({
    observeUs: (1000 * observedMs) / attempts,
    keepUs: (1000 * keptMs) / attempts,
    rows: rows.length,
  }),
);
