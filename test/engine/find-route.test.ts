import { describe, expect, test } from 'vitest';
import type { EngineParts } from '../../src/engine/answer-command.ts';
import { DemandWatch } from '../../src/engine/demand-watch.ts';
import { findRoute, type Searching } from '../../src/engine/find-route.ts';
import { nodesGraph } from '../../src/engine/graph-source.ts';
import { GroundReader } from '../../src/engine/ground-reader.ts';
import { guardedLog } from '../../src/engine/guarded-log.ts';
import { KeptBeliefs } from '../../src/engine/kept-beliefs.ts';
import { KeptPast } from '../../src/engine/kept-past.ts';
import { systemEntropy } from '../../src/engine/payment-secret.ts';
import { Reservations } from '../../src/engine/reservations.ts';
import { SteadyClock } from '../../src/engine/steady-clock.ts';
import type { Claim } from '../../src/executor/claims.ts';
import type { FeeBudget } from '../../src/executor/fee-ledger.ts';
import type { RebalanceInput } from '../../src/executor/rebalance-state.ts';
import type { LightningNode, PendingHtlc } from '../../src/ports.ts';
import { type PaymentHash, parsePaymentHash } from '../../src/units/ids.ts';
import { settleMicrotasks } from '../sim/circle.ts';
import { AMOUNT_MSAT, Square } from './square.ts';

const HASH = parsePaymentHash('ab'.repeat(32));

interface World {
  readonly square: Square;
  readonly parts: EngineParts;
  readonly stop: AbortController;
  readonly waited: (readonly PaymentHash[])[];
  readonly claim: (rebalanceId: string, fields?: Partial<Claim>) => Claim;
  readonly find: (
    rebalanceId: string,
    more?: { readonly dryRun?: boolean; readonly onWaiting?: () => void },
  ) => Promise<RebalanceInput>;
}

/** Enough for one payment at a time. */
function world(
  options: {
    readonly node?: (node: LightningNode) => Partial<LightningNode>;
    readonly budget?: FeeBudget;
    readonly maxAttemptsPerMinute?: number;
  } = {},
): World {
  const square = new Square({ outMsat: 1_500_000_000n });
  const node = { ...square.node, ...options.node?.(square.node) };
  const { clock, store } = square;
  const log = guardedLog(undefined);
  const dates = new SteadyClock(clock);
  const beliefs = new KeptBeliefs({ store, dates, log });
  const reservations = new Reservations({
    beliefs,
    budget: options.budget ?? {},
    limits: { maxPerChannel: 8, maxPerPeer: 8, freeSlots: 0 },
    maxAttemptsPerMinute: options.maxAttemptsPerMinute ?? 60,
  });
  const parts: EngineParts = {
    node,
    store,
    clock,
    log,
    reservations,
    ground: new GroundReader({
      node,
      clock,
      reservations,
      graph: nodesGraph({ node, clock, log, maxAgeMs: 600_000 }),
    }),
    dates,
    beliefs,
    past: new KeptPast({ store, dates }),
    demand: new DemandWatch({ node, store, clock, entropy: systemEntropy, log }),
    entropy: systemEntropy,
    graceMs: 15_000,
    cleanUp: false,
  };
  const stop = new AbortController();
  const waited: (readonly PaymentHash[])[] = [];
  const find: World['find'] = (rebalanceId, { dryRun = false, onWaiting } = {}) => {
    const command: Searching['command'] = {
      kind: 'find_route',
      dryRun,
      attemptCost: { attemptCostMsat: 10_000n, attemptCostPpm: 0 },
      smaller: [],
      request: {
        self: square.self,
        outChannels: [square.out],
        inChannels: [square.in],
        amountMsat: AMOUNT_MSAT,
        maxFeeMsat: 1_000_000n,
        overlay: {},
      },
    };
    const tell = (payments: readonly PaymentHash[]): void => {
      waited.push(payments);
      onWaiting?.();
    };
    return findRoute({ rebalanceId, command, stopped: stop.signal, onWaiting: tell }, parts);
  };
  const claim: World['claim'] = (rebalanceId, fields = {}) => ({
    rebalanceId,
    paymentHash: HASH,
    outChannelId: square.out,
    inChannelId: square.in,
    amountMsat: AMOUNT_MSAT,
    feeMsat: 100_000n,
    links: [],
    ...fields,
  });
  return { square, parts, stop, waited, claim, find };
}

const isRoute = (input: RebalanceInput): boolean =>
  input.kind === 'route_searched' && input.result.kind === 'route';

/** Whether it has come, without waiting for it. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  let open = true;
  const close = (): void => {
    open = false;
  };
  void promise.then(close, close);
  await settleMicrotasks();
  return open;
}

describe('a route that is found', () => {
  test('is claimed at once', async () => {
    const { find, claim, parts } = world();
    expect(isRoute(await find('a'))).toBe(true);
    expect(parts.reservations.others('b')).toEqual([
      claim('a', { paymentHash: null, links: expect.any(Array) }),
    ]);
  });

  test('of two that ask at once only one gets it; the other waits for it to come free', async () => {
    const { find, parts, waited } = world();
    const [first, second] = [find('a'), find('b')];
    expect(isRoute(await first)).toBe(true);
    expect(await isOpen(second)).toBe(true);
    expect(waited).toEqual([[]]);
    parts.reservations.set('a', null);
    expect(isRoute(await second)).toBe(true);
    expect(waited).toHaveLength(1);
  });

  test('is not claimed where it is only shown, and then the others are left out of account', async () => {
    const { find, parts, claim, waited } = world({ maxAttemptsPerMinute: 1 });
    parts.reservations.set('a', claim('a'));
    parts.reservations.rate.count(parts.clock.now());
    expect(isRoute(await find('b', { dryRun: true }))).toBe(true);
    expect(parts.reservations.others('a')).toEqual([]);
    expect(waited).toEqual([]);
  });
});

describe('the wait for others', () => {
  test('is not slept through where the claim comes free before it begins', async () => {
    const { find, parts, claim } = world();
    parts.reservations.set('a', claim('a'));
    const found = find('b', { onWaiting: () => parts.reservations.set('a', null) });
    expect(await isOpen(found)).toBe(false);
    expect(isRoute(await found)).toBe(true);
  });

  test('is for the budget too', async () => {
    const { find, parts, claim, waited } = world({ budget: { ever: { allMsat: 150_000n } } });
    parts.reservations.set('a', claim('a', { amountMsat: 1n }));
    const found = find('b');
    expect(await isOpen(found)).toBe(true);
    expect(waited).toEqual([[HASH]]);
    parts.reservations.book(claim('a'), parts.clock.now());
    parts.reservations.set('a', null);
    expect(await found).toMatchObject({
      kind: 'route_searched',
      budgetMsat: 50_000n,
      result: { kind: 'no_route', reason: { code: 'fee_limit' } },
    });
  });

  test('ends with a stop', async () => {
    const { find, parts, claim, stop } = world();
    parts.reservations.set('a', claim('a'));
    const found = find('b');
    expect(await isOpen(found)).toBe(true);
    stop.abort();
    expect(await found).toEqual({ kind: 'search_blocked', lost: false, payments: [HASH] });
  });

  test('ends where all that is waited for is lost', async () => {
    const { find, parts, claim } = world();
    parts.reservations.set('a', claim('a'));
    parts.reservations.set('c', claim('c', { amountMsat: 1n }));
    parts.reservations.lose('a');
    const found = find('b');
    // The other may yet end, for all that is known.
    expect(await isOpen(found)).toBe(true);
    parts.reservations.set('c', null);
    expect(await found).toEqual({ kind: 'search_blocked', lost: true, payments: [HASH] });
  });

  test('is not for what stands in the way without them too', async () => {
    const foreign: PendingHtlc = {
      paymentHash: parsePaymentHash('cd'.repeat(32)),
      incoming: false,
      amountSat: 1n,
      expiryHeight: 1,
    };
    const { find, parts, claim } = world({
      node: (node) => ({
        ownChannels: async () =>
          (await node.ownChannels()).map((own) => ({
            ...own,
            maxOutgoingHtlcs: 1,
            pendingHtlcs: [foreign],
          })),
      }),
    });
    parts.reservations.set('a', claim('a', { amountMsat: 1n }));
    const found = find('b');
    expect(await isOpen(found)).toBe(false);
    expect(await found).toMatchObject({
      kind: 'route_searched',
      result: { kind: 'no_route', reason: { code: 'no_outgoing_balance' } },
    });
  });
});

test('balances that were read before a claim was released are not planned with', async () => {
  let reads = 0;
  const made: World = world({
    node: (node) => ({
      ownChannels: async () => {
        reads++;
        const channels = await node.ownChannels();
        if (reads > 1) {
          // The payment has settled: what it took is gone.
          return channels.map((own) => ({ ...own, spendableMsat: 400_000_000n }));
        }
        made.parts.reservations.set('a', null);
        return channels;
      },
    }),
  });
  made.parts.reservations.set('a', made.claim('a'));
  expect(await made.find('b')).toMatchObject({
    kind: 'route_searched',
    result: { reason: { code: 'no_outgoing_balance', bestSpendableMsat: 400_000_000n } },
  });
  expect(reads).toBe(2);
});

describe('before a search', () => {
  test('the rate of attempts is kept, on fresh balances after the pause', async () => {
    const { find, parts, square } = world({ maxAttemptsPerMinute: 1 });
    expect(isRoute(await find('a'))).toBe(true);
    parts.reservations.set('a', null);
    await square.clock.advance(10_000);
    const found = find('b');
    await square.clock.advance(49_999);
    expect(await isOpen(found)).toBe(true);
    await square.clock.advance(1);
    expect(isRoute(await found)).toBe(true);
  });

  test('a stop while it waits for the rate ends it without a claim', async () => {
    const { find, parts, stop } = world({ maxAttemptsPerMinute: 1 });
    parts.reservations.rate.count(parts.clock.now());
    const found = find('b');
    expect(await isOpen(found)).toBe(true);
    stop.abort();
    expect(await found).toMatchObject({ kind: 'search_failed', fault: 'node' });
    expect(parts.reservations.others('a')).toEqual([]);
  });

  test('a node that fails is named as the cause', async () => {
    const { find } = world({
      node: () => ({ ownChannels: () => Promise.reject(new Error('unreachable')) }),
    });
    expect(await find('a')).toEqual({
      kind: 'search_failed',
      fault: 'node',
      reason: 'unreachable',
    });
  });
});
