import { describe, expect, it } from 'vitest';
import {
  type UnservedForward,
  type UnservedPayment,
  UnservedPayments,
} from '../../src/planner/unserved-payments.ts';
import { channel, START_MS } from './htlc-stories.ts';

const HOUR_MS = 3_600_000;

const forward = (
  outSat: number,
  more: {
    readonly from?: number;
    readonly to?: number;
    readonly afterMs?: number;
    feeSat?: number;
  } = {},
): UnservedForward => ({
  inChannelId: channel(more.from ?? 1),
  outChannelId: channel(more.to ?? 2),
  amountInMsat: (outSat + (more.feeSat ?? 50)) * 1000,
  amountOutMsat: outSat * 1000,
  beganAtMs: START_MS + (more.afterMs ?? 0),
});

function added(...forwards: readonly (UnservedForward & { readonly group?: string })[]) {
  const ended: UnservedPayment[] = [];
  const payments = new UnservedPayments((payment) => ended.push(payment));
  for (const each of forwards) payments.add(each, each.group ?? each.outChannelId);
  const left = () => payments.payments.map(({ leftMsat }) => leftMsat / 1000);
  return { payments, ended, left };
}

describe('attempts of one payment count once', () => {
  it('with nearly the same amount for the same peer, from anywhere, within a minute of each other', () => {
    const { left } = added(
      forward(100_000),
      forward(100_400, { from: 5, afterMs: 20_000 }),
      forward(99_700, { from: 6, afterMs: 75_000 }),
    );
    expect(left()).toEqual([100_000]);
  });

  it('in halves, quarters and eighths', () => {
    const { left } = added(
      forward(100_000),
      forward(50_010, { from: 3 }),
      forward(25_020, { from: 4 }),
      forward(12_520, { from: 5 }),
    );
    expect(left()).toEqual([100_000]);
  });

  it('for other peers, where they come over the same channel', () => {
    expect(added(forward(100_000), forward(100_001, { to: 3 })).left()).toEqual([100_000]);
  });

  it('over all channels with one peer', () => {
    const attempts = [forward(100_000), forward(100_100, { from: 7, to: 3 })];
    expect(added(...attempts.map((each) => ({ ...each, group: 'bob' }))).left()).toEqual([100_000]);
    expect(added(...attempts).left()).toEqual([100_000, 100_100]);
  });

  it('exactly alike for an hour, as long as they go on', () => {
    const again = [...Array(30).keys()].map((n) =>
      forward(100_000, { afterMs: (n * HOUR_MS) / 2 }),
    );
    expect(added(...again).left()).toEqual([100_000]);
  });

  it('but not others: of another size, later, or by another way', () => {
    expect(added(forward(100_000), forward(101_000)).left()).toHaveLength(2);
    expect(added(forward(50_000), forward(100_000)).left()).toHaveLength(2);
    expect(added(forward(100_000), forward(33_333)).left()).toHaveLength(2);
    expect(added(forward(100_000), forward(100_010, { afterMs: 60_001 })).left()).toHaveLength(2);
    expect(added(forward(100_000), forward(100_000, { from: 3, to: 4 })).left()).toHaveLength(2);
    const late = forward(100_000, { afterMs: HOUR_MS + 1 });
    expect(added(forward(100_000), late).left()).toHaveLength(2);
  });
});

describe('a payment that finds another way', () => {
  it('over another of our channels was served', () => {
    const { payments, left } = added(forward(100_000));
    payments.serve(forward(100_020, { to: 9, afterMs: 5_000, feeSat: 40 }), 'nine');
    expect(left()).toEqual([]);
  });

  it('to the same peer from elsewhere was served', () => {
    const { payments, left } = added(forward(100_000));
    payments.serve(forward(100_000, { from: 9, afterMs: 59_000 }), channel(2));
    expect(left()).toEqual([]);
  });

  it('in parts is served part by part', () => {
    const { payments, left } = added(forward(100_000));
    payments.serve(forward(50_010, { afterMs: 2_000 }), channel(2));
    expect(left()).toEqual([49_990]);
    payments.serve(forward(25_010, { afterMs: 3_000 }), channel(2));
    expect(left()).toEqual([24_980]);
    payments.serve(forward(25_010, { afterMs: 4_000 }), channel(2));
    expect(left()).toEqual([]);
  });

  it('is not served by what comes later or has another size', () => {
    const { payments, left } = added(forward(100_000));
    payments.serve(forward(100_000, { afterMs: 60_001 }), channel(2));
    payments.serve(forward(70_000), channel(2));
    payments.serve(forward(100_000, { from: 8, to: 9 }), 'nine');
    expect(left()).toEqual([100_000]);
  });

  it('takes one that is not served yet', () => {
    const { payments, left } = added(forward(100_000), forward(50_000, { from: 3, to: 4 }));
    payments.serve(forward(50_000, { from: 3, to: 4 }), channel(4));
    expect(left()).toEqual([100_000]);
    payments.serve(forward(50_000, { from: 1, to: 4 }), channel(4));
    expect(left()).toEqual([50_000]);
  });

  it('takes one of two alike', () => {
    const { payments, left } = added(
      forward(100_000, { to: 2 }),
      forward(100_000, { from: 3, to: 4 }),
    );
    payments.serve(forward(100_000, { from: 3, to: 9 }), 'nine');
    expect(left()).toEqual([100_000]);
    expect(payments.payments[0]).toMatchObject({ outChannelId: channel(2) });
  });
});

describe('what is remembered', () => {
  it('ends after an hour, and is handed over once with what is left', () => {
    const { payments, ended } = added(forward(100_000), forward(70_000, { afterMs: 1 }));
    payments.serve(forward(35_000), channel(2));
    payments.forget(START_MS + HOUR_MS);
    expect(ended).toEqual([]);
    payments.forget(START_MS + HOUR_MS + 2);
    payments.forget(START_MS + HOUR_MS + 3);
    expect(ended.map(({ leftMsat }) => leftMsat)).toEqual([100_000_000, 35_000_000]);
  });

  it('is bounded', () => {
    const ended: UnservedPayment[] = [];
    const payments = new UnservedPayments((payment) => ended.push(payment), { most: 5 });
    for (let n = 0; n < 20; n++)
      payments.add(forward(1000 * 3 ** (n % 11), { from: n, to: n + 50 }), `${n}`);
    payments.forget(START_MS);
    expect(payments.payments).toHaveLength(5);
    expect(ended).toHaveLength(15);
  });

  it('may be no payment', () => {
    const { payments, left } = added(forward(70_000));
    const probe = payments.add(forward(100_000), channel(2));
    payments.dismiss(probe);
    expect(left()).toEqual([70_000]);
    // Nor is what is tried again.
    expect(payments.add(forward(100_001), channel(2))).toBe(probe);
    expect(left()).toEqual([70_000]);
  });
});
