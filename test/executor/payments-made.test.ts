import { describe, expect, test } from 'vitest';
import {
  arrivalsOf,
  attemptsInVain,
  feeLeft,
  inLightOfPayments,
  movedBy,
  nextAmount,
} from '../../src/executor/payments-made.ts';
import type { AttemptOutcome, AttemptReport } from '../../src/executor/rebalance-report.ts';
import type { Run } from '../../src/executor/rebalance-state.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { terms } from './circle-network.ts';
import { hashOf } from './machine-harness.ts';

const [OUT, IN] = [parseChannelId('10'), parseChannelId('20')];

function attempt(amountMsat: bigint, feeMsat: bigint, outcome: AttemptOutcome): AttemptReport {
  const hop = { channelId: OUT } as AttemptReport['hops'][number];
  return {
    attempt: 1,
    paymentHash: hashOf(1),
    hops: [hop],
    amountMsat,
    feeMsat,
    feePpm: 0,
    cltvBlocks: 0,
    startedAtMs: 0,
    durationMs: 0,
    outcome,
  };
}

const settled = (amountMsat: bigint, feeMsat: bigint, channelId = IN): AttemptReport =>
  attempt(amountMsat, feeMsat, {
    kind: 'settled',
    arrivals: [{ channelId, amountMsat, expiryHeight: 1, state: 'settled' }],
  });
const failed = attempt(5n, 7n, { kind: 'not_sent', reason: '' });

const run = (attempts: readonly AttemptReport[], fields: Partial<Run['terms']> = {}): Run =>
  ({ attempts, amountMsat: 1000n, terms: terms({ minAmountMsat: 100n, ...fields }) }) as Run;

describe('what was moved', () => {
  test('is the sum of the payments that settled', () => {
    expect(movedBy(run([]))).toEqual({ movedMsat: 0n, feePaidMsat: 0n, feePpm: 0 });
    const made = run([settled(1000n, 1n), failed, settled(600n, 3n)]);
    expect(movedBy(made)).toEqual({ movedMsat: 1600n, feePaidMsat: 4n, feePpm: 2500 });
    expect(arrivalsOf(made).map(({ amountMsat }) => amountMsat)).toEqual([1000n, 600n]);
  });

  test('is nothing where it came back over the channel that it had left by, though the fee is paid', () => {
    const made = run([settled(1000n, 1n), settled(1000n, 1n, OUT)]);
    expect(movedBy(made)).toMatchObject({ movedMsat: 1000n, feePaidMsat: 2n });
  });
});

describe('the next payment', () => {
  test.each([
    [null, null],
    [1000n, null],
    [1099n, null],
    [1100n, 100n],
    [1999n, 999n],
    [5000n, 1000n],
  ])('of a total of %s msat after 1,000', (totalMsat, expected) => {
    expect(nextAmount(run([settled(1000n, 1n)], { totalMsat }))).toBe(expected);
  });

  test('may cost what is left of the limit for all, and no more than its own rate', () => {
    const limits = { maxFeeMsat: 10n, maxFeePpm: 4000 };
    expect(feeLeft(run([], limits), 1000n)).toBe(4n);
    expect(feeLeft(run([settled(1000n, 8n)], limits), 1000n)).toBe(2n);
    expect(feeLeft(run([settled(1000n, 11n)], limits), 1000n)).toBe(0n);
  });

  test('has its attempts counted anew', () => {
    expect(attemptsInVain(run([failed, failed]))).toBe(2);
    expect(attemptsInVain(run([failed, settled(1n, 1n), failed]))).toBe(1);
    expect(attemptsInVain(run([failed, settled(1n, 1n)]))).toBe(0);
  });
});

test('after a payment, what ends the rebalance says why it was not more', () => {
  const deadline = { kind: 'deadline', message: '' } as const;
  expect(inLightOfPayments(run([failed]), deadline)).toBe(deadline);
  expect(inLightOfPayments(run([settled(1n, 1n)]), deadline)).toEqual({
    kind: 'settled',
    endedBy: deadline,
  });
});
