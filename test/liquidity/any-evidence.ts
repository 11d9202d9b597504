/** Random evidence and corridors, for what must hold of every model. */
import fc from 'fast-check';
import { type Evidence, NO_EVIDENCE } from '../../src/liquidity/evidence.ts';
import type { CorridorQuery, LiquidityModel } from '../../src/liquidity/liquidity-model.ts';
import { NOW_MS } from './lnd-vectors.ts';

const MOST_MSAT = 2e10;
const MOST_AGE_MS = 60 * 86_400_000;

const amount: fc.Arbitrary<number> = fc.integer({ min: 0, max: MOST_MSAT });
const dated: fc.Arbitrary<number> = fc
  .integer({ min: 0, max: MOST_AGE_MS })
  .map((age) => NOW_MS - age);

const anyEvidence: fc.Arbitrary<Evidence> = fc.oneof(
  fc.constant(NO_EVIDENCE),
  fc.record({ lowMsat: amount, lowAtMs: dated }).map((low) => ({ ...NO_EVIDENCE, ...low })),
  fc.record({ highMsat: amount, highAtMs: dated }).map((high) => ({ ...NO_EVIDENCE, ...high })),
  fc
    .record({ one: amount, other: amount, lowAtMs: dated, highAtMs: dated })
    .map(({ one, other, lowAtMs, highAtMs }) => ({
      lowMsat: Math.min(one, other),
      lowAtMs,
      highMsat: Math.max(one, other) + 1,
      highAtMs,
    })),
);

const anyCorridor: fc.Arbitrary<CorridorQuery> = fc
  .record({
    capacitiesSat: fc.array(fc.integer({ min: 1, max: 1e7 }), { minLength: 1, maxLength: 4 }),
    evidence: anyEvidence,
    others: fc.array(anyEvidence, { maxLength: 4 }),
  })
  .map((given) => corridor(given));

/** What a test does not give is unknown. */
export function corridor(given: {
  readonly capacitiesSat: readonly number[];
  readonly evidence?: Evidence;
  readonly others?: readonly Evidence[];
}): CorridorQuery {
  const { capacitiesSat, evidence = NO_EVIDENCE, others = [] } = given;
  return {
    capacitiesMsat: capacitiesSat.map((sat) => sat * 1000),
    leans: capacitiesSat.map(() => 0),
    evidence,
    reverse: NO_EVIDENCE,
    neighbours: () => others,
  };
}

/** From 0 to 1, and never more for a larger amount. */
export function fallsWithAmount(model: LiquidityModel): fc.IPropertyWithHooks<unknown> {
  return fc.property(anyCorridor, amount, amount, (query, one, other) => {
    const [less, more] = [Math.min(one, other), Math.max(one, other)];
    const [likelier, rarer] = [less, more].map((msat) => model.probability(query, msat, NOW_MS));
    return rarer! >= 0 && likelier! <= 1 && rarer! <= likelier! + 1e-12;
  });
}
