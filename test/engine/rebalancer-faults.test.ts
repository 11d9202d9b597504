/** A node and a store that fail around a network that works: what the rebalance makes of it. */
import { describe, expect, test } from 'vitest';
import { RebalanceRequestError } from '../../src/engine/index.ts';
import { systemEntropy } from '../../src/engine/payment-secret.ts';
import { NodeError } from '../../src/node/node-error.ts';
import type { LightningNode, SendOutcome, Store } from '../../src/ports.ts';
import { memoryStore } from '../../src/store/index.ts';
import { settleMicrotasks } from '../sim/circle.ts';
import { AMOUNT_MSAT, eventKinds, eventOf, Square } from './square.ts';

/** The square with some of our node's methods replaced. */
function withNode(square: Square, change: (node: LightningNode) => Partial<LightningNode>): Square {
  square.node = { ...square.node, ...change(square.node) };
  return square;
}

/** Lets the standing clock run, in small steps, until the promise resolves. */
async function withTimePassing<T>(square: Square, promise: Promise<T>): Promise<T> {
  let done = false;
  const finished = promise.finally(() => {
    done = true;
  });
  while (!done) {
    await square.clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return finished;
}

const lostContact: SendOutcome = { kind: 'unknown', reason: 'connection lost' };

describe('lost contact', () => {
  test('a payment that settled unseen is found by tracking, and not sent again', async () => {
    let sends = 0;
    const square = withNode(new Square(), (node) => ({
      sendToRoute: async (request) => {
        sends++;
        await node.sendToRoute(request);
        return lostContact;
      },
    }));
    const run = square.rebalance();
    const report = await run.result;
    expect(report).toMatchObject({ outcome: { kind: 'settled' }, feePaidMsat: 100_000n });
    expect(sends).toBe(1);
    expect(await eventKinds(run)).toContain('tracking_unknown');
  });

  test('a payment that failed unseen: the next route', async () => {
    let sends = 0;
    const square = withNode(new Square({ annBobMsat: 500_000_000n }), (node) => ({
      sendToRoute: async (request) => {
        const outcome = await node.sendToRoute(request);
        return ++sends === 1 ? lostContact : outcome;
      },
    }));
    const report = await square.rebalance().result;
    expect(report.outcome.kind).toBe('settled');
    expect(report.attempts).toMatchObject([
      { outcome: { kind: 'failed', verdict: { code: 'TEMPORARY_CHANNEL_FAILURE' } } },
      { outcome: { kind: 'settled' } },
    ]);
    expect(sends).toBe(2);
  });

  test('tracking begins again, with pauses, until the node answers', async () => {
    let tries = 0;
    const square = withNode(new Square(), (node) => ({
      sendToRoute: async (request) => {
        await node.sendToRoute(request);
        throw new Error('a node that breaks its promise never to reject');
      },
      trackPayment: (paymentHash, options) => {
        if (++tries <= 2) throw new Error('connection refused');
        return node.trackPayment(paymentHash, options);
      },
    }));
    const run = square.rebalance();
    const startedAtMs = square.clock.now();
    const report = await withTimePassing(square, run.result);
    expect(report.outcome.kind).toBe('settled');
    expect(tries).toBe(3);
    // Up to half a second before the second try, up to a second before the third, and half of that at least.
    expect(report.startedAtMs + report.durationMs).toBeGreaterThanOrEqual(startedAtMs + 750);
  });

  test('a node that throws at once has told nothing about the money either', async () => {
    let sends = 0;
    const square = withNode(new Square(), (node) => ({
      sendToRoute: (request) => {
        sends++;
        void node.sendToRoute(request);
        throw new Error('written in plain JavaScript');
      },
    }));
    const run = square.rebalance();
    expect((await run.result).outcome.kind).toBe('settled');
    expect(await eventOf(run, 'tracking_unknown')).toMatchObject({
      reason: 'written in plain JavaScript',
    });
    expect(sends).toBe(1);
  });

  test('a payment that never reached the node: cancelled, asked again, and not sent', async () => {
    const square = withNode(new Square(), () => ({ sendToRoute: async () => lostContact }));
    const report = await square.rebalance().result;
    expect(report).toMatchObject({
      outcome: { kind: 'node_error' },
      attempts: [{ outcome: { kind: 'not_sent' } }],
      invoices: [{ state: 'canceled' }],
    });
  });

  test('with nobody answering, the deadline ends it as in flight', async () => {
    let cancels = 0;
    const silence = async (): Promise<never> => {
      throw new Error('connection refused');
    };
    const square = withNode(new Square(), () => ({
      sendToRoute: async () => lostContact,
      // biome-ignore lint/correctness/useYield: it fails before it has anything to tell
      trackPayment: async function* () {
        await silence();
      },
      cancelInvoice: () => {
        cancels++;
        return silence();
      },
    }));
    const run = square.rebalance({ deadlineMs: 60_000 });
    await eventOf(run, 'tracking_unknown');
    await square.clock.advance(60_000);
    await eventOf(run, 'stopping');
    await square.clock.advance(15_000);
    expect((await run.result).outcome).toMatchObject({ kind: 'in_flight', invoice: 'unknown' });
    expect(cancels).toBeGreaterThan(0);
  });
});

test('taking back an invoice is tried until the node answers', async () => {
  let cancels = 0;
  const square = withNode(new Square(), (node) => ({
    cancelInvoice: async (paymentHash) => {
      if (++cancels <= 3) throw new Error('connection refused');
      return node.cancelInvoice(paymentHash);
    },
  }));
  square.network.holdHtlcsAt(square.bob);
  const controller = new AbortController();
  // Pauses last as long as they may.
  const entropy = {
    bytes: (length: number) => (length === 1 ? Uint8Array.of(255) : systemEntropy.bytes(length)),
  };
  const run = square.rebalance({ signal: controller.signal }, { entropy });
  const { paymentHash } = await eventOf(run, 'attempt_started');
  controller.abort();
  await eventOf(run, 'stopping');
  await settleMicrotasks();
  await square.clock.advance(3_499);
  expect((await square.node.lookupInvoice(paymentHash))?.state).toBe('open');
  await square.clock.advance(1);
  expect((await square.node.lookupInvoice(paymentHash))?.state).toBe('canceled');
  await square.clock.advance(11_500);
  expect((await run.result).outcome).toMatchObject({ kind: 'in_flight', invoice: 'canceled' });
  expect(cancels).toBe(4);
});

describe('a node that does not do its part', () => {
  const failing = (message: string) => async (): Promise<never> => {
    throw new Error(message);
  };

  test.each(['info', 'ownChannels'] as const)(
    '%s fails: a report, no exception',
    async (method) => {
      const square = withNode(new Square(), () => ({ [method]: failing('unreachable') }));
      const run = square.rebalance();
      expect((await run.result).outcome).toEqual({ kind: 'node_error', message: 'unreachable' });
      expect(await eventKinds(run)).toEqual(['finished']);
    },
  );

  test('describeGraph fails', async () => {
    const square = withNode(new Square(), () => ({ describeGraph: failing('too large') }));
    expect((await square.rebalance().result).outcome).toMatchObject({ message: 'too large' });
  });

  test('not synced: its height is not to be used', async () => {
    const square = withNode(new Square(), (node) => ({
      info: async () => ({ ...(await node.info()), syncedToChain: false }),
    }));
    const { outcome } = await withTimePassing(square, square.rebalance().result);
    expect(outcome).toMatchObject({
      kind: 'node_error',
      message: expect.stringContaining('not synced'),
    });
  });

  test('not synced for a moment, as with every new block: waited for, between attempts too', async () => {
    let asked = 0;
    const square = withNode(new Square({ annBobMsat: 500_000_000n }), (node) => ({
      info: async () => {
        asked++;
        return { ...(await node.info()), syncedToChain: asked % 4 === 0 };
      },
      // Long enough for what was read to be out of date.
      sendToRoute: async (request) => {
        await square.clock.sleep(2000);
        return node.sendToRoute(request);
      },
    }));
    const report = await withTimePassing(square, square.rebalance().result);
    expect(report.outcome.kind).toBe('settled');
    expect(report.attempts).toHaveLength(2);
    expect(asked).toBe(8);
  });

  test('addInvoice fails', async () => {
    const square = withNode(new Square(), () => ({
      addInvoice: failing('database locked'),
      addHoldInvoice: failing('database locked'),
    }));
    for (const arrival of ['report', 'strict'] as const) {
      expect((await square.rebalance({ arrival }).result).outcome).toMatchObject({
        kind: 'node_error',
        message: expect.stringContaining('database locked'),
      });
    }
  });

  test('addInvoice is denied: none is cancelled, asked after or reported, and the journal has its end', async () => {
    const denied = async (): Promise<never> => {
      throw new NodeError('permission_denied', 'the macaroon does not permit AddInvoice');
    };
    let cancels = 0;
    const square = withNode(new Square(), () => ({
      addInvoice: denied,
      addHoldInvoice: denied,
      cancelInvoice: async () => {
        cancels++;
        return denied();
      },
    }));
    for (const arrival of ['report', 'strict'] as const) {
      expect(await square.rebalance({ arrival }).result).toMatchObject({
        outcome: { kind: 'node_error', message: expect.stringContaining('does not permit') },
        invoices: [],
        notes: [],
      });
    }
    expect(cancels).toBe(0);
    expect(await square.store.unfinished()).toEqual([]);
  });

  test('the arrival cannot be looked up: settled all the same, with a note', async () => {
    const square = withNode(new Square(), () => ({ lookupInvoice: failing('no answer') }));
    expect(await square.rebalance().result).toMatchObject({
      outcome: { kind: 'settled' },
      arrivals: [],
      arrivedAsAsked: null,
      notes: { length: 1 },
    });
  });
});

describe('a store that fails', () => {
  function failingAt(number: number): Store {
    const store = memoryStore();
    let commits = 0;
    return {
      ...store,
      commit: async (batch) => {
        if (++commits === number) throw new Error('disk full');
        await store.commit(batch);
      },
    };
  }

  test.each([
    ['the preimage', 1, 'store_error', 0],
    ['the intent', 2, 'store_error', 0],
    ['the outcome', 3, 'settled', AMOUNT_MSAT],
    ['the end', 4, 'settled', AMOUNT_MSAT],
  ] as const)('at %s', async (_, number, kind, moved) => {
    const square = new Square();
    const before = square.ownTotalMsat();
    const report = await square.rebalance({}, { store: failingAt(number) }).result;
    expect(report.outcome.kind).toBe(kind);
    expect(report.movedMsat).toBe(BigInt(moved));
    expect(square.ownTotalMsat()).toBe(before - report.feePaidMsat);
    if (kind === 'settled') expect(report.notes).toHaveLength(1);
  });
});

test.each<[string, object, RegExp]>([
  ['no node', { node: undefined }, /node must be a LightningNode/],
  ['beliefs that are none', { beliefs: {} }, /beliefs must be a LiquidityBook/],
  ['an attempt that costs a number', { attemptCostMsat: 10 }, /attemptCostMsat must be a bigint/],
  ['an attempt that earns', { attemptCostMsat: -1n }, /attemptCostMsat.*is -1/],
  ['a promise of a node', { node: Promise.resolve() }, /await it first/],
  ['no store', { store: undefined }, /memoryStore/],
  ['a grace that is no number', { graceMs: Number.NaN }, /graceMs must be .* but is NaN/],
  ['a negative age', { graphMaxAgeMs: -1 }, /graphMaxAgeMs must be .* but is -1/],
])('%s: refused at once', (_, options, message) => {
  expect(() => new Square().rebalancer(options)).toThrow(message);
});

test('a log that throws changes nothing', async () => {
  const broken = (): never => {
    throw new Error('the disk is full');
  };
  const log = { debug: broken, info: broken, warn: broken };
  expect((await new Square().rebalance({}, { log }).result).outcome.kind).toBe('settled');
});

describe('requests and faults of our own', () => {
  test('a request that cannot be meant rejects, and reading the events throws the same', async () => {
    const run = new Square().rebalance({ amountMsat: 0n });
    await expect(run.result).rejects.toThrow(RebalanceRequestError);
    await expect(eventKinds(run)).rejects.toThrow(RebalanceRequestError);
  });

  test('a channel that is not ours rejects too', async () => {
    const run = new Square().rebalance({ from: '1x1x1' });
    await expect(run.result).rejects.toThrow(/1x1x1 is not one of ours/);
  });

  test('a weak source of entropy stops everything before an invoice exists', async () => {
    const square = new Square();
    const entropy = { bytes: (length: number) => new Uint8Array(Math.min(length, 8)) };
    await expect(square.rebalance({}, { entropy }).result).rejects.toThrow(/8 bytes instead of 32/);
    expect(await square.store.records()).toEqual([]);
  });

  test('the graph is loaded once, and again when it is old', async () => {
    let loads = 0;
    const square = withNode(new Square(), (node) => ({
      describeGraph: () => {
        loads++;
        return node.describeGraph();
      },
    }));
    const rebalancer = square.rebalancer({ graphMaxAgeMs: 1000 });
    const request = { from: square.out, to: square.in, amountMsat: 1_000_000n, maxFeePpm: 1000 };
    const runs = [rebalancer.rebalance(request), rebalancer.rebalance(request)];
    await Promise.all(runs.map((run) => run.result));
    expect(loads).toBe(1);
    await square.clock.advance(1000);
    await rebalancer.rebalance(request).result;
    expect(loads).toBe(2);
  });
});
