/**
 * A node, or whoever speaks in its place, that tells Ballast what is not so. It holds the channels, so it can lose them
 * without Ballast; what it cannot do is make Ballast send more, or more than once, or for more than was allowed.
 */
import { describe, expect, test } from 'vitest';
import type { InvoiceTerms, LightningNode, SendRequest } from '../../src/ports.ts';
import type { PaymentHash } from '../../src/units/ids.ts';
import { AMOUNT_MSAT, Square } from '../engine/square.ts';

interface Told {
  readonly square: Square;
  readonly sent: SendRequest[];
}

/** What is asked to be sent, by a node of which some answers are lies. */
function lying(lies: (node: LightningNode, square: Square) => Partial<LightningNode>): Told {
  const square = new Square();
  const sent: SendRequest[] = [];
  const honest = square.node;
  const told = { ...honest, ...lies(honest, square) };
  square.node = {
    ...told,
    sendToRoute: (request) => {
      sent.push(request);
      return told.sendToRoute(request);
    },
  };
  return { square, sent };
}

const OTHER_HASH = 'ab'.repeat(32) as PaymentHash;
const feeOf = ({ route }: SendRequest): bigint =>
  route.totalAmtMsat - route.hops.at(-1)!.amtToForwardMsat;

describe.each(['addInvoice', 'addHoldInvoice'] as const)('an invoice of %s', (method) => {
  const arrival = method === 'addInvoice' ? 'report' : 'strict';
  /** The honest one with other terms. */
  const answering = (terms: Partial<InvoiceTerms>): Told =>
    lying((node) => ({
      [method]: async (request: never) => ({ ...(await node[method](request)), ...terms }),
    }));

  test('with another hash is not paid, for its preimage is not ours', async () => {
    const { square, sent } = answering({ paymentHash: OTHER_HASH });
    const report = await square.rebalance({ arrival }).result;
    expect(sent).toEqual([]);
    expect(report.outcome).toMatchObject({
      kind: 'node_error',
      message: expect.stringContaining(`hash ${OTHER_HASH} instead of`),
    });
  });

  test('with a secret of another length is not paid', async () => {
    const { square, sent } = answering({ paymentAddr: new Uint8Array(31) });
    const report = await square.rebalance({ arrival }).result;
    expect(sent).toEqual([]);
    expect(report.outcome.kind).toBe('internal_error');
  });
});

describe('a graph that is told too cheap', () => {
  test('gets refusals, and is paid no more than was allowed', async () => {
    const { square, sent } = lying((node) => ({
      describeGraph: async () => {
        const graph = await node.describeGraph();
        const free = { feeBaseMsat: 0n, feeRatePpm: 0, timeLockDelta: 1 };
        return {
          ...graph,
          channels: graph.channels.map((channel) => ({
            ...channel,
            policy1: channel.policy1 && { ...channel.policy1, ...free },
            policy2: channel.policy2 && { ...channel.policy2, ...free },
          })),
        };
      },
    }));
    const report = await square.rebalance({ maxFeePpm: 99 }).result;
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.every((request) => feeOf(request) <= 99_000n)).toBe(true);
    expect(report).toMatchObject({ movedMsat: 0n, feePaidMsat: 0n });
  });

  test('and too dear is not paid at all', async () => {
    const { square, sent } = lying((node) => ({
      describeGraph: async () => {
        const graph = await node.describeGraph();
        const dear = { feeBaseMsat: 2n ** 32n - 1n, feeRatePpm: 2 ** 32 - 1 };
        return {
          ...graph,
          channels: graph.channels.map((channel) => ({
            ...channel,
            policy1: channel.policy1 && { ...channel.policy1, ...dear },
            policy2: channel.policy2 && { ...channel.policy2, ...dear },
          })),
        };
      },
    }));
    expect((await square.rebalance().result).outcome.kind).toBe('no_route');
    expect(sent).toEqual([]);
  });
});

describe('the end of a payment', () => {
  test('is taken for a success with a preimage that is none: booked, noted, and not sent again', async () => {
    const { square, sent } = lying(() => ({
      sendToRoute: async () => ({ kind: 'settled', preimage: new Uint8Array(32), attemptId: 1n }),
      lookupInvoice: async () => undefined,
    }));
    const report = await square.rebalance({ totalMsat: AMOUNT_MSAT }).result;
    expect(sent).toHaveLength(1);
    // What it was asked to pay, whatever it says to have paid.
    expect(report.feePaidMsat).toBe(feeOf(sent[0]!));
    expect(report.notes.join()).toContain('with a preimage that is not ours');
    const paid = await square.store.feesPaid();
    expect(paid.map(({ feeMsat }) => feeMsat)).toEqual([feeOf(sent[0]!)]);
  });

  test('that is denied although its invoice was paid is an error, and nothing more is sent', async () => {
    const { square, sent } = lying((node) => ({
      sendToRoute: async (request) => {
        expect((await node.sendToRoute(request)).kind).toBe('settled');
        return { kind: 'not_sent', reason: 'it never left' };
      },
    }));
    const report = await square.rebalance({ maxAttempts: 5, arrival: 'report' }).result;
    expect(sent).toHaveLength(1);
    expect(report.outcome).toMatchObject({
      kind: 'node_error',
      message: expect.stringContaining('is paid, though every attempt for it failed'),
    });
    // This is what it gains: it has the fee, and the budget does not know.
    expect(await square.store.feesPaid()).toEqual([]);
  });

  test('that is never told keeps its share of the budget, and nothing takes its place', async () => {
    const { square, sent } = lying(() => ({
      sendToRoute: async () => ({ kind: 'unknown', reason: 'who knows' }),
      trackPayment: async function* () {
        await new Promise(() => {});
      },
    }));
    const rebalancer = square.rebalancer({ budget: { ever: { allMsat: 150_000n } }, graceMs: 1 });
    const request = { from: square.out, to: square.in, amountMsat: AMOUNT_MSAT, maxFeePpm: 1000 };
    const stop = new AbortController();
    const run = rebalancer.rebalance({ ...request, signal: stop.signal });
    for await (const event of run) if (event.kind === 'tracking_unknown') break;
    stop.abort();
    const ended = run.result;
    for (let i = 0; i < 20; i++) {
      await square.clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await ended).outcome.kind).toBe('in_flight');
    expect(rebalancer.status().leftMsat.ever).toBe(50_000n);
    const second = rebalancer.rebalance({ ...request, deadlineMs: 1000 });
    for (let i = 0; i < 20; i++) {
      await square.clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await second.result).outcome.kind).not.toBe('settled');
    expect(sent).toHaveLength(1);
  });
});

test('a node that turns out to be another is not trusted with what this one has under way', async () => {
  const { square, sent } = lying((node) => ({
    info: async () => ({ ...(await node.info()), nodeId: square.ann }),
  }));
  await square.store.commit([
    {
      kind: 'start',
      rebalanceId: 'r',
      atMs: 1,
      self: square.self,
      amountMsat: 1n,
      outChannels: [square.out],
      inChannels: [square.in],
    },
  ]);
  const report = await square.rebalance().result;
  expect(report.outcome).toMatchObject({
    kind: 'store_error',
    message: expect.stringContaining('connect that node, or use another store'),
  });
  expect(sent).toEqual([]);
});
