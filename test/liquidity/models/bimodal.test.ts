import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Evidence, NO_EVIDENCE } from '../../../src/liquidity/evidence.ts';
import {
  bimodalModel,
  bimodalProbability,
  cannotSendMsat,
  canSendMsat,
} from '../../../src/liquidity/models/bimodal.ts';
import { testSeed } from '../../seeded-random.ts';
import { corridor, fallsWithAmount } from '../any-evidence.ts';
import { NOW_MS, vectorsOf } from '../lnd-vectors.ts';

const failedAt = (highAtMs: number): Evidence => ({ ...NO_EVIDENCE, highMsat: 1, highAtMs });

describe("lnd's vectors", () => {
  interface FormulaInput {
    readonly capacity_msat: number;
    readonly success_amount_msat: number;
    readonly fail_amount_msat: number;
    readonly amount_msat: number;
    readonly scale_msat: number;
  }

  it.each(vectorsOf<FormulaInput, { probability?: number; error?: string }>('bimodal_formula'))(
    '%s',
    (_, { input, expected, tolerance = 0 }) => {
      const probability = bimodalProbability(input.scale_msat, {
        capacityMsat: input.capacity_msat,
        successMsat: input.success_amount_msat,
        failMsat: input.fail_amount_msat,
        amountMsat: input.amount_msat,
      });
      // lnd turns its error into a probability of 0.
      const wanted = expected.error === undefined ? expected.probability! : 0;
      expect(Math.abs(probability - wanted)).toBeLessThanOrEqual(tolerance);
    },
  );

  interface MixInput {
    readonly direct_probability: number;
    readonly direct_result_age_seconds: number;
    readonly node_weight: number;
    readonly decay_seconds: number;
    readonly other_results: readonly ('success' | 'fail')[];
    readonly other_results_age_seconds: number;
  }

  /** Evidence so old that it only dates the pair, and an amount that has the direct probability by itself. */
  function mixOf(input: MixInput): number {
    const model = bimodalModel({
      nodeWeight: input.node_weight,
      decayMs: 1000 * input.decay_seconds,
      // So large a scale makes all balances alike, and the probability a share of the capacity.
      scaleMsat: 1e30,
    });
    const capacitySat = 1_000_000;
    const otherAtMs = NOW_MS - 1000 * input.other_results_age_seconds;
    const query = corridor({
      capacitiesSat: [capacitySat],
      evidence: { ...NO_EVIDENCE, lowAtMs: NOW_MS - 1000 * input.direct_result_age_seconds },
      others: input.other_results.map((result) =>
        result === 'success'
          ? { ...NO_EVIDENCE, lowMsat: 1, lowAtMs: otherAtMs }
          : failedAt(otherAtMs),
      ),
    });
    const amountMsat = (1 - input.direct_probability) * 1000 * capacitySat;
    return model.probability(query, amountMsat, NOW_MS);
  }

  it.each(vectorsOf<MixInput, { probability: number }>('bimodal_node_mix'))('%s', (_, v) => {
    expect(Math.abs(mixOf(v.input) - v.expected.probability)).toBeLessThanOrEqual(v.tolerance);
  });

  interface LocalInput {
    readonly fail_age_seconds: number;
    readonly decay_seconds: number;
  }

  it.each(vectorsOf<LocalInput, { probability: number }>('bimodal_local'))('%s', (_, v) => {
    const model = bimodalModel({ decayMs: 1000 * v.input.decay_seconds });
    const evidence = failedAt(NOW_MS - 1000 * v.input.fail_age_seconds);
    const probability = model.ownProbability(evidence, NOW_MS);
    expect(Math.abs(probability - v.expected.probability)).toBeLessThanOrEqual(v.tolerance);
  });

  interface SendInput {
    readonly success_amount_msat: number;
    readonly fail_amount_msat: number;
    readonly capacity_msat: number;
    readonly age_seconds: number;
    readonly decay_seconds: number;
  }

  const ages = ({ age_seconds, decay_seconds }: SendInput) => ({
    ageMs: 1000 * age_seconds,
    decayMs: 1000 * decay_seconds,
  });

  it.each(vectorsOf<SendInput, { amount_msat: number }>('can_send'))('%s', (_, v) => {
    expect(canSendMsat({ msat: v.input.success_amount_msat, ...ages(v.input) })).toBe(
      v.expected.amount_msat,
    );
  });

  it.each(vectorsOf<SendInput, { amount_msat: number }>('cannot_send'))('%s', (_, v) => {
    const { fail_amount_msat, capacity_msat } = v.input;
    const failed = { msat: fail_amount_msat, capacityMsat: capacity_msat, ...ages(v.input) };
    expect(cannotSendMsat(failed)).toBe(v.expected.amount_msat);
  });
});

describe('the bimodal model', () => {
  const model = bimodalModel();

  it('gives probabilities that fall with the amount', () => {
    fc.assert(fallsWithAmount(model), { seed: testSeed(602), numRuns: 500 });
    fc.assert(fallsWithAmount(bimodalModel({ scaleMsat: 1000 })), { seed: 603, numRuns: 500 });
  });

  it('forgets in the end', () => {
    const fresh = corridor({ capacitiesSat: [1_000_000] });
    const old = corridor({
      capacitiesSat: [1_000_000],
      evidence: { lowMsat: 3e8, lowAtMs: 1, highMsat: 4e8, highAtMs: 1 },
    });
    for (const amountMsat of [1e8, 3.5e8, 9e8]) {
      expect(model.probability(old, amountMsat, 1e15)).toBeCloseTo(
        model.probability(fresh, amountMsat, 1e15),
        6,
      );
    }
  });

  it('is even about the middle, and exact where the exponentials have vanished', () => {
    const half = { capacityMsat: 1e12, successMsat: 0, failMsat: 1e12, amountMsat: 5e11 };
    expect(bimodalProbability(1000, half)).toBeCloseTo(0.5, 12);
    // Far from both ends only the flat term is left, whose mass is the interval's length.
    const within = { capacityMsat: 1e12, successMsat: 4e11, failMsat: 6e11, amountMsat: 4.5e11 };
    expect(bimodalProbability(1000, within)).toBeCloseTo(0.75, 12);
    // So close to the failure that differences of the whole integral would be rounding alone.
    const close = {
      capacityMsat: 1e12,
      successMsat: 6e11 - 4,
      failMsat: 6e11,
      amountMsat: 6e11 - 1,
    };
    expect(bimodalProbability(3e8, close)).toBeCloseTo(0.25, 12);
  });

  it('keeps to the largest of parallel channels', () => {
    const probability = (...capacitiesSat: number[]): number =>
      model.probability(corridor({ capacitiesSat }), 5e8, NOW_MS);
    expect(probability(600_000, 3_000_000)).toBe(probability(3_000_000));
  });

  it('knows nothing against an own channel that never failed', () => {
    expect(model.ownProbability(NO_EVIDENCE, NOW_MS)).toBe(1);
  });

  it('refuses what lnd would', () => {
    expect(() => bimodalModel({ scaleMsat: 0 })).toThrow('scaleMsat must be positive');
    expect(() => bimodalModel({ nodeWeight: 2 })).toThrow('nodeWeight must lie between 0 and 1');
    expect(() => bimodalModel({ decayMs: -1 })).toThrow('decayMs must be positive');
  });
});
