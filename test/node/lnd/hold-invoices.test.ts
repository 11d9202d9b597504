import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import {
  Invoice,
  Invoice_InvoiceState,
  InvoiceHTLCState,
} from '../../../src/generated/services/invoice.ts';
import {
  type AddHoldInvoiceRequest,
  AddHoldInvoiceResp,
  InvoicesService,
  type SettleInvoiceMsg,
  SettleInvoiceResp,
  type SubscribeSingleInvoiceRequest,
} from '../../../src/generated/services/invoices.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import type { InvoiceRecord, LightningNode } from '../../../src/ports.ts';
import { bytesToHex } from '../../../src/units/bytes.ts';
import { parsePaymentHash } from '../../../src/units/ids.ts';
import { collect, connectTo, never, nodeError, testFake } from './connections.ts';
import { type FakeLnd, FakeStatus, plain } from './fake-lnd.ts';

const PREIMAGE = new Uint8Array(32).fill(6);
const HASH = parsePaymentHash(createHash('sha256').update(PREIMAGE).digest('hex'));
const REQUEST = {
  paymentHash: HASH,
  memo: 'strict',
  valueMsat: 0n,
  cltvDelta: 40,
  expirySeconds: 600,
};

describe('addHoldInvoice', () => {
  it('asks for exactly this invoice, and gives its terms in bytes of their own', async () => {
    const fake = await testFake();
    fake.answer(InvoicesService.addHoldInvoice, () =>
      AddHoldInvoiceResp.fromPartial({ paymentAddr: new Uint8Array(32).fill(1) }),
    );
    const terms = await (await connectTo(fake)).addHoldInvoice(REQUEST);
    expect(terms).toEqual({ paymentHash: HASH, paymentAddr: new Uint8Array(32).fill(1) });
    expect(terms.paymentAddr.buffer.byteLength).toBe(32);
    const request = fake.calls.at(-1)?.request as AddHoldInvoiceRequest;
    expect(bytesToHex(request.hash)).toBe(HASH);
    expect(request).toMatchObject({
      memo: 'strict',
      value: 0n,
      valueMsat: 0n,
      cltvExpiry: 40n,
      expiry: 600n,
      private: false,
    });
  });

  it('rejects an answer without a payment address', async () => {
    const fake = await testFake();
    fake.answer(InvoicesService.addHoldInvoice, () => AddHoldInvoiceResp.create());
    const error = await nodeError((await connectTo(fake)).addHoldInvoice(REQUEST));
    expect(error.message).toMatch(/without a payment address/);
  });

  it('rejects with what lnd says', async () => {
    const fake = await testFake();
    const details = 'invoice with payment hash already exists';
    fake.refuse(InvoicesService.addHoldInvoice.path, plain(details));
    const error = await nodeError((await connectTo(fake)).addHoldInvoice(REQUEST));
    expect(error).toMatchObject({ code: 'rpc', message: expect.stringContaining(details) });
  });
});

describe('settleInvoice', () => {
  it('hands over the preimage', async () => {
    const fake = await testFake();
    fake.answer(InvoicesService.settleInvoice, () => SettleInvoiceResp.create());
    expect(await (await connectTo(fake)).settleInvoice(PREIMAGE)).toEqual({ kind: 'settled' });
    const request = fake.calls.at(-1)?.request as SettleInvoiceMsg;
    expect(bytesToHex(request.preimage)).toBe(bytesToHex(PREIMAGE));
  });

  it.each([
    [plain('invoice still open'), 'not_accepted'],
    [plain('update invoice: invoice still open'), 'not_accepted'],
    [plain('invoice already canceled'), 'not_accepted'],
    [plain('unable to locate invoice'), 'not_accepted'],
    [plain('there are no existing invoices'), 'not_accepted'],
    [new FakeStatus(status.NOT_FOUND, 'unable to locate invoice'), 'not_accepted'],
    // Not lnd's words, so it proves nothing.
    [new FakeStatus(status.NOT_FOUND, 'gone'), 'unknown'],
    [plain('database is closed'), 'unknown'],
    [plain('context canceled'), 'unknown'],
    [plain('permission denied'), 'unknown'],
    [plain('unable to settle hodl invoice: 7 is not a hodl invoice'), 'unknown'],
    [new FakeStatus(status.DEADLINE_EXCEEDED, 'invoice still open'), 'unknown'],
    [new FakeStatus(status.UNAVAILABLE, 'invoice already canceled'), 'unknown'],
    [new FakeStatus(status.INTERNAL, 'panic'), 'unknown'],
  ])('reads %s as %s', async (refusal, kind) => {
    const fake = await testFake();
    fake.refuse(InvoicesService.settleInvoice.path, refusal);
    const outcome = await (await connectTo(fake)).settleInvoice(PREIMAGE);
    expect(outcome.kind).toBe(kind);
    if (outcome.kind === 'not_accepted') expect(outcome.reason).toContain(refusal.message);
  });

  it('does not reject when there is no connection', async () => {
    const fake = await testFake();
    const node = await connectTo(fake);
    fake.stop();
    expect(await node.settleInvoice(PREIMAGE)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('nothing listens at'),
    });
  });

  it('wants 32 bytes', async () => {
    const node = await connectTo(await testFake());
    await expect(node.settleInvoice(new Uint8Array(33))).rejects.toThrow(
      'a preimage has 32 bytes, not 33',
    );
  });
});

const { OPEN, ACCEPTED, SETTLED, CANCELED } = Invoice_InvoiceState;

const invoice = (
  state: Invoice_InvoiceState,
  htlcs: Parameters<typeof Invoice.fromPartial>[0]['htlcs'] = [],
): Invoice => Invoice.fromPartial({ state, htlcs });

async function watched(
  script: (request: SubscribeSingleInvoiceRequest) => AsyncIterable<Invoice>,
): Promise<{
  fake: FakeLnd;
  node: LightningNode;
  updates: AsyncIterable<InvoiceRecord>;
  stop: AbortController;
}> {
  const fake = await testFake();
  fake.answer(LightningService.lookupInvoice, () => invoice(OPEN));
  fake.stream(InvoicesService.subscribeSingleInvoice, script);
  const node = await connectTo(fake);
  const stop = new AbortController();
  return { fake, node, stop, updates: node.watchInvoice(HASH, { signal: stop.signal }) };
}

const statesOf = (updates: readonly InvoiceRecord[]): string[] => updates.map(({ state }) => state);

async function* openAndThenNothing(): AsyncGenerator<Invoice> {
  yield invoice(OPEN);
  await never();
}

describe('watchInvoice', () => {
  it.each([
    ['a settlement', SETTLED, 'settled'],
    ['a cancellation', CANCELED, 'canceled'],
  ])('tells each change and ends after %s', async (_what, end, state) => {
    const { fake, updates } = await watched(async function* () {
      yield invoice(OPEN);
      yield invoice(9 as 0);
      yield invoice(ACCEPTED);
      yield invoice(end);
      await never();
    });
    expect(statesOf(await collect(updates))).toEqual(['open', 'accepted', 'accepted', state]);
    const request = fake.calls.at(-1)?.request as SubscribeSingleInvoiceRequest;
    expect(bytesToHex(request.rHash)).toBe(HASH);
  });

  it('tells what arrived: channel, amount, expiry', async () => {
    const htlc = { chanId: '18446744073709551614', amtMsat: 5_000n, expiryHeight: 900_040 };
    const { updates } = await watched(async function* () {
      yield invoice(ACCEPTED, [{ ...htlc, state: InvoiceHTLCState.ACCEPTED }]);
      await never();
    });
    for await (const update of updates) {
      expect(update).toEqual({
        paymentHash: HASH,
        state: 'accepted',
        arrivals: [
          {
            channelId: '18446744073709551614',
            amountMsat: 5_000n,
            expiryHeight: 900_040,
            state: 'accepted',
          },
        ],
      });
      break;
    }
  });

  it('rejects where lnd has no such invoice, to which lnd would say nothing', async () => {
    const { fake, updates } = await watched(openAndThenNothing);
    fake.refuse(
      LightningService.lookupInvoice.path,
      new FakeStatus(status.NOT_FOUND, 'unable to locate invoice'),
    );
    const error = await nodeError(collect(updates));
    expect(error).toMatchObject({
      code: 'rpc',
      message: expect.stringContaining(`no invoice ${HASH}`),
    });
  });

  it('rejects when lnd closes the stream of an invoice that is not decided', async () => {
    const { updates } = await watched(async function* () {
      yield invoice(ACCEPTED);
    });
    const error = await nodeError(collect(updates));
    expect(error.code).toBe('rpc');
    expect(error.message).toMatch(/before it was decided; watch it again/);
  });

  it('rejects with what lnd says, after the updates that came before', async () => {
    const { updates } = await watched(async function* () {
      yield invoice(OPEN);
      throw plain('database is closed');
    });
    const iterator = updates[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ state: 'open' });
    const error = await nodeError(iterator.next());
    expect(error.message).toContain('database is closed');
  });

  it.each([
    ['contact is lost', (fake: FakeLnd) => fake.stop(), 'unreachable'],
    ['the node is closed', (_fake: FakeLnd, node: LightningNode) => node.close(), 'closed'],
  ])('rejects when %s', async (_what, breakOff, code) => {
    const { fake, node, updates } = await watched(openAndThenNothing);
    const iterator = updates[Symbol.asyncIterator]();
    await iterator.next();
    const next = nodeError(iterator.next());
    await breakOff(fake, node);
    expect((await next).code).toBe(code);
  });

  it('ends quietly when the signal aborts: before, while opening, and during', async () => {
    const { updates, stop, node } = await watched(openAndThenNothing);
    const seen: InvoiceRecord[] = [];
    for await (const update of updates) {
      seen.push(update);
      stop.abort();
    }
    expect(statesOf(seen)).toEqual(['open']);
    expect(await collect(node.watchInvoice(HASH, { signal: stop.signal }))).toEqual([]);
    const opening = new AbortController();
    const first = collect(node.watchInvoice(HASH, { signal: opening.signal }));
    opening.abort();
    expect(await first).toEqual([]);
    expect((await node.info()).alias).toBe('ours');
  });
});
