/** A process that ends at any moment, and the one after it on the same journal and the same node. */
import { describe, expect, test } from 'vitest';
import type { RebalancerOptions } from '../../src/engine/index.ts';
import type { LightningNode, Store } from '../../src/ports.ts';
import { memoryStore } from '../../src/store/index.ts';
import { settleMicrotasks } from '../sim/circle.ts';
import { AMOUNT_MSAT, eventOf, Square, until } from './square.ts';

const FEE_MSAT = 100_000n;
const never = <T>(): Promise<T> => new Promise(() => undefined);

/**
 * A process that stands still for good at its n-th call to store or node, before or after the call has its effect, or
 * when it is killed.
 */
function mortal(
  square: Square,
  store: Store,
  death: { readonly at: number; readonly after: boolean },
): {
  readonly node: LightningNode;
  readonly store: Store;
  readonly kill: () => void;
  readonly isDead: () => boolean;
} {
  let calls = 0;
  const call = async <T>(real: () => Promise<T>): Promise<T> => {
    calls++;
    if (calls > death.at || (calls === death.at && !death.after)) return never();
    const value = await real();
    return calls >= death.at ? never() : value;
  };
  const { node } = square;
  return {
    isDead: () => calls >= death.at,
    kill: () => {
      calls = Number.POSITIVE_INFINITY;
    },
    node: {
      ...node,
      addInvoice: (request) => call(() => node.addInvoice(request)),
      addHoldInvoice: (request) => call(() => node.addHoldInvoice(request)),
      settleInvoice: (preimage) => call(() => node.settleInvoice(preimage)),
      cancelInvoice: (paymentHash) => call(() => node.cancelInvoice(paymentHash)),
      lookupInvoice: (paymentHash) => call(() => node.lookupInvoice(paymentHash)),
      sendToRoute: (request) => call(() => node.sendToRoute(request)),
    },
    store: { ...store, commit: (batch) => call(() => store.commit(batch)) },
  };
}

const request = (square: Square) => ({
  from: square.out,
  to: square.in,
  amountMsat: AMOUNT_MSAT,
  maxFeePpm: 1000,
});

describe.each(['report', 'strict'] as const)('with arrival: %s', (arrival) => {
  // Far more calls than a rebalance makes: the last ones let it live.
  const deaths = Array.from({ length: 11 }, (_, at) => [
    { at: at + 1, after: false },
    { at: at + 1, after: true },
  ]).flat();

  test.each(deaths)('killed at call $at, after it: $after', async ({ at, after }) => {
    // The first way fails, so that there are two attempts.
    const square = new Square({ annBobMsat: 500_000_000n });
    const store = memoryStore();
    const before = square.ownTotalMsat();
    const first = mortal(square, store, { at, after });
    const { node } = first;
    const asked = { ...request(square), arrival };
    const run = square.rebalancer({ node, store: first.store }).rebalance(asked);
    let over = false;
    void run.result.then(() => {
      over = true;
    });
    await until(() => over || first.isDead());
    // What it did with its last breath.
    await settleMicrotasks();
    const runs = await square.rebalancer({ store }).resume();
    const passing = setInterval(() => void square.clock.advance(500), 1);
    const reports = await Promise.all(runs.map(({ result }) => result));
    clearInterval(passing);
    const journal = await store.records();
    expect(await store.unfinished()).toEqual([]);
    const fees = (await store.feesPaid()).reduce((sum, paid) => sum + paid.feeMsat, 0n);
    expect(before - square.ownTotalMsat()).toBe(fees);
    expect(square.network.pendingHtlcs()).toEqual([]);
    for (const record of journal) {
      if (record.kind !== 'invoice') continue;
      const invoice = await square.node.lookupInvoice(record.paymentHash);
      expect(['settled', 'canceled', undefined]).toContain(invoice?.state);
    }
    const intents = journal.filter(({ kind }) => kind === 'intent').length;
    expect(journal.filter(({ kind }) => kind === 'outcome')).toHaveLength(intents);
    for (const report of reports) {
      expect(report.outcome.kind).toBe(fees > 0n ? 'settled' : 'interrupted');
      expect(report.feePaidMsat).toBe(fees);
    }
    // Nothing stands in the way of the next one.
    const next = await square.rebalancer({ store }).rebalance(request(square)).result;
    expect(next.outcome.kind).toBe('settled');
  });
});

describe('a payment that hangs when its process ends', () => {
  async function abandoned(options: Partial<RebalancerOptions> = {}) {
    const square = new Square({ outMsat: 1_500_000_000n });
    square.network.holdHtlcsAt(square.bob);
    const first = mortal(square, square.store, { at: Number.POSITIVE_INFINITY, after: true });
    const run = square.rebalance({}, { node: first.node, store: first.store });
    const { paymentHash } = await eventOf(run, 'attempt_started');
    await until(() => square.network.pendingHtlcs().length > 0);
    first.kill();
    return { square, paymentHash, rebalancer: square.rebalancer(options) };
  }

  test('is reported as in flight after the grace, and followed to its end', async () => {
    const { square, paymentHash, rebalancer } = await abandoned();
    const [run] = await rebalancer.resume();
    await eventOf(run!, 'stopping');
    await settleMicrotasks();
    await square.clock.advance(15_000);
    expect((await run!.result).outcome).toMatchObject({
      kind: 'in_flight',
      cause: 'interrupted',
      paymentHash,
      invoice: 'canceled',
    });
    expect(await square.store.unfinished()).toHaveLength(3);
    square.network.releaseHtlcs(square.bob);
    let left = 3;
    await until(
      () => left === 0,
      async () => {
        left = (await square.store.unfinished()).length;
      },
    );
    const ends = (await square.store.records()).filter(({ kind }) => kind === 'end');
    expect(ends).toMatchObject([{ reason: 'interrupted' }]);
  });

  test('holds its liquidity, without anybody asking to resume', async () => {
    const { square, paymentHash, rebalancer } = await abandoned();
    const run = rebalancer.rebalance(request(square));
    expect(await eventOf(run, 'waiting')).toMatchObject({ payments: [paymentHash] });
    square.network.releaseHtlcs(square.bob);
    expect((await run.result).outcome.kind).toBe('settled');
  });

  test('holds its share of the budget', async () => {
    const budget = { ever: { allMsat: FEE_MSAT } };
    const { square, rebalancer } = await abandoned({ budget });
    const run = rebalancer.rebalance({ ...request(square), amountMsat: AMOUNT_MSAT / 10n });
    await eventOf(run, 'waiting');
    square.network.releaseHtlcs(square.bob);
    expect(await run.result).toMatchObject({
      outcome: { kind: 'settled' },
      feePaidMsat: FEE_MSAT / 10n,
    });
  });
});

test('resuming again gives the same runs', async () => {
  const square = new Square();
  const store = memoryStore();
  const first = mortal(square, store, { at: 2, after: true });
  void square.rebalancer({ node: first.node, store: first.store }).rebalance(request(square));
  await until(first.isDead);
  await settleMicrotasks();
  const rebalancer = square.rebalancer({ store });
  const [once, twice] = await Promise.all([rebalancer.resume(), rebalancer.resume()]);
  expect(once).toHaveLength(1);
  expect(twice).toBe(once);
  await once[0]!.result;
  expect((await store.records()).filter(({ kind }) => kind === 'end')).toHaveLength(1);
});

test('a journal that cannot be read stops everything, until it can', async () => {
  const square = new Square();
  let broken = true;
  const store: Store = {
    ...square.store,
    unfinished: () =>
      broken ? Promise.reject(new Error('file is corrupt')) : square.store.unfinished(),
  };
  const rebalancer = square.rebalancer({ store });
  await expect(rebalancer.resume()).rejects.toThrow('file is corrupt');
  expect((await rebalancer.rebalance(request(square)).result).outcome).toMatchObject({
    kind: 'store_error',
    message: expect.stringContaining('file is corrupt'),
  });
  broken = false;
  expect((await rebalancer.rebalance(request(square)).result).outcome.kind).toBe('settled');
});
