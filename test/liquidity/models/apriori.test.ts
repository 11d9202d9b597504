import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Evidence, NO_EVIDENCE } from '../../../src/liquidity/evidence.ts';
import { aprioriModel, capacityFactor } from '../../../src/liquidity/models/apriori.ts';
import { testSeed } from '../../seeded-random.ts';
import { corridor, fallsWithAmount } from '../any-evidence.ts';
import { NOW_MS, vectorsOf } from '../lnd-vectors.ts';

interface PairInput {
  readonly config: {
    readonly hop_probability: number;
    readonly weight: number;
    readonly half_life_seconds: number;
    readonly capacity_fraction: number;
    readonly prev_success_probability: number;
  };
  readonly results: Readonly<
    Record<
      string,
      {
        readonly success_amt_msat?: number;
        readonly fail_age_seconds?: number;
        readonly fail_amt_msat?: number;
      }
    >
  >;
  readonly to_node: string;
  readonly amount_msat: number;
  readonly capacity_sat: number;
}

function evidenceOf(result: PairInput['results'][string]): Evidence {
  const { success_amt_msat, fail_age_seconds, fail_amt_msat } = result;
  const low = success_amt_msat === undefined ? {} : { lowMsat: success_amt_msat, lowAtMs: NOW_MS };
  const highAtMs = NOW_MS - 1000 * (fail_age_seconds ?? 0);
  const high = fail_amt_msat === undefined ? {} : { highMsat: fail_amt_msat, highAtMs };
  return { ...NO_EVIDENCE, ...low, ...high };
}

describe("lnd's vectors", () => {
  it.each(vectorsOf<PairInput, { probability: number }>('apriori_pair'))('%s', (_, v) => {
    const { config, results, to_node, amount_msat, capacity_sat } = v.input;
    const model = aprioriModel({
      hopProbability: config.hop_probability,
      weight: config.weight,
      halfLifeMs: 1000 * config.half_life_seconds,
      capacityFraction: config.capacity_fraction,
      successProbability: config.prev_success_probability,
    });
    const own = results[to_node];
    const query = corridor({
      capacitiesSat: [capacity_sat],
      ...(own === undefined ? {} : { evidence: evidenceOf(own) }),
      others: Object.keys(results)
        .filter((node) => node !== to_node)
        .map((node) => evidenceOf(results[node]!)),
    });
    const probability = model.probability(query, amount_msat, NOW_MS);
    expect(Math.abs(probability - v.expected.probability)).toBeLessThanOrEqual(v.tolerance);
  });

  interface FactorInput {
    readonly capacity_fraction: number;
    readonly amount_msat: number;
    readonly capacity_sat: number;
  }

  it.each(vectorsOf<FactorInput, { factor: number }>('capacity_factor'))('%s', (_, v) => {
    const { capacity_fraction, amount_msat, capacity_sat } = v.input;
    const factor = capacityFactor(capacity_fraction, amount_msat, 1000 * capacity_sat);
    expect(Math.abs(factor - v.expected.factor)).toBeLessThanOrEqual(v.tolerance);
  });
});

describe('the apriori model', () => {
  const model = aprioriModel();
  const failed = (ageMs: number): Evidence => ({
    ...NO_EVIDENCE,
    highMsat: 1000,
    highAtMs: NOW_MS - ageMs,
  });

  it('gives probabilities that fall with the amount', () => {
    fc.assert(fallsWithAmount(model), { seed: testSeed(601), numRuns: 500 });
  });

  it('takes the largest of parallel channels', () => {
    const probability = (...capacitiesSat: number[]): number =>
      model.probability(corridor({ capacitiesSat }), 5e6, NOW_MS);
    expect(probability(100, 5000, 20)).toBe(probability(5000));
    expect(probability(5000)).toBeLessThan(probability(50_000));
  });

  it('gives a failed corridor half its chance back after a half-life, and all of it in the end', () => {
    const alone = aprioriModel({ weight: 1, capacityFraction: 1 });
    const recovered = (ageMs: number): number =>
      alone.probability(corridor({ capacitiesSat: [9], evidence: failed(ageMs) }), 2000, NOW_MS);
    expect(recovered(0)).toBe(0);
    expect(recovered(3_600_000)).toBeCloseTo(0.3, 12);
    expect(recovered(1e12)).toBe(0.6);
  });

  it('takes an own channel as nearly certain, whatever the amount, until it fails', () => {
    expect(model.ownProbability(NO_EVIDENCE, NOW_MS)).toBe(0.95);
    expect(model.ownProbability(failed(0), NOW_MS)).toBe(0);
    expect(model.ownProbability(failed(3_600_000), NOW_MS)).toBeCloseTo(0.475, 12);
  });

  it('stays a number where the prior weighs nothing and no result bears on the amount', () => {
    const query = corridor({ capacitiesSat: [100], others: [failed(0)] });
    expect(aprioriModel({ weight: 0, capacityFraction: 1 }).probability(query, 10, NOW_MS)).toBe(
      0.6,
    );
  });

  it('refuses what lnd would', () => {
    expect(() => aprioriModel({ weight: 1.1 })).toThrow('weight must lie between 0 and 1');
    expect(() => aprioriModel({ halfLifeMs: 0 })).toThrow('halfLifeMs must be positive');
    expect(() => aprioriModel({ capacityFraction: 0.5 })).toThrow('between 0.75 and 1');
  });
});
