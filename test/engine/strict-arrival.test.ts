/** Bob has two channels with us, and may hand payments over on either. */
import { describe, expect, test } from 'vitest';
import type { LightningNode } from '../../src/ports.ts';
import { AMOUNT_MSAT, eventKinds, eventOf, Square, until } from './square.ts';

/** Bob hands over on his other channel than the one asked for. */
function straying(): Square {
  const square = new Square({ sibling: true });
  square.network.setForwarding(square.bob, { prefersSiblings: true });
  return square;
}

/** Our node, and what it was asked to do about invoices. */
function watched(square: Square): string[] {
  const calls: string[] = [];
  const node = square.node;
  const log =
    <K extends 'addInvoice' | 'addHoldInvoice' | 'settleInvoice' | 'cancelInvoice'>(name: K) =>
    (argument: never): never => {
      calls.push(name);
      return (node[name] as (given: never) => never)(argument);
    };
  square.node = {
    ...node,
    addInvoice: log('addInvoice'),
    addHoldInvoice: log('addHoldInvoice'),
    settleInvoice: log('settleInvoice'),
    cancelInvoice: log('cancelInvoice'),
  } satisfies LightningNode;
  return calls;
}

describe('strict', () => {
  test('a peer that hands over as asked is paid through a hold invoice', async () => {
    const square = new Square();
    const calls = watched(square);
    const before = square.ourSideMsat(square.in);
    const report = await square.rebalance({ arrival: 'strict' }).result;
    expect(report).toMatchObject({ outcome: { kind: 'settled' }, arrivedAsAsked: true });
    expect(square.ourSideMsat(square.in)).toBe(before + AMOUNT_MSAT);
    expect(calls).toEqual(['addHoldInvoice', 'settleInvoice']);
  });

  test('a peer that strays is never paid, tried twice, and then said to be unsteerable', async () => {
    const square = straying();
    const before = square.ownTotalMsat();
    const sibling = square.ourSideMsat(square.sibling);
    const run = square.rebalance({ arrival: 'strict' });
    const report = await run.result;
    expect(report).toMatchObject({
      outcome: { kind: 'unsteerable', peers: [square.bob] },
      attempts: [{ outcome: { kind: 'rejected' } }, { outcome: { kind: 'rejected' } }],
      movedMsat: 0n,
      feePaidMsat: 0n,
      invoices: [{ state: 'canceled' }, { state: 'canceled' }],
    });
    expect(new Set(report.attempts.map(({ paymentHash }) => paymentHash)).size).toBe(2);
    expect(square.ownTotalMsat()).toBe(before);
    expect(square.ourSideMsat(square.sibling)).toBe(sibling);
    expect(square.network.pendingHtlcs()).toEqual([]);
    expect((await eventKinds(run)).filter((kind) => kind === 'arrival_rejected')).toHaveLength(2);
  });

  test('an arrival on any of the channels that were asked for will do', async () => {
    const square = straying();
    const to = [square.in, square.sibling];
    const report = await square.rebalance({ to, arrival: 'strict' }).result;
    expect(report).toMatchObject({
      outcome: { kind: 'settled' },
      arrivedAsAsked: true,
      movedMsat: AMOUNT_MSAT,
    });
  });

  test('a peer that keeps a part is never paid', async () => {
    const square = new Square();
    square.network.setForwarding(square.bob, { skimMsat: 1n });
    const before = square.ownTotalMsat();
    const report = await square.rebalance({ arrival: 'strict', maxAttempts: 3 }).result;
    expect(report.outcome.kind).not.toBe('settled');
    expect(square.ownTotalMsat()).toBe(before);
    expect(square.network.pendingHtlcs()).toEqual([]);
  });

  test('a wrong arrival whose cancellation is not answered is given back all the same', async () => {
    const square = straying();
    const { node } = square;
    let cancels = 0;
    square.node = {
      ...node,
      cancelInvoice: async (paymentHash) => {
        if (++cancels === 1) return { kind: 'unknown', reason: 'no answer' };
        return node.cancelInvoice(paymentHash);
      },
    };
    const run = square.rebalance({ arrival: 'strict' });
    let over = false;
    void run.result.then(() => {
      over = true;
    });
    // Long before the deadline, which would give it back as well.
    await until(
      () => over,
      () => square.clock.advance(50),
    );
    expect((await run.result).outcome.kind).toBe('unsteerable');
    expect(square.network.pendingHtlcs()).toEqual([]);
  });

  test('an abort gives back what arrives after it', async () => {
    const square = new Square();
    square.network.holdHtlcsAt(square.bob);
    const before = square.ownTotalMsat();
    const controller = new AbortController();
    const run = square.rebalance({ arrival: 'strict', signal: controller.signal });
    await eventOf(run, 'attempt_started');
    controller.abort();
    await eventOf(run, 'stopping');
    square.network.releaseHtlcs(square.bob);
    expect(await run.result).toMatchObject({
      outcome: { kind: 'aborted' },
      invoices: [{ state: 'canceled' }],
    });
    expect(square.ownTotalMsat()).toBe(before);
  });
});

test('report: a straying payment is taken, and said to be what it is', async () => {
  const square = straying();
  const calls = watched(square);
  const before = square.ourSideMsat(square.sibling);
  const report = await square.rebalance({ arrival: 'report' }).result;
  expect(report).toMatchObject({
    outcome: { kind: 'settled' },
    arrivedAsAsked: false,
    arrivals: [{ channelId: square.sibling }],
    notes: [expect.stringContaining(`over channel ${square.sibling} instead of ${square.in}`)],
  });
  expect(square.ourSideMsat(square.sibling)).toBe(before + AMOUNT_MSAT);
  expect(calls).toEqual(['addInvoice']);
});

test('unless told, strict where a peer could choose, report where it could not', async () => {
  const square = straying();
  expect((await square.rebalance().result).outcome.kind).toBe('unsteerable');
  const calls = watched(square);
  const both = [square.in, square.sibling];
  expect((await square.rebalance({ to: both }).result).outcome.kind).toBe('settled');
  expect(calls).toEqual(['addInvoice']);
});
