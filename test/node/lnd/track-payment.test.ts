import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import {
  HTLCAttempt_HTLCStatus,
  Payment,
  Payment_PaymentStatus,
} from '../../../src/generated/services/payments.ts';
import { RouterService, type TrackPaymentRequest } from '../../../src/generated/services/router.ts';
import type { LightningNode, TrackUpdate } from '../../../src/ports.ts';
import { bytesToHex } from '../../../src/units/bytes.ts';
import { parsePaymentHash } from '../../../src/units/ids.ts';
import { collect, connectTo, never, nodeError, testFake } from './connections.ts';
import { type FakeLnd, FakeStatus, plain } from './fake-lnd.ts';

const HASH = parsePaymentHash('f0'.repeat(32));

const payment = (
  state: Payment_PaymentStatus,
  fields: Parameters<typeof Payment.fromPartial>[0] = {},
): Payment =>
  Payment.fromPartial({ paymentHash: HASH, status: state, valueMsat: 5_000n, ...fields });

const { IN_FLIGHT, SUCCEEDED, FAILED, INITIATED, UNKNOWN } = Payment_PaymentStatus;

async function tracked(script: (request: TrackPaymentRequest) => AsyncIterable<Payment>): Promise<{
  fake: FakeLnd;
  node: LightningNode;
  updates: AsyncIterable<TrackUpdate>;
  stop: AbortController;
}> {
  const fake = await testFake();
  fake.stream(RouterService.trackPaymentV2, script);
  const node = await connectTo(fake);
  const stop = new AbortController();
  return { fake, node, stop, updates: node.trackPayment(HASH, { signal: stop.signal }) };
}

const statesOf = (updates: readonly TrackUpdate[]): string[] =>
  updates.map((update) => (update.kind === 'payment' ? update.payment.state : update.kind));

describe('trackPayment', () => {
  it.each([
    ['a success', SUCCEEDED, 'settled'],
    ['a failure', FAILED, 'failed'],
  ])('tells each change and ends after %s', async (_what, end, state) => {
    const { updates } = await tracked(async function* () {
      yield payment(INITIATED);
      yield payment(UNKNOWN);
      yield payment(17 as 0);
      yield payment(IN_FLIGHT);
      yield payment(end);
      // lnd closes the stream here; the client must not wait for that.
      await never();
    });
    expect(statesOf(await collect(updates))).toEqual([
      'in_flight',
      'in_flight',
      'in_flight',
      'in_flight',
      state,
    ]);
  });

  it('asks for this payment, with its changes while in flight', async () => {
    const { fake, updates } = await tracked(async function* () {
      yield payment(SUCCEEDED);
    });
    await collect(updates);
    const request = fake.calls.at(-1)?.request as TrackPaymentRequest;
    expect(bytesToHex(request.paymentHash)).toBe(HASH);
    expect(request.noInflightUpdates).toBe(false);
  });

  it('reads attempts exactly, in bytes of their own', async () => {
    const { updates } = await tracked(async function* () {
      yield payment(SUCCEEDED, {
        htlcs: [
          {
            attemptId: 2n ** 63n + 5n,
            status: HTLCAttempt_HTLCStatus.FAILED,
            attemptTimeNs: 1_790_000_000_123_456_789n,
            failure: { code: Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE, failureSourceIndex: 3 },
            route: {
              totalAmtMsat: 5_010n,
              hops: [
                {
                  chanId: '989560464998432769',
                  mppRecord: { paymentAddr: new Uint8Array(32).fill(4), totalAmtMsat: 5_000n },
                  customRecords: new Map([[70_000n, Uint8Array.of(1, 2)]]),
                },
              ],
            },
          },
          {
            attemptId: 2n ** 63n + 6n,
            status: HTLCAttempt_HTLCStatus.SUCCEEDED,
            preimage: new Uint8Array(32).fill(8),
          },
          { attemptId: 2n ** 63n + 7n, status: HTLCAttempt_HTLCStatus.IN_FLIGHT },
        ],
      });
    });
    const [update] = await collect(updates);
    if (update?.kind !== 'payment') throw new Error('no payment');
    expect(update.payment).toMatchObject({ paymentHash: HASH, valueMsat: 5_000n });
    const [failed, settled, inFlight] = update.payment.attempts;
    expect(failed).toMatchObject({
      attemptId: 2n ** 63n + 5n,
      state: 'failed',
      attemptTimeNs: 1_790_000_000_123_456_789n,
      failure: { code: Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE, failureSourceIndex: 3 },
      preimage: null,
    });
    const hop = failed?.route.hops[0];
    expect(hop?.chanId).toBe('989560464998432769');
    expect(hop?.mppRecord?.paymentAddr.buffer.byteLength).toBe(32);
    expect(hop?.customRecords.get(70_000n)).toEqual(Uint8Array.of(1, 2));
    expect(settled).toMatchObject({ state: 'settled', failure: null });
    expect(settled?.preimage).toEqual(new Uint8Array(32).fill(8));
    expect(inFlight).toMatchObject({ state: 'in_flight', failure: null, preimage: null });
  });

  it('says so when lnd has no such payment', async () => {
    const { fake, updates } = await tracked(async function* () {});
    fake.refuse(
      RouterService.trackPaymentV2.path,
      new FakeStatus(status.NOT_FOUND, "payment isn't initiated"),
    );
    expect(await collect(updates)).toEqual([{ kind: 'not_found' }]);
  });

  it('rejects when lnd closes the stream of a payment that is not decided', async () => {
    const { updates } = await tracked(async function* () {
      yield payment(IN_FLIGHT);
    });
    const error = await nodeError(collect(updates));
    expect(error.code).toBe('rpc');
    expect(error.message).toMatch(/before it was decided; track it again/);
  });

  it('rejects with what lnd says, after the updates that came before', async () => {
    const { updates } = await tracked(async function* () {
      yield payment(IN_FLIGHT);
      throw plain('database is closed');
    });
    const seen: TrackUpdate[] = [];
    const error = await nodeError(
      (async () => {
        for await (const update of updates) seen.push(update);
      })(),
    );
    expect(statesOf(seen)).toEqual(['in_flight']);
    expect(error).toMatchObject({
      code: 'rpc',
      message: expect.stringContaining('database is closed'),
    });
  });

  it('rejects when contact is lost, and says why', async () => {
    const { fake, updates } = await tracked(async function* () {
      yield payment(IN_FLIGHT);
      await never();
    });
    const iterator = updates[Symbol.asyncIterator]();
    await iterator.next();
    const next = iterator.next();
    fake.stop();
    const error = await nodeError(next);
    expect(error.code).toBe('unreachable');
    expect(error.message).toMatch(/nothing listens at/);
  });

  it('ends quietly when the signal aborts, before and during', async () => {
    const { updates, stop, node } = await tracked(async function* () {
      yield payment(IN_FLIGHT);
      await never();
    });
    const seen: TrackUpdate[] = [];
    for await (const update of updates) {
      seen.push(update);
      stop.abort();
    }
    expect(statesOf(seen)).toEqual(['in_flight']);
    const again = node.trackPayment(HASH, { signal: stop.signal });
    expect(await collect(again)).toEqual([]);
  });

  it('ends quietly when the signal aborts while the stream is being opened', async () => {
    const { updates, stop, node } = await tracked(async function* () {
      yield payment(IN_FLIGHT);
      await never();
    });
    const first = updates[Symbol.asyncIterator]().next();
    stop.abort();
    expect(await first).toEqual({ done: true, value: undefined });
    expect((await node.info()).alias).toBe('ours');
  });

  it('can be left by whoever reads it', async () => {
    const { updates, node } = await tracked(async function* () {
      yield payment(IN_FLIGHT);
      await never();
    });
    for await (const update of updates) {
      expect(statesOf([update])).toEqual(['in_flight']);
      break;
    }
    // The cancelled stream must not surface as an error later; another call shows that the node is well.
    expect((await node.info()).alias).toBe('ours');
  });

  it('rejects when the node is closed meanwhile', async () => {
    const { updates, node } = await tracked(async function* () {
      yield payment(IN_FLIGHT);
      await never();
    });
    const iterator = updates[Symbol.asyncIterator]();
    await iterator.next();
    const next = iterator.next();
    await node.close();
    expect((await nodeError(next)).code).toBe('closed');
  });
});
