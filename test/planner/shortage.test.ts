import { describe, expect, it } from 'vitest';
import { type Shortage, ShortageRule } from '../../src/planner/shortage.ts';
import type { UnservedPayment } from '../../src/planner/unserved-payments.ts';
import { channel, START_MS } from './htlc-stories.ts';

const MINUTE_MS = 60_000;

const missed = (
  afterMinutes: number,
  more: { readonly outSat?: number; readonly feeSat?: number; readonly to?: number } = {},
): UnservedPayment => {
  const amountOutMsat = (more.outSat ?? 500_000) * 1000;
  return {
    inChannelId: channel(1),
    outChannelId: channel(more.to ?? 2),
    amountInMsat: amountOutMsat + (more.feeSat ?? 50) * 1000,
    amountOutMsat,
    beganAtMs: START_MS + afterMinutes * MINUTE_MS,
    leftMsat: amountOutMsat,
  };
};

function calls(
  payments: readonly UnservedPayment[],
  afterMinutes: number,
  more: { readonly rule?: ShortageRule; readonly share?: number } = {},
): readonly Shortage[] {
  const { rule = new ShortageRule(), share = 1 } = more;
  const nowMs = START_MS + afterMinutes * MINUTE_MS;
  const known = payments.filter(({ beganAtMs }) => beganAtMs <= nowMs);
  return rule.call({ missed: known, settledShare: () => share, listedId: (id) => id }, nowMs);
}

describe('a shortage', () => {
  it('is two payments within half an hour that would have paid', () => {
    const payments = [missed(0), missed(20, { outSat: 300_000, feeSat: 30 })];
    expect(calls(payments, 25)).toEqual([
      {
        channelId: channel(2),
        missedMsat: 800_000_000n,
        sinceMs: START_MS,
        reason:
          '2 payments of 800000 sat that would have brought 80 sat were refused for want of balance',
      },
    ]);
    expect(calls(payments, 31)).toEqual([]);
  });

  it('is not one payment, nor what pays next to nothing, nor what mostly fails further down', () => {
    expect(calls([missed(0)], 1)).toEqual([]);
    expect(calls([missed(0, { feeSat: 4 }), missed(1, { feeSat: 5 })], 2)).toEqual([]);
    expect(calls([missed(0, { feeSat: 5 }), missed(1, { feeSat: 5 })], 2)).toHaveLength(1);
    expect(calls([missed(0), missed(1)], 2, { share: 0.09 })).toEqual([]);
    expect(calls([missed(0), missed(1)], 2, { share: 0.1 })).toHaveLength(1);
  });

  it('is of one channel', () => {
    expect(calls([missed(0), missed(1, { to: 3 })], 2)).toEqual([]);
    const both = [missed(0), missed(1, { to: 3 }), missed(2, { to: 3 }), missed(2)];
    expect(calls(both, 3).map(({ channelId }) => channelId)).toEqual([channel(2), channel(3)]);
  });

  it('counts only what is left of payments', () => {
    const half = { ...missed(0), leftMsat: 250_000_000 };
    expect(calls([half, missed(1)], 2)[0]).toMatchObject({ missedMsat: 750_000_000n });
  });
});

describe('while payments go on being missed', () => {
  /** Minutes after which it is called. */
  function called(days: number, isMissed: (minute: number) => boolean): number[] {
    const rule = new ShortageRule();
    let recent: UnservedPayment[] = [];
    const minutes: number[] = [];
    for (let minute = 0; minute < days * 1440; minute++) {
      if (isMissed(minute)) recent.push(missed(minute));
      recent = recent.filter(({ beganAtMs }) => beganAtMs > START_MS + (minute - 60) * MINUTE_MS);
      if (calls(recent, minute, { rule }).length > 0) minutes.push(minute);
    }
    return minutes;
  }

  it('is called less and less often, once a day in the end', () => {
    const minutes = called(5, () => true);
    expect(minutes.slice(0, 4)).toEqual([1, 16, 46, 106]);
    const pauses = minutes.slice(1).map((minute, n) => minute - minutes[n]!);
    expect(pauses).toEqual([15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440]);
  });

  it('is called at once again where the last call has helped for a while', () => {
    const minutes = called(1, (minute) => minute < 20 || minute > 600);
    expect(minutes.slice(0, 5)).toEqual([1, 16, 46, 602, 617]);
  });

  it('does not call again for what it has called for', () => {
    const rule = new ShortageRule({ pauseMs: 1 });
    const payments = [missed(0), missed(1)];
    expect(calls(payments, 1, { rule })).toHaveLength(1);
    expect(calls(payments, 2, { rule })).toEqual([]);
    expect(calls([...payments, missed(3)], 3, { rule })).toEqual([]);
    expect(calls([...payments, missed(3), missed(4)], 4, { rule })).toMatchObject([
      { missedMsat: 1_000_000_000n },
    ]);
  });
});
