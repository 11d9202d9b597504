/** What it takes to learn from an attempt on a network: bounds of its node pairs, and the model. */
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { LiquidityBook } from '../../src/liquidity/liquidity-book.ts';
import type { LiquidityFact } from '../../src/liquidity/liquidity-fact.ts';
import { SeededRandom } from '../../src/sim/random.ts';

/** As many as a busy node makes in a month. */
const ATTEMPTS = 20_000;
const LINKS = 5;
const START_MS = Date.UTC(2026, 0, 1);
const ATTEMPT_MS = 4_000;

/** Microseconds per attempt of five links, mean over all. */
export function observeUs(snapshot: GraphSnapshot, seed: number): number {
  const random = new SeededRandom(seed).fork('observing');
  const attempts = Array.from({ length: ATTEMPTS }, () => randomFacts(snapshot, random));
  const book = new LiquidityBook();
  const start = performance.now();
  attempts.forEach((facts, i) => {
    book.observe(facts, { atMs: START_MS + i * ATTEMPT_MS, snapshot });
  });
  return (1000 * (performance.now() - start)) / ATTEMPTS;
}

/** A walk through the network: it carried, and the last link lacked the amount. */
function randomFacts(snapshot: GraphSnapshot, random: SeededRandom): LiquidityFact[] {
  const { offsets, outgoing } = snapshot.adjacency;
  const amountMsat = BigInt(1_000 * (10_000 + random.below(1_000_000)));
  const facts: LiquidityFact[] = [];
  let node = snapshot.from(outgoing[random.below(outgoing.length)]!);
  for (let link = 1; link <= LINKS; link++) {
    const [first, end] = [offsets[node]!, offsets[node + 1]!];
    const direction = outgoing[first + random.below(end - first)]!;
    const [from, to] = [snapshot.nodeId(node), snapshot.nodeId(snapshot.to(direction))];
    facts.push({ kind: link < LINKS ? 'carried' : 'lacked', from, to, amountMsat });
    node = snapshot.to(direction);
  }
  return facts;
}
