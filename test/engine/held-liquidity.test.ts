/** A payment that outlives its rebalance keeps what it holds: what the next rebalances that need it do about that. */
import { describe, expect, test } from 'vitest';
import type { RebalanceRequest, RebalanceRun, Rebalancer } from '../../src/engine/index.ts';
import type { LightningNode } from '../../src/ports.ts';
import type { PaymentHash } from '../../src/units/ids.ts';
import { AMOUNT_MSAT, eventKinds, eventOf, Square } from './square.ts';

interface Stuck {
  readonly square: Square;
  readonly rebalancer: Rebalancer;
  /** Of the payment that hangs at Bob. */
  readonly paymentHash: PaymentHash;
  readonly again: (request?: Partial<RebalanceRequest>) => RebalanceRun;
  readonly sends: () => number;
}

/** A rebalance that was aborted, and reported as in flight. */
async function stuck(change: (node: LightningNode) => Partial<LightningNode> = () => ({})) {
  // Enough for one payment at a time.
  const square = new Square({ outMsat: 1_500_000_000n });
  const { node } = square;
  let sends = 0;
  square.node = {
    ...node,
    sendToRoute: (request) => {
      sends++;
      return node.sendToRoute(request);
    },
    ...change(node),
  };
  const rebalancer = square.rebalancer();
  const again = (request: Partial<RebalanceRequest> = {}) =>
    rebalancer.rebalance({
      from: square.out,
      to: square.in,
      amountMsat: AMOUNT_MSAT,
      maxFeePpm: 1000,
      ...request,
    });
  square.network.holdHtlcsAt(square.bob);
  const controller = new AbortController();
  const run = again({ signal: controller.signal });
  const { paymentHash } = await eventOf(run, 'attempt_started');
  controller.abort();
  await eventOf(run, 'stopping');
  await square.clock.advance(15_000);
  expect((await run.result).outcome).toMatchObject({ kind: 'in_flight', paymentHash });
  return { square, rebalancer, paymentHash, again, sends: () => sends } satisfies Stuck;
}

const journal = async ({ square }: Stuck) =>
  (await square.store.records()).map((record) => record.kind);

describe('while a payment is unresolved', () => {
  test('the next rebalance waits for its end, and sends after that is in the journal', async () => {
    const world = await stuck();
    const run = world.again();
    expect(await eventOf(run, 'waiting')).toEqual({
      kind: 'waiting',
      payments: [world.paymentHash],
    });
    await world.square.clock.advance(60_000);
    expect(world.sends()).toBe(1);
    world.square.network.releaseHtlcs(world.square.bob);
    expect((await run.result).outcome.kind).toBe('settled');
    expect(world.sends()).toBe(2);
    expect(await journal(world)).toEqual([
      ...['start', 'invoice', 'intent', 'outcome', 'end'],
      ...['start', 'invoice', 'intent', 'outcome', 'end'],
    ]);
    // The next one finds the way free.
    expect(await eventKinds(world.again())).not.toContain('waiting');
  });

  test('a deadline ends the wait; what it took counts, and nothing was sent', async () => {
    const world = await stuck();
    const run = world.again({ deadlineMs: 60_000 });
    await eventOf(run, 'waiting');
    await world.square.clock.advance(59_999);
    expect(await journal(world)).toEqual(['start', 'invoice', 'intent']);
    await world.square.clock.advance(1);
    expect(await run.result).toMatchObject({
      outcome: {
        kind: 'blocked',
        cause: 'deadline',
        payments: [world.paymentHash],
        message: expect.stringContaining(world.paymentHash),
      },
      attempts: [],
      invoices: [],
      durationMs: 60_000,
    });
    expect(await eventKinds(run)).toEqual(['waiting', 'finished']);
    expect(world.sends()).toBe(1);
  });

  test('the wait counts towards the deadline', async () => {
    const world = await stuck();
    const run = world.again({ deadlineMs: 60_000 });
    await eventOf(run, 'waiting');
    await world.square.clock.advance(50_000);
    world.square.network.releaseHtlcs(world.square.bob);
    world.square.network.holdHtlcsAt(world.square.bob);
    await eventOf(run, 'attempt_started');
    await world.square.clock.advance(9_999);
    expect(await Promise.race([eventOf(run, 'stopping'), 'not yet'])).toBe('not yet');
    await world.square.clock.advance(1);
    expect(await eventOf(run, 'stopping')).toMatchObject({ cause: 'deadline' });
    await world.square.clock.advance(15_000);
    expect((await run.result).outcome).toMatchObject({ kind: 'in_flight' });
  });

  test('an abort ends the wait, also one from before', async () => {
    const world = await stuck();
    const controller = new AbortController();
    const run = world.again({ signal: controller.signal });
    await eventOf(run, 'waiting');
    controller.abort();
    const blocked = { kind: 'blocked', cause: 'aborted', payments: [world.paymentHash] };
    expect((await run.result).outcome).toMatchObject(blocked);
    const late = world.again({ signal: AbortSignal.abort() });
    expect((await late.result).outcome).toMatchObject({ kind: 'aborted' });
    expect(world.sends()).toBe(1);
  });

  test('a dry run goes on: it sends nothing', async () => {
    const world = await stuck();
    expect((await world.again({ dryRun: true }).result).outcome.kind).toBe('dry_run');
    // And it has not opened the way for the others.
    const run = world.again({ deadlineMs: 1 });
    await eventOf(run, 'waiting');
    await world.square.clock.advance(1);
    expect((await run.result).outcome.kind).toBe('blocked');
  });
});

test('a payment that nobody follows any more keeps the way shut', async () => {
  const closing = Promise.withResolvers<void>();
  const closed = Object.assign(new Error('the connection was closed'), { code: 'closed' });
  const world = await stuck((node) => ({
    sendToRoute: (request) =>
      Promise.race([
        node.sendToRoute(request),
        closing.promise.then(() => ({ kind: 'unknown' as const, reason: closed.message })),
      ]),
    // biome-ignore lint/correctness/useYield: it fails before it has anything to tell
    trackPayment: async function* () {
      throw closed;
    },
  }));
  const waiting = world.again();
  await eventOf(waiting, 'waiting');
  closing.resolve();
  const lost = { kind: 'blocked', cause: 'lost', payments: [world.paymentHash] };
  expect((await waiting.result).outcome).toMatchObject(lost);
  expect((await world.again().result).outcome).toMatchObject(lost);
  expect(await journal(world)).toEqual(['start', 'invoice', 'intent']);
});

test('a fault of our own with a payment under way keeps the way shut too', async () => {
  const square = new Square({ outMsat: 1_500_000_000n });
  square.network.holdHtlcsAt(square.bob);
  const broken = new Error('a clock that breaks its promise');
  let timers = 0;
  const clock = {
    now: () => square.clock.now(),
    // The deadline's timer is the first; its failing is a fault that ends the run.
    sleep: () => {
      timers++;
      return new Promise<void>((_, reject) => {
        if (timers > 1) return;
        void eventOf(run, 'attempt_started').then(() => reject(broken));
      });
    },
  };
  const rebalancer = square.rebalancer({ clock });
  const request = { from: square.out, to: square.in, amountMsat: AMOUNT_MSAT, maxFeePpm: 1000 };
  const run: RebalanceRun = rebalancer.rebalance(request);
  await expect(run.result).rejects.toThrow(broken);
  const { paymentHash } = await eventOf(run, 'attempt_started');
  expect((await square.node.lookupInvoice(paymentHash))?.state).toBe('canceled');
  const next = rebalancer.rebalance(request);
  expect((await next.result).outcome).toMatchObject({
    kind: 'blocked',
    cause: 'lost',
    payments: [paymentHash],
  });
});
