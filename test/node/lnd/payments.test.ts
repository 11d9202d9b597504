import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import {
  type DeletePaymentRequest,
  DeletePaymentResponse,
  HTLCAttempt_HTLCStatus,
  type ListPaymentsRequest,
  ListPaymentsResponse,
  Payment,
  Payment_PaymentStatus,
} from '../../../src/generated/services/payments.ts';
import { RouterService } from '../../../src/generated/services/router.ts';
import { bytesToHex } from '../../../src/units/bytes.ts';
import { parsePaymentHash } from '../../../src/units/ids.ts';
import { connectTo, never, nodeError, testFake } from './connections.ts';
import { type FakeLnd, FakeStatus, plain } from './fake-lnd.ts';

const { IN_FLIGHT, SUCCEEDED, FAILED, INITIATED, UNKNOWN } = Payment_PaymentStatus;
const HASH = parsePaymentHash('f0'.repeat(32));

const hashOf = (number: number): string => number.toString(16).padStart(64, '0');

/** Payment `index` of lnd's database, with the hash of that number unless another is given. */
const payment = (index: number, state: Payment_PaymentStatus, hash = hashOf(index)): Payment =>
  Payment.fromPartial({ paymentHash: hash, status: state, paymentIndex: BigInt(index) });

/** Lists these as lnd does; `between` runs after each page. */
function list(fake: FakeLnd, payments: () => readonly Payment[], between = (): void => {}): void {
  fake.answer(LightningService.listPayments, ({ indexOffset, maxPayments }) => {
    const most = maxPayments === 0n ? 100 : Number(maxPayments);
    const rest = payments().filter(({ paymentIndex }) => paymentIndex > indexOffset);
    const page = rest.slice(0, most);
    between();
    return ListPaymentsResponse.fromPartial({
      payments: page,
      firstIndexOffset: page.at(0)?.paymentIndex ?? 0n,
      lastIndexOffset: page.at(-1)?.paymentIndex ?? 0n,
    });
  });
}

const listings = (fake: FakeLnd): ListPaymentsRequest[] =>
  fake.calls
    .filter(({ path }) => path === LightningService.listPayments.path)
    .map(({ request }) => request as ListPaymentsRequest);

describe('unfinishedPayments', () => {
  it('keeps what is not over, of however many pages', async () => {
    const fake = await testFake();
    const unfinished = new Map([
      [1, IN_FLIGHT],
      [100, INITIATED],
      [101, UNKNOWN],
      [250, 17 as 0],
    ]);
    const payments = Array.from({ length: 250 }, (_, i) =>
      payment(i + 1, unfinished.get(i + 1) ?? (i % 2 === 0 ? SUCCEEDED : FAILED)),
    );
    list(fake, () => payments);
    const found = await (await connectTo(fake)).unfinishedPayments({ sinceMs: 0 });
    expect(found.map(({ paymentHash }) => paymentHash)).toEqual([...unfinished.keys()].map(hashOf));
    expect(found.every(({ state }) => state === 'in_flight')).toBe(true);
    expect(listings(fake).map(({ indexOffset }) => indexOffset)).toEqual([0n, 100n, 200n, 250n]);
    for (const request of listings(fake)) {
      expect(request).toMatchObject({ includeIncomplete: true, reversed: false, omitHops: false });
    }
  });

  it('reads attempts as trackPayment does', async () => {
    const fake = await testFake();
    const route = { totalAmtMsat: 5_010n, hops: [{ chanId: '989560464998432769' }] };
    const htlcs = [{ attemptId: 7n, status: HTLCAttempt_HTLCStatus.IN_FLIGHT, route }];
    const message = { ...payment(1, IN_FLIGHT), valueMsat: 5_000n };
    list(fake, () => [Payment.fromPartial({ ...message, htlcs })]);
    expect(await (await connectTo(fake)).unfinishedPayments({ sinceMs: 0 })).toMatchObject([
      {
        paymentHash: hashOf(1),
        state: 'in_flight',
        valueMsat: 5_000n,
        attempts: [{ attemptId: 7n, state: 'in_flight', route }],
      },
    ]);
  });

  it.each([
    ['has failed by then', FAILED, []],
    ['is under way again', IN_FLIGHT, [hashOf(1)]],
  ])('believes the later index of a payment that moved and %s', async (_what, state, hashes) => {
    const fake = await testFake();
    let payments = Array.from({ length: 100 }, (_, i) =>
      payment(i + 1, i === 0 ? IN_FLIGHT : SUCCEEDED),
    );
    list(
      fake,
      () => payments,
      () => {
        payments = [...payments.slice(1), payment(101, state, hashOf(1))];
      },
    );
    const found = await (await connectTo(fake)).unfinishedPayments({ sinceMs: 0 });
    expect(found.map(({ paymentHash }) => paymentHash)).toEqual(hashes);
  });

  it('rejects rather than turn in a circle', async () => {
    const fake = await testFake();
    fake.answer(LightningService.listPayments, () =>
      ListPaymentsResponse.fromPartial({ payments: [payment(5, FAILED)], lastIndexOffset: 0n }),
    );
    const error = await nodeError((await connectTo(fake)).unfinishedPayments({ sinceMs: 0 }));
    expect(error.message).toMatch(/a page that ends at 0, though it was to begin after 0/);
  });

  it('rejects what it cannot read, and what lnd refuses', async () => {
    const fake = await testFake();
    const node = await connectTo(fake);
    list(fake, () => [payment(1, IN_FLIGHT, 'nothing')]);
    expect((await nodeError(node.unfinishedPayments({ sinceMs: 0 }))).message).toMatch(
      /hash "nothing"/,
    );
    fake.refuse(LightningService.listPayments.path, plain('database is closed'));
    expect((await nodeError(node.unfinishedPayments({ sinceMs: 0 }))).message).toMatch(
      /database is closed/,
    );
  });
});

async function fakeWith(state: Payment_PaymentStatus): Promise<FakeLnd> {
  const fake = await testFake();
  fake.stream(RouterService.trackPaymentV2, async function* () {
    yield payment(1, state, HASH);
    await never();
  });
  fake.answer(LightningService.deletePayment, () => DeletePaymentResponse.create());
  return fake;
}

const deletions = (fake: FakeLnd): DeletePaymentRequest[] =>
  fake.calls
    .filter(({ path }) => path === LightningService.deletePayment.path)
    .map(({ request }) => request as DeletePaymentRequest);

describe('deleteFailedPayment', () => {
  it('deletes the whole record of a payment that failed', async () => {
    const fake = await fakeWith(FAILED);
    await (await connectTo(fake)).deleteFailedPayment(HASH);
    expect(deletions(fake).map((request) => [bytesToHex(request.paymentHash), request])).toEqual([
      [HASH, expect.objectContaining({ failedHtlcsOnly: false })],
    ]);
  });

  it.each([
    ['settled', SUCCEEDED, /has settled/],
    ['in flight', IN_FLIGHT, /still under way/],
    ['initiated', INITIATED, /still under way/],
    ['in a state we do not know', 17 as 0, /still under way/],
  ])('does not even ask lnd to delete one that is %s', async (_what, state, message) => {
    const fake = await fakeWith(state);
    const error = await nodeError((await connectTo(fake)).deleteFailedPayment(HASH));
    expect(error.message).toMatch(message);
    expect(deletions(fake)).toEqual([]);
  });

  it('is content where lnd has no such payment', async () => {
    const fake = await fakeWith(FAILED);
    const refusal = new FakeStatus(status.NOT_FOUND, "payment isn't initiated");
    fake.refuse(RouterService.trackPaymentV2.path, refusal);
    await (await connectTo(fake)).deleteFailedPayment(HASH);
    expect(deletions(fake)).toEqual([]);
  });

  it('deletes nothing while it does not know how the payment ended', async () => {
    const fake = await fakeWith(FAILED);
    const node = await connectTo(fake);
    fake.refuse(RouterService.trackPaymentV2.path, plain('database is closed'));
    expect((await nodeError(node.deleteFailedPayment(HASH))).message).toMatch(/is closed/);
    expect(deletions(fake)).toEqual([]);
  });

  it('rejects with what lnd says', async () => {
    const fake = await fakeWith(FAILED);
    fake.refuse(LightningService.deletePayment.path, plain('payment is in transition'));
    const error = await nodeError((await connectTo(fake)).deleteFailedPayment(HASH));
    expect(error.message).toContain('payment is in transition');
  });
});
