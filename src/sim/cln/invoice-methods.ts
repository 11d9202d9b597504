/** invoice, listinvoices, waitinvoice, delinvoice (Core Lightning: `lightningd/invoice.c`). */
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import type { PaymentHash } from '../../units/ids.ts';
import { encodePaymentRequest } from '../payment-request.ts';
import type { SimulatedInvoice } from '../records.ts';
import type { LabelledInvoice } from './invoice-labels.ts';
import {
  flag,
  hexBytes,
  type Json,
  list,
  msat,
  oneOf,
  type Parameters,
  sha256,
  text,
  uint32,
  uint64,
} from './parameters.ts';
import { RPC_CODE, RpcRefusal } from './rpc-refusal.ts';
import type { CommandTable, ServedCln } from './served-cln.ts';

/** BOLT 9: variable onion, payment secret, basic multi-part payments. */
const FEATURES = [8, 14, 17] as const;
const DEFAULT_EXPIRY_SECONDS = 604_800n;
/** lightningd's own on mainnet is 18; what stands behind the simulated node takes no less than 24. */
const LEAST_CLTV = 24;

export const INVOICE_COMMANDS: CommandTable = {
  invoice: {
    names: [
      'amount_msat',
      'label',
      'description',
      'expiry',
      'fallbacks',
      'preimage',
      'exposeprivatechannels',
      'cltv',
      'deschashonly',
    ],
    run: addInvoice,
  },
  listinvoices: {
    names: ['label', 'invstring', 'payment_hash', 'offer_id', 'index', 'start', 'limit'],
    run: listInvoices,
  },
  waitinvoice: { names: ['label'], run: waitInvoice },
  delinvoice: { names: ['label', 'status', 'desconly'], run: deleteInvoice },
};

async function addInvoice({ node, labels }: ServedCln, given: Parameters): Promise<Json> {
  const valueMsat = given.required('amount_msat', (name, value) =>
    value === 'any' ? 0n : msat(name, value),
  );
  const label = given.required('label', (name, value) =>
    typeof value === 'number' ? String(value) : text(name, value),
  );
  const memo = given.required('description', text);
  const expirySeconds = given.optional('expiry', uint64) ?? DEFAULT_EXPIRY_SECONDS;
  const preimage = given.optional('preimage', hexBytes);
  const cltvDelta = Math.max(LEAST_CLTV, given.optional('cltv', uint32) ?? LEAST_CLTV);
  given.optional('exposeprivatechannels', (_name, value) => value);
  given.optional('deschashonly', flag);
  given.optional('fallbacks', list);
  if (labels.get(label) !== undefined) {
    throw new RpcRefusal(RPC_CODE.invoiceLabelExists, `Duplicate label '${label}'`);
  }
  const added = node.addInvoice({
    valueMsat,
    memo,
    expirySeconds: Number(expirySeconds),
    cltvDelta,
    ...(preimage === undefined ? {} : { preimage: hexToBytes(preimage) }),
  });
  if (added.kind === 'error') {
    throw new RpcRefusal(RPC_CODE.invoicePreimageExists, 'preimage already used');
  }
  const { invoice } = added;
  const { createdIndex, bolt11 } = labels.add({
    label,
    paymentHash: invoice.paymentHash,
    bolt11: encodePaymentRequest({
      paymentHash: hexToBytes(invoice.paymentHash),
      paymentAddr: invoice.paymentAddr,
      valueMsat,
      memo,
      createdAtSeconds: invoice.creationTime,
      expirySeconds,
      cltvExpiry: cltvDelta,
      features: FEATURES,
    }),
  });
  return {
    payment_hash: invoice.paymentHash,
    expires_at: invoice.creationTime + invoice.expirySeconds,
    bolt11,
    payment_secret: bytesToHex(invoice.paymentAddr),
    created_index: createdIndex,
  };
}

async function listInvoices({ node, labels }: ServedCln, given: Parameters): Promise<Json> {
  const label = given.optional('label', text);
  const paymentHash = given.optional('payment_hash', sha256);
  const meant = labels
    .all()
    .filter(
      (one) =>
        (label === undefined || one.label === label) &&
        (paymentHash === undefined || one.paymentHash === paymentHash),
    );
  return { invoices: meant.map((one) => shownInvoice(one, known(node, one.paymentHash))) };
}

async function deleteInvoice({ node, labels }: ServedCln, given: Parameters): Promise<Json> {
  const label = given.required('label', text);
  const status = given.required('status', oneOf('paid', 'expired', 'unpaid'));
  given.optional('desconly', flag);
  const labelled = labels.get(label);
  if (labelled === undefined) throw new RpcRefusal(RPC_CODE.invoiceNotFound, 'Unknown invoice');
  const invoice = known(node, labelled.paymentHash);
  const current = statusOf(invoice);
  if (current !== status) {
    throw new RpcRefusal(
      RPC_CODE.invoiceStatusUnexpected,
      `Invoice status is ${current} not ${status}`,
      { current_status: current, expected_status: status },
    );
  }
  const shown = shownInvoice(labelled, invoice);
  if (current !== 'paid') {
    node.cancelInvoice(labelled.paymentHash);
    node.deleteCanceledInvoice(labelled.paymentHash);
  }
  labels.delete(label);
  return shown;
}

/** Until it is paid, or cannot be any more. */
async function waitInvoice({ node, labels }: ServedCln, given: Parameters): Promise<Json> {
  const label = given.required('label', text);
  const labelled = labels.get(label);
  if (labelled === undefined) throw new RpcRefusal(RPC_CODE.lightningd, 'Label not found');
  const stop = new AbortController();
  const states = node.subscribeInvoice(labelled.paymentHash, { signal: stop.signal });
  for await (const invoice of states ?? []) {
    if (invoice.state === 'settled') {
      stop.abort();
      return shownInvoice(labelled, invoice);
    }
    if (invoice.state === 'canceled') break;
  }
  stop.abort();
  if (labels.get(label) === undefined) {
    throw new RpcRefusal(RPC_CODE.lightningd, 'Invoice deleted during wait');
  }
  throw new RpcRefusal(RPC_CODE.invoiceExpired, 'invoice expired during wait');
}

function known(node: ServedCln['node'], paymentHash: PaymentHash): SimulatedInvoice {
  const invoice = node.lookupInvoice(paymentHash);
  if (invoice === undefined) throw new Error(`the invoice for ${paymentHash} is gone`);
  return invoice;
}

/** An HTLC that is being taken has not paid yet. */
function statusOf({ state }: SimulatedInvoice): 'paid' | 'expired' | 'unpaid' {
  if (state === 'settled') return 'paid';
  return state === 'canceled' ? 'expired' : 'unpaid';
}

function shownInvoice(labelled: LabelledInvoice, invoice: SimulatedInvoice) {
  const status = statusOf(invoice);
  return {
    label: labelled.label,
    bolt11: labelled.bolt11,
    payment_hash: labelled.paymentHash,
    ...(invoice.valueMsat === 0n ? {} : { amount_msat: invoice.valueMsat }),
    status,
    description: invoice.memo,
    expires_at: invoice.creationTime + invoice.expirySeconds,
    created_index: labelled.createdIndex,
    ...(status === 'paid'
      ? {
          pay_index: invoice.settleIndex,
          amount_received_msat: invoice.amountPaidMsat,
          paid_at: invoice.settleTime,
          payment_preimage: bytesToHex(invoice.preimage!),
        }
      : {}),
  };
}
