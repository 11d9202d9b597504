/** What the simulated node remembers of pairs, against lnd's own sequences of results, and what an import changes. */
import { describe, expect, test } from 'vitest';
import type { MissionControlPair } from '../../src/ports.ts';
import { MissionControl, UNKNOWN_PAIR, withResult } from '../../src/sim/mission-control.ts';
import { CIRCLE, failure, node } from '../executor/routes.ts';
import { vectorsOf } from '../liquidity/lnd-vectors.ts';

const NOW_MS = 1_700_000_000_000;
const [FROM, TO] = [node('A'), node('B')];

const pair = (known: Partial<MissionControlPair>): MissionControlPair => ({
  from: FROM,
  to: TO,
  successAmtMsat: 0n,
  successAtMs: null,
  failAmtMsat: 0n,
  failAtMs: null,
  ...known,
});

describe("lnd's vectors of one pair's state", () => {
  interface Steps {
    readonly min_failure_relax_interval_seconds: number;
    readonly steps: readonly { t: number; type: 'fail' | 'success'; amt: number; force: boolean }[];
  }
  interface State {
    readonly fail_amt: number;
    readonly fail_t?: number;
    readonly success_amt?: number;
    readonly success_t?: number;
  }
  const atMs = (seconds: number): number => NOW_MS + 1000 * seconds;

  test.each(vectorsOf<Steps, { after_each: State[] }>('mc_state_sequence'))('%s', (_id, vector) => {
    const { input, expected } = vector;
    // Which is lnd's default, and the only one here.
    expect(input.min_failure_relax_interval_seconds).toBe(60);
    let known = UNKNOWN_PAIR;
    input.steps.forEach(({ t, type, amt, force }, i) => {
      const passed = type === 'success';
      known = withResult(known, { passed, amountMsat: BigInt(amt), atMs: atMs(t), force });
      const { fail_amt, fail_t, success_amt, success_t } = expected.after_each[i]!;
      expect(known).toMatchObject({
        failAmtMsat: BigInt(fail_amt),
        ...(fail_t === undefined ? {} : { failAtMs: atMs(fail_t) }),
        ...(success_amt === undefined ? {} : { successAmtMsat: BigInt(success_amt) }),
        ...(success_t === undefined ? {} : { successAtMs: atMs(success_t) }),
      });
    });
  });
});

describe('attempts', () => {
  const circle = { route: CIRCLE, sender: node('self') };

  test('a pair that is let off for its terms stands as before, once a minute', () => {
    const control = new MissionControl();
    const refused = { ...circle, failure: failure('FEE_INSUFFICIENT', 2) };
    control.report(refused, NOW_MS);
    expect(control.pairs()).toEqual([]);
    control.report(refused, NOW_MS + 30_000);
    expect(control.pairs().length).toBeGreaterThan(0);
  });

  test('a node that fails takes all its known pairs along', () => {
    const control = new MissionControl();
    control.report({ ...circle, failure: null }, NOW_MS);
    expect(control.pairs()).toHaveLength(3);
    control.report({ ...circle, failure: failure('TEMPORARY_NODE_FAILURE', 1) }, NOW_MS + 1500);
    const after = control.pairs().find(({ from, to }) => from === node('A') && to === node('B'));
    expect(after).toMatchObject({ successAmtMsat: 0n, failAmtMsat: 0n });
    // Told in whole seconds.
    expect(after?.failAtMs).toBe(NOW_MS + 1000);
  });
});

describe('an import', () => {
  test('counts only where it is newer', () => {
    const control = new MissionControl();
    control.import([pair({ successAmtMsat: 500n, successAtMs: NOW_MS })], false);
    control.import([pair({ successAmtMsat: 900n, successAtMs: NOW_MS - 1000 })], false);
    expect(control.pairs()).toEqual([pair({ successAmtMsat: 500n, successAtMs: NOW_MS })]);
    control.import([pair({ failAmtMsat: 300n, failAtMs: NOW_MS - 5000 })], false);
    expect(control.pairs()).toMatchObject([{ successAmtMsat: 299n, failAmtMsat: 300n }]);
  });

  test('by force counts in any case', () => {
    const control = new MissionControl();
    control.import([pair({ successAmtMsat: 500n, successAtMs: NOW_MS })], false);
    control.import([pair({ successAmtMsat: 100n, successAtMs: NOW_MS - 1000 })], true);
    expect(control.pairs()).toEqual([pair({ successAmtMsat: 100n, successAtMs: NOW_MS - 1000 })]);
  });
});
