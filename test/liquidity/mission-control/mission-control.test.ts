import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_EVIDENCE } from '../../../src/liquidity/evidence.ts';
import {
  type InterpretedResult,
  MissionControl,
} from '../../../src/liquidity/mission-control/mission-control.ts';
import { withResult } from '../../../src/liquidity/mission-control/pair-result.ts';
import { aprioriModel } from '../../../src/liquidity/models/apriori.ts';
import { bimodalModel } from '../../../src/liquidity/models/bimodal.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';
import { testSeed } from '../../seeded-random.ts';
import { NOW_MS, vectorsOf } from '../lnd-vectors.ts';

const [SELF, NODE1, NODE2] = ['self', 'node1', 'node2'].map(nodeIdOf) as [
  ReturnType<typeof nodeIdOf>,
  ReturnType<typeof nodeIdOf>,
  ReturnType<typeof nodeIdOf>,
];
const at = (seconds: number): number => NOW_MS + 1000 * seconds;

describe("lnd's vectors of one pair's state", () => {
  interface StateInput {
    readonly min_failure_relax_interval_seconds: number;
    readonly steps: readonly { t: number; type: 'fail' | 'success'; amt: number; force: boolean }[];
  }
  interface State {
    readonly fail_amt: number;
    readonly fail_t?: number;
    readonly success_amt?: number;
    readonly success_t?: number;
  }

  it.each(vectorsOf<StateInput, { after_each: State[] }>('mc_state_sequence'))('%s', (_, v) => {
    let known = NO_EVIDENCE;
    v.input.steps.forEach(({ t, type, amt, force }, i) => {
      known = withResult(
        known,
        { kind: type === 'fail' ? 'failure' : 'success', amountMsat: amt },
        {
          nowMs: at(t),
          force,
          minFailureRelaxMs: 1000 * v.input.min_failure_relax_interval_seconds,
        },
      );
      const { fail_amt, fail_t, success_amt, success_t } = v.expected.after_each[i]!;
      expect(known.highMsat).toBe(fail_amt);
      if (fail_t !== undefined) expect(known.highAtMs).toBe(at(fail_t));
      if (success_amt !== undefined) expect(known.lowMsat).toBe(success_amt);
      if (success_t !== undefined) expect(known.lowAtMs).toBe(at(success_t));
    });
  });
});

describe("lnd's vectors of probabilities after results", () => {
  interface Step {
    readonly op: 'probability' | 'fail' | 'snapshot_pair_count';
    readonly pair?: 'self->node1';
    readonly code?: string;
    readonly amt: number;
    readonly t?: number;
    readonly expect?: number;
  }
  interface SequenceInput {
    readonly config: {
      readonly half_life_seconds: number;
      readonly hop_probability: number;
      readonly weight: number;
      readonly capacity_fraction: number;
      readonly prev_success: number;
      readonly min_failure_relax_interval_seconds?: number;
    };
    readonly capacity_sat: number;
    readonly steps: readonly Step[];
  }

  /** What the code means where node1, the first on the way to node2, sends it (facts: lnd, section 3). */
  function interpreted(code: string, amountMsat: number): InterpretedResult {
    const pairs = [
      { from: SELF, to: NODE1 },
      { from: NODE1, to: NODE2 },
    ] as const;
    if (code === 'TEMPORARY_CHANNEL_FAILURE') {
      return {
        pairs: [
          { ...pairs[0], kind: 'success', amountMsat },
          { ...pairs[1], kind: 'failure', amountMsat },
        ],
        failedNode: null,
        policyPair: null,
      };
    }
    const bothWays = pairs.flatMap((pair) => [pair, { from: pair.to, to: pair.from }]);
    return {
      pairs: bothWays.map((pair) => ({ ...pair, kind: 'failure', amountMsat: 0 })),
      failedNode: NODE1,
      policyPair: code === 'FEE_INSUFFICIENT' ? pairs[1] : null,
    };
  }

  it.each(vectorsOf<SequenceInput, object>('mc_probability_sequence'))('%s', (_, v) => {
    const { config, capacity_sat, steps } = v.input;
    const control = new MissionControl({
      self: SELF,
      estimator: aprioriModel({
        hopProbability: config.hop_probability,
        weight: config.weight,
        halfLifeMs: 1000 * config.half_life_seconds,
        capacityFraction: config.capacity_fraction,
        successProbability: config.prev_success,
      }),
      minFailureRelaxMs: 1000 * (config.min_failure_relax_interval_seconds ?? 60),
    });
    let t = 0;
    for (const step of steps) {
      t = step.t ?? t;
      if (step.op === 'fail') control.report(interpreted(step.code!, step.amt), at(t));
      else if (step.op === 'snapshot_pair_count') {
        expect(control.pairs()).toHaveLength(step.expect!);
      } else {
        const [from, to] = step.pair === 'self->node1' ? [SELF, NODE1] : [NODE1, NODE2];
        const question = { from, to, amountMsat: step.amt, capacityMsat: 1000 * capacity_sat };
        const probability = control.probability(question, at(t));
        expect(Math.abs(probability - step.expect!)).toBeLessThanOrEqual(v.tolerance);
      }
    }
  });
});

describe('mission control', () => {
  const opened = (): MissionControl =>
    new MissionControl({ self: SELF, estimator: bimodalModel() });
  const book = (control: MissionControl, result: Partial<InterpretedResult>, t = 0): boolean =>
    control.report({ pairs: [], failedNode: null, policyPair: null, ...result }, at(t));

  it('lists pairs as lnd does', () => {
    const control = opened();
    book(control, {
      pairs: [
        { from: SELF, to: NODE1, kind: 'success', amountMsat: 7 },
        { from: NODE1, to: NODE2, kind: 'failure', amountMsat: 0 },
      ],
    });
    expect(control.pairs()).toEqual([
      {
        from: SELF,
        to: NODE1,
        successAmtMsat: 7n,
        successAtMs: NOW_MS,
        failAmtMsat: 0n,
        failAtMs: null,
      },
      {
        from: NODE1,
        to: NODE2,
        successAmtMsat: 0n,
        successAtMs: null,
        failAmtMsat: 0n,
        failAtMs: NOW_MS,
      },
    ]);
  });

  it('turns what it knows of a failing node into failure, and learns nothing of its other pairs', () => {
    const control = opened();
    book(control, { pairs: [{ from: NODE1, to: NODE2, kind: 'success', amountMsat: 5 }] });
    book(control, { pairs: [{ from: NODE2, to: NODE1, kind: 'success', amountMsat: 5 }] });
    book(control, { pairs: [{ from: SELF, to: NODE1, kind: 'success', amountMsat: 5 }] });
    book(control, { failedNode: NODE2 }, 1);
    const failed = control.pairs().filter(({ failAtMs }) => failAtMs === at(1));
    expect(failed.map(({ from, to }) => [from, to])).toEqual([
      [NODE1, NODE2],
      [NODE2, NODE1],
    ]);
    expect(failed.every(({ successAtMs }) => successAtMs === null)).toBe(true);
  });

  it('lets a pair off once in a minute', () => {
    const control = opened();
    const policy: Partial<InterpretedResult> = {
      policyPair: { from: NODE1, to: NODE2 },
      pairs: [{ from: NODE1, to: NODE2, kind: 'failure', amountMsat: 0 }],
    };
    const booked = [0, 30, 60, 61, 121, 122].map((t) => book(control, policy, t));
    expect(booked).toEqual([false, true, true, false, true, false]);
  });

  it('counts the last of several results of a pair in one payment', () => {
    const control = opened();
    const pair = { from: NODE1, to: NODE2 };
    book(control, {
      pairs: [
        { ...pair, kind: 'success', amountMsat: 500 },
        { ...pair, kind: 'failure', amountMsat: 100 },
      ],
    });
    expect(control.pairs()).toMatchObject([{ successAmtMsat: 0n, failAmtMsat: 100n }]);
  });

  it('never knows a pair to pass what it knows it to lack', () => {
    const result = fc.record({
      kind: fc.constantFrom('success', 'failure'),
      amountMsat: fc.nat(100),
      waitMs: fc.nat(120_000),
    });
    fc.assert(
      fc.property(fc.array(result, { maxLength: 30 }), (results) => {
        let [known, nowMs] = [NO_EVIDENCE, NOW_MS];
        for (const { kind, amountMsat, waitMs } of results) {
          nowMs += waitMs;
          const moment = { nowMs, force: false, minFailureRelaxMs: 60_000 };
          known = withResult(known, { kind, amountMsat }, moment);
          expect(known.lowMsat < known.highMsat || known.highMsat === 0).toBe(true);
          if (kind === 'success') expect(known.lowMsat).toBeGreaterThanOrEqual(amountMsat);
        }
      }),
      { seed: testSeed(606) },
    );
  });
});
