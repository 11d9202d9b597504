import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import {
  Invoice,
  Invoice_InvoiceState,
  InvoiceHTLCState,
} from '../../../src/generated/services/invoice.ts';
import {
  AddHoldInvoiceRequest,
  InvoicesService,
} from '../../../src/generated/services/invoices.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import { HTLCAttempt_HTLCStatus } from '../../../src/generated/services/payments.ts';
import { RouterService, SendToRouteRequest } from '../../../src/generated/services/router.ts';
import { bytesToHex, hexToBytes } from '../../../src/units/bytes.ts';
import { circularRoute, hashOf, preimageOf } from './ring-network.ts';
import { expectStatus } from './rpc-client.ts';
import { servedRing } from './served-ring.ts';

const world = servedRing();

const add = (request: Partial<Invoice>) =>
  world.rpc.ask(LightningService.addInvoice, Invoice.fromPartial(request));

const addHold = (request: Partial<AddHoldInvoiceRequest>) =>
  world.rpc.ask(InvoicesService.addHoldInvoice, AddHoldInvoiceRequest.fromPartial(request));

const lookup = (rHash: Uint8Array) =>
  world.rpc.ask(LightningService.lookupInvoice, { rHash, rHashStr: '' });

const follow = (rHash: Uint8Array) =>
  world.rpc.stream(InvoicesService.subscribeSingleInvoice, { rHash });

const pay = (paymentHash: Uint8Array, paymentAddr: Uint8Array) =>
  world.rpc.ask(
    RouterService.sendToRouteV2,
    SendToRouteRequest.fromPartial({ paymentHash, route: circularRoute(world.ring, paymentAddr) }),
  );

const unknown = (details: string | RegExp) => ({ code: status.UNKNOWN, details });

describe('ordinary invoices', () => {
  test('AddInvoice and LookupInvoice agree', async () => {
    const rPreimage = preimageOf('plain');
    const added = await add({
      rPreimage,
      memo: 'tea',
      valueMsat: 1_000_999n,
      expiry: 600n,
      cltvExpiry: 40n,
    });
    expect(bytesToHex(added.rHash)).toBe(hashOf(rPreimage));
    expect(added.paymentAddr).toHaveLength(32);
    const invoice = await lookup(added.rHash);
    expect(invoice).toMatchObject({
      memo: 'tea',
      value: 1000n,
      valueMsat: 1_000_999n,
      expiry: 600n,
      cltvExpiry: 40n,
      state: Invoice_InvoiceState.OPEN,
      settled: false,
      addIndex: added.addIndex,
      paymentRequest: added.paymentRequest,
      amtPaidMsat: 0n,
      htlcs: [],
    });
    expect(bytesToHex(invoice.paymentAddr)).toBe(bytesToHex(added.paymentAddr));
    expect(invoice.features[14]).toEqual({ name: 'payment-addr', isRequired: true, isKnown: true });
    const byText = { rHash: new Uint8Array(0), rHashStr: bytesToHex(added.rHash) };
    expect(await world.rpc.ask(LightningService.lookupInvoice, byText)).toEqual(invoice);
  });

  test('makes a preimage, a value in sat, and lnd defaults where nothing is given', async () => {
    const added = await add({ value: 5n });
    const invoice = await lookup(added.rHash);
    expect(hashOf(invoice.rPreimage)).toBe(bytesToHex(added.rHash));
    expect(invoice).toMatchObject({ valueMsat: 5000n, expiry: 86_400n, cltvExpiry: 80n });
  });

  const REFUSED: [string, Partial<Invoice>, string][] = [
    ['sat and msat', { value: 1n, valueMsat: 1n }, 'sat and msat arguments are mutually exclusive'],
    ['a negative value', { valueMsat: -1n }, 'amount cannot be negative'],
    ['a long memo', { memo: 'é'.repeat(513) }, 'memo too large: 1026 bytes (maxsize=1024)'],
    [
      'a short preimage',
      { rPreimage: new Uint8Array(31) },
      'invalid preimage length of 31, want 32',
    ],
    ['a small delta', { cltvExpiry: 17n }, 'CLTV delta of 17 must be greater than minimum of 24'],
    [
      'a huge delta',
      { cltvExpiry: 65_536n },
      'CLTV delta of 65536 is too large, max accepted is: 65535',
    ],
    [
      'a long life',
      { expiry: 31_536_001n },
      'expiry of 31536001 seconds greater than max expiry of 31536000 seconds',
    ],
  ];

  test.each(REFUSED)('%s is refused', async (_name, request, details) => {
    await expectStatus(add(request), unknown(details));
  });

  test('one hash has one invoice', async () => {
    const rPreimage = preimageOf('once');
    await add({ rPreimage });
    await expectStatus(add({ rPreimage }), unknown('invoice with payment hash already exists'));
    const hash = hexToBytes(hashOf(rPreimage));
    await expectStatus(addHold({ hash }), unknown('invoice with payment hash already exists'));
  });

  test('an unknown invoice is NOT_FOUND to look up, and a plain error to cancel or settle', async () => {
    const hash = hexToBytes(hashOf(preimageOf('nobody')));
    const details = 'unable to locate invoice';
    await expectStatus(lookup(hash), { code: status.NOT_FOUND, details });
    const cancel = world.rpc.ask(InvoicesService.cancelInvoice, { paymentHash: hash });
    await expectStatus(cancel, unknown(details));
    const settle = world.rpc.ask(InvoicesService.settleInvoice, { preimage: preimageOf('nobody') });
    await expectStatus(settle, unknown(details));
    await expectStatus(
      lookup(new Uint8Array(3)),
      unknown('payment hash must be exactly 32 bytes, is instead 3'),
    );
  });

  test('the arrival names the channel it came by', async () => {
    const added = await add({ rPreimage: preimageOf('arrival') });
    await pay(added.rHash, added.paymentAddr);
    const invoice = await lookup(added.rHash);
    expect(invoice).toMatchObject({
      state: Invoice_InvoiceState.SETTLED,
      settled: true,
      settleIndex: 1n,
      amtPaidMsat: 1_000_000n,
      amtPaidSat: 1000n,
      htlcs: [
        {
          chanId: world.ring.channelBS,
          amtMsat: 1_000_000n,
          acceptHeight: 900_000,
          expiryHeight: 900_083,
          mppTotalAmtMsat: 1_000_000n,
          state: InvoiceHTLCState.SETTLED,
        },
      ],
    });
    expect(invoice.settleDate).toBeGreaterThanOrEqual(invoice.creationDate);
    const cancel = world.rpc.ask(InvoicesService.cancelInvoice, { paymentHash: added.rHash });
    await expectStatus(cancel, unknown('invoice already settled'));
  });

  test('cancel, cancel again, refuse a late arrival, delete', async () => {
    const added = await add({ rPreimage: preimageOf('canceled') });
    const invoiceHash = bytesToHex(added.rHash);
    const remove = () => world.rpc.ask(LightningService.deleteCanceledInvoice, { invoiceHash });
    await expectStatus(remove(), unknown(/not canceled$/));
    await world.rpc.ask(InvoicesService.cancelInvoice, { paymentHash: added.rHash });
    await world.rpc.ask(InvoicesService.cancelInvoice, { paymentHash: added.rHash });
    expect((await lookup(added.rHash)).state).toBe(Invoice_InvoiceState.CANCELED);
    const attempt = await pay(added.rHash, added.paymentAddr);
    expect(attempt.status).toBe(HTLCAttempt_HTLCStatus.FAILED);
    expect(attempt.failure).toMatchObject({
      code: Failure_FailureCode.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS,
      failureSourceIndex: 3,
      height: 900_000,
    });
    expect(await remove()).toEqual({
      status: `canceled invoice deleted successfully: invoice hash ${invoiceHash}`,
    });
    await expectStatus(lookup(added.rHash), {
      code: status.NOT_FOUND,
      details: 'unable to locate invoice',
    });
    const bad = world.rpc.ask(LightningService.deleteCanceledInvoice, { invoiceHash: 'abc' });
    await expectStatus(bad, unknown('invalid hash string length of 3, want 64'));
  });
});

describe('hold invoices', () => {
  const preimage = preimageOf('hold');
  const hash = hexToBytes(hashOf(preimage));

  test('are held with their channel, and settled once, from outside', async () => {
    const added = await addHold({ hash, memo: 'strict' });
    const updates = follow(hash);
    expect((await updates.next())?.state).toBe(Invoice_InvoiceState.OPEN);
    const settle = () => world.rpc.ask(InvoicesService.settleInvoice, { preimage });
    await expectStatus(settle(), unknown('invoice still open'));
    const paying = pay(hash, added.paymentAddr);
    const accepted = await updates.next();
    expect(accepted).toMatchObject({
      state: Invoice_InvoiceState.ACCEPTED,
      htlcs: [
        {
          chanId: world.ring.channelBS,
          amtMsat: 1_000_000n,
          expiryHeight: 900_083,
          resolveTime: 0n,
          state: InvoiceHTLCState.ACCEPTED,
        },
      ],
    });
    expect(accepted?.rPreimage).toHaveLength(0);
    expect(world.ring.network.pendingHtlcs()).toHaveLength(3);
    await settle();
    expect((await paying).status).toBe(HTLCAttempt_HTLCStatus.SUCCEEDED);
    const rest = await updates.rest();
    expect(rest.at(-1)).toMatchObject({ state: Invoice_InvoiceState.SETTLED, settled: true });
    expect(bytesToHex(rest.at(-1)!.rPreimage)).toBe(bytesToHex(preimage));
    await settle();
    expect(await follow(hash).rest()).toHaveLength(1);
  });

  test('are cancelled while the sender waits', async () => {
    const added = await addHold({ hash });
    const updates = follow(hash);
    const paying = pay(hash, added.paymentAddr);
    while ((await updates.next())?.state !== Invoice_InvoiceState.ACCEPTED);
    await world.rpc.ask(InvoicesService.cancelInvoice, { paymentHash: hash });
    expect((await paying).failure?.code).toBe(
      Failure_FailureCode.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS,
    );
    expect((await updates.rest()).at(-1)?.state).toBe(Invoice_InvoiceState.CANCELED);
    const settle = world.rpc.ask(InvoicesService.settleInvoice, { preimage });
    await expectStatus(settle, unknown('invoice already canceled'));
  });

  test('can be watched before they exist', async () => {
    const updates = follow(hash);
    await world.rpc.ask(LightningService.getInfo, {});
    await addHold({ hash, memo: 'late' });
    expect(await updates.next()).toMatchObject({ memo: 'late', state: Invoice_InvoiceState.OPEN });
    updates.cancel();
  });
});
