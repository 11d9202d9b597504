import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import {
  AddInvoiceResponse,
  type DelCanceledInvoiceReq,
  DelCanceledInvoiceResp,
  Invoice,
  Invoice_InvoiceState,
  InvoiceHTLCState,
  type PaymentHash as PaymentHashMessage,
} from '../../../src/generated/services/invoice.ts';
import {
  type CancelInvoiceMsg,
  CancelInvoiceResp,
  InvoicesService,
} from '../../../src/generated/services/invoices.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import { bytesToHex } from '../../../src/units/bytes.ts';
import { parsePaymentHash } from '../../../src/units/ids.ts';
import { connectTo, nodeError, testFake } from './connections.ts';
import { FakeStatus, plain } from './fake-lnd.ts';

const PREIMAGE = new Uint8Array(32).fill(6);
const HASH_BYTES = new Uint8Array(createHash('sha256').update(PREIMAGE).digest());
const HASH = parsePaymentHash(bytesToHex(HASH_BYTES));
const REQUEST = {
  preimage: PREIMAGE,
  memo: 'ballast',
  valueMsat: 0n,
  cltvDelta: 40,
  expirySeconds: 3_600,
};

describe('addInvoice', () => {
  it('asks for exactly this invoice, and gives its terms in bytes of their own', async () => {
    const fake = await testFake();
    fake.answer(LightningService.addInvoice, () =>
      AddInvoiceResponse.fromPartial({
        rHash: HASH_BYTES,
        paymentAddr: new Uint8Array(32).fill(1),
        paymentRequest: 'lnbc1',
      }),
    );
    const terms = await (await connectTo(fake)).addInvoice(REQUEST);
    expect(terms).toEqual({ paymentHash: HASH, paymentAddr: new Uint8Array(32).fill(1) });
    expect(terms.paymentAddr.buffer.byteLength).toBe(32);
    const request = fake.calls.at(-1)?.request as Invoice;
    expect(bytesToHex(request.rPreimage)).toBe(bytesToHex(PREIMAGE));
    expect(request).toMatchObject({
      memo: 'ballast',
      value: 0n,
      valueMsat: 0n,
      cltvExpiry: 40n,
      expiry: 3_600n,
      private: false,
      routeHints: [],
    });
  });

  it.each([
    ['another hash', { rHash: new Uint8Array(32), paymentAddr: PREIMAGE }, /with the hash "0000/],
    ['no payment address', { rHash: HASH_BYTES }, /without a payment address/],
  ])('rejects an answer with %s', async (_what, fields, message) => {
    const fake = await testFake();
    fake.answer(LightningService.addInvoice, () => AddInvoiceResponse.fromPartial(fields));
    const error = await nodeError((await connectTo(fake)).addInvoice(REQUEST));
    expect(error.code).toBe('rpc');
    expect(error.message).toMatch(message);
  });

  it('rejects with what lnd says', async () => {
    const fake = await testFake();
    fake.refuse(
      LightningService.addInvoice.path,
      plain('invoice with payment hash already exists'),
    );
    const error = await nodeError((await connectTo(fake)).addInvoice(REQUEST));
    expect(error).toMatchObject({
      code: 'rpc',
      message: expect.stringContaining('invoice with payment hash already exists (UNKNOWN)'),
    });
  });

  it('takes no preimage of another length', async () => {
    const node = await connectTo(await testFake());
    await expect(node.addInvoice({ ...REQUEST, preimage: new Uint8Array(31) })).rejects.toThrow(
      'a preimage has 32 bytes, not 31',
    );
  });
});

describe('lookupInvoice', () => {
  it.each([
    ['OPEN', Invoice_InvoiceState.OPEN, 'open'],
    ['ACCEPTED', Invoice_InvoiceState.ACCEPTED, 'accepted'],
    ['SETTLED', Invoice_InvoiceState.SETTLED, 'settled'],
    ['CANCELED', Invoice_InvoiceState.CANCELED, 'canceled'],
    ['a new one', 11 as 0, 'accepted'],
  ])('reads the state %s', async (_name, state, expected) => {
    const fake = await testFake();
    fake.answer(LightningService.lookupInvoice, () => Invoice.fromPartial({ state }));
    expect(await (await connectTo(fake)).lookupInvoice(HASH)).toEqual({
      paymentHash: HASH,
      state: expected,
      arrivals: [],
    });
    const request = fake.calls.at(-1)?.request as PaymentHashMessage;
    expect(bytesToHex(request.rHash)).toBe(HASH);
    expect(request.rHashStr).toBe('');
  });

  it('tells on which channels the HTLCs arrived', async () => {
    const fake = await testFake();
    const htlcs = [
      {
        chanId: '18446744073709551614',
        amtMsat: 7_000n,
        expiryHeight: 900_040,
        state: InvoiceHTLCState.SETTLED,
      },
      { chanId: '12', amtMsat: 1n, state: InvoiceHTLCState.CANCELED },
      { chanId: '13', amtMsat: 2n, state: InvoiceHTLCState.ACCEPTED },
      { chanId: '14', amtMsat: 3n, state: 9 as 0 },
    ];
    fake.answer(LightningService.lookupInvoice, () => Invoice.fromPartial({ htlcs }));
    expect((await (await connectTo(fake)).lookupInvoice(HASH))?.arrivals).toEqual([
      {
        channelId: '18446744073709551614',
        amountMsat: 7_000n,
        expiryHeight: 900_040,
        state: 'settled',
      },
      { channelId: '12', amountMsat: 1n, expiryHeight: 0, state: 'canceled' },
      { channelId: '13', amountMsat: 2n, expiryHeight: 0, state: 'accepted' },
      { channelId: '14', amountMsat: 3n, expiryHeight: 0, state: 'accepted' },
    ]);
  });

  it.each([
    new FakeStatus(status.NOT_FOUND, 'unable to locate invoice'),
    plain('unable to locate invoice'),
    plain('there are no existing invoices'),
  ])('gives nothing where lnd knows none: $message', async (refusal) => {
    const fake = await testFake();
    fake.refuse(LightningService.lookupInvoice.path, refusal);
    expect(await (await connectTo(fake)).lookupInvoice(HASH)).toBeUndefined();
  });

  it('rejects with any other error', async () => {
    const fake = await testFake();
    fake.refuse(LightningService.lookupInvoice.path, plain('database is closed'));
    expect((await nodeError((await connectTo(fake)).lookupInvoice(HASH))).code).toBe('rpc');
  });
});

describe('cancelInvoice', () => {
  it('cancels this invoice', async () => {
    const fake = await testFake();
    fake.answer(InvoicesService.cancelInvoice, () => CancelInvoiceResp.create());
    expect(await (await connectTo(fake)).cancelInvoice(HASH)).toEqual({ kind: 'canceled' });
    const request = fake.calls.at(-1)?.request as CancelInvoiceMsg;
    expect(bytesToHex(request.paymentHash)).toBe(HASH);
  });

  it.each([
    [plain('invoice already canceled'), 'canceled'],
    [plain('invoice already settled'), 'already_settled'],
    [plain('cancel: invoice already settled: 1'), 'already_settled'],
    [plain('unable to locate invoice'), 'not_found'],
    [plain('there are no existing invoices'), 'not_found'],
    [new FakeStatus(status.NOT_FOUND, 'gone'), 'not_found'],
    [plain('database is closed'), 'unknown'],
    [plain('permission denied'), 'unknown'],
    [new FakeStatus(status.INTERNAL, 'panic'), 'unknown'],
  ])('reads $0.message as $1', async (refusal, kind) => {
    const fake = await testFake();
    fake.refuse(InvoicesService.cancelInvoice.path, refusal);
    expect((await (await connectTo(fake)).cancelInvoice(HASH)).kind).toBe(kind);
  });

  it('does not reject when there is no connection', async () => {
    const fake = await testFake();
    const node = await connectTo(fake);
    fake.stop();
    const outcome = await node.cancelInvoice(HASH);
    expect(outcome).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('nothing listens at'),
    });
  });
});

describe('deleteCanceledInvoice', () => {
  it('names the invoice in hex, as lnd wants it here', async () => {
    const fake = await testFake();
    fake.answer(LightningService.deleteCanceledInvoice, () => DelCanceledInvoiceResp.create());
    await (await connectTo(fake)).deleteCanceledInvoice(HASH);
    const request = fake.calls.at(-1)?.request as DelCanceledInvoiceReq;
    expect(request.invoiceHash).toBe(HASH);
  });

  it.each([
    plain('unable to locate invoice'),
    plain('there are no existing invoices'),
    new FakeStatus(status.NOT_FOUND, 'gone'),
  ])('is content where there is none: $message', async (refusal) => {
    const fake = await testFake();
    fake.refuse(LightningService.deleteCanceledInvoice.path, refusal);
    await expect((await connectTo(fake)).deleteCanceledInvoice(HASH)).resolves.toBeUndefined();
  });

  it('says which version can, where this lnd cannot', async () => {
    const fake = await testFake();
    const details = 'unknown method DeleteCanceledInvoice for service lnrpc.Lightning';
    const refusal = new FakeStatus(status.UNIMPLEMENTED, details);
    fake.refuse(LightningService.deleteCanceledInvoice.path, refusal);
    const error = await nodeError((await connectTo(fake)).deleteCanceledInvoice(HASH));
    expect(error.code).toBe('too_old');
    expect(error.message).toContain('0.20');
  });

  it('rejects with what lnd says about an invoice that is not cancelled', async () => {
    const fake = await testFake();
    fake.refuse(LightningService.deleteCanceledInvoice.path, plain('invoice not canceled'));
    const error = await nodeError((await connectTo(fake)).deleteCanceledInvoice(HASH));
    expect(error).toMatchObject({ code: 'rpc', message: expect.stringContaining('not canceled') });
  });
});
