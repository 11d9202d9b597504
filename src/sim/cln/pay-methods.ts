/** sendpay, waitsendpay, listsendpays, delpay (Core Lightning: `lightningd/pay.c`). */
import { hexToBytes } from '../../units/bytes.ts';
import {
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
import { routeEnds } from './pay-failure.ts';
import type { NewPayment } from './pay-ledger.ts';
import { RPC_CODE, RpcRefusal } from './rpc-refusal.ts';
import { readHop, sentRoute } from './sent-route.ts';
import type { CommandTable, ServedCln } from './served-cln.ts';
import { shownPayment, statusOf } from './shown-payment.ts';
import { startPayment } from './start-payment.ts';

export const PAY_COMMANDS: CommandTable = {
  sendpay: {
    names: [
      'route',
      'payment_hash',
      'label',
      'amount_msat',
      'bolt11',
      'payment_secret',
      'partid',
      'localinvreqid',
      'groupid',
      'payment_metadata',
      'description',
    ],
    run: sendPay,
  },
  waitsendpay: { names: ['payment_hash', 'timeout', 'partid', 'groupid'], run: waitSendPay },
  listsendpays: {
    names: ['bolt11', 'payment_hash', 'status', 'index', 'start', 'limit'],
    run: listSendPays,
  },
  delpay: { names: ['payment_hash', 'status', 'partid', 'groupid'], run: deletePay },
};

async function sendPay(served: ServedCln, given: Parameters): Promise<Json> {
  const { node, network, pays } = served;
  const paymentHash = given.required('payment_hash', sha256);
  const hops = given.required('route', list).map(readHop);
  const last = hops.at(-1);
  if (last === undefined)
    throw new RpcRefusal(RPC_CODE.invalidParams, 'Self-payment requires amount_msat');
  const partId = given.optional('partid', uint64) ?? 0n;
  const totalMsat = given.optional('amount_msat', msat);
  const secret = given.optional('payment_secret', hexBytes);
  if (partId !== 0n && (totalMsat === undefined || secret === undefined)) {
    throw new RpcRefusal(RPC_CODE.invalidParams, 'partid requires amount_msat and payment_secret');
  }
  if (
    totalMsat !== undefined &&
    partId === 0n &&
    totalMsat !== last.amountMsat &&
    totalMsat > last.amountMsat
  ) {
    throw new RpcRefusal(RPC_CODE.invalidParams, 'Do not specify msatoshi without partid');
  }
  const payment: NewPayment = {
    paymentHash,
    groupId: given.optional('groupid', uint64) ?? pays.nextGroup(paymentHash),
    partId,
    destination: last.nodeId,
    amountMsat: last.amountMsat,
    sentMsat: hops[0]!.amountMsat,
    totalMsat: totalMsat ?? last.amountMsat,
    label: given.optional('label', text),
  };
  const [first] = hops;
  const terms = {
    blockHeight: network.blockHeight,
    mpp:
      secret === undefined
        ? null
        : { paymentAddr: hexToBytes(secret), totalMsat: payment.totalMsat },
  };
  return startPayment(served, {
    payment,
    first: first!,
    route: sentRoute(hops, terms),
    known: routeEnds(hops, node.nodeId),
  });
}

async function waitSendPay(served: ServedCln, given: Parameters): Promise<Json> {
  const { pays, network } = served;
  const key = {
    paymentHash: given.required('payment_hash', sha256),
    groupId: given.optional('groupid', uint64),
    partId: given.optional('partid', uint64) ?? 0n,
  };
  const seconds = given.optional('timeout', uint32);
  const payment = pays.latest(key);
  if (payment === undefined) {
    throw new RpcRefusal(RPC_CODE.noSuchPayment, 'Never attempted payment for this hash and part');
  }
  const waited = payment.end === undefined;
  if (payment.end === undefined) {
    const stop = new AbortController();
    const ended = new Promise<void>((resolve) => {
      const forget = pays.onChange(() => {
        if (payment.end !== undefined) resolve();
      });
      stop.signal.addEventListener('abort', forget, { once: true });
    });
    const late = seconds === undefined ? ended : network.clock.sleep(seconds * 1000, stop.signal);
    await Promise.race([ended, late]);
    stop.abort();
  }
  if (payment.end === undefined) {
    throw new RpcRefusal(RPC_CODE.inProgress, 'Timed out while waiting');
  }
  if (payment.end.kind === 'failed') {
    const { refusal, stored, wasTold } = payment.end;
    payment.end.wasTold = true;
    throw wasTold && !waited ? stored : refusal;
  }
  return shownPayment(payment);
}

async function listSendPays(served: ServedCln, given: Parameters): Promise<Json> {
  const status = given.optional('status', oneOf('pending', 'complete', 'failed'));
  const payments = served.pays
    .list(given.optional('payment_hash', sha256))
    .filter((payment) => status === undefined || statusOf(payment) === status);
  return { payments: payments.map(shownPayment) };
}

async function deletePay(served: ServedCln, given: Parameters): Promise<Json> {
  const paymentHash = given.required('payment_hash', sha256);
  const status = given.required('status', oneOf('complete', 'failed'));
  const partId = given.optional('partid', uint64);
  const groupId = given.optional('groupid', uint64);
  const known = served.pays.list(paymentHash);
  if (known.length === 0) {
    throw new RpcRefusal(
      RPC_CODE.noSuchPayment,
      `Unknown payment with payment_hash: ${paymentHash}`,
    );
  }
  const meant = known.filter(
    (payment) =>
      (partId === undefined || payment.partId === partId) &&
      (groupId === undefined || payment.groupId === groupId),
  );
  const other = meant.find((payment) => statusOf(payment) !== status);
  if (other !== undefined) {
    throw new RpcRefusal(
      RPC_CODE.noSuchPayment,
      `Payment with hash ${paymentHash} has ${statusOf(other)} status but it different from the one provided ${status}`,
    );
  }
  served.pays.delete(meant);
  return { payments: meant.map(shownPayment) };
}
