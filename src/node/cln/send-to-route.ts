/** `sendpay` or `sendonion`, and `waitsendpay`: one HTLC along one route, and what is certain about its end. */
import { createHash } from 'node:crypto';
import type { SendOutcome, SendRequest } from '../../ports.ts';
import { bytesToHex } from '../../units/bytes.ts';
import type { PaymentHash } from '../../units/ids.ts';
import type { AskreneSharing } from './askrene-sharing.ts';
import type { AttemptIds } from './attempt-ids.ts';
import type { ClnCalls } from './cln-calls.ts';
import { ClnObject } from './cln-object.ts';
import { clnRoute } from './cln-route.ts';
import { ClnRpcError, RPC_CODES } from './cln-rpc-error.ts';
import { type HandOver, handOverOf } from './hand-over.ts';
import { isImmediate, paymentFailure } from './payment-failure.ts';
import { fetchInfo } from './readiness.ts';
import { routeLabel } from './route-label.ts';
import type { CallEnd } from './transport/carrier.ts';
import type { Json } from './transport/exact-json.ts';
import { WaitAhead } from './wait-ahead.ts';

export interface SendParts {
  readonly calls: ClnCalls;
  readonly sharing: AskreneSharing;
  readonly attemptIds: AttemptIds;
  /** Answers take so long that a payment may have failed before it can be asked how. */
  readonly isDistant: boolean;
}

/** lightningd answers after so many seconds that the payment is under way still, and is asked again. */
export const WAIT_SECONDS = 60;

/** Never rejects, and never gives up waiting: that would end our call and not the payment. */
export async function sendToRoute(parts: SendParts, request: SendRequest): Promise<SendOutcome> {
  const { sharing, attemptIds } = parts;
  const outcome = await send(parts, request).catch(
    // After the payment was handed over, an answer that cannot be read proves nothing.
    (error: unknown): SendOutcome => ({ kind: 'unknown', reason: messageOf(error) }),
  );
  if ('attemptId' in outcome) attemptIds.saw(request.paymentHash, outcome.attemptId);
  if (outcome.kind !== 'unknown') void sharing.conclude(request.paymentHash, outcome);
  return outcome;
}

async function send(parts: SendParts, request: SendRequest): Promise<SendOutcome> {
  const { calls, sharing } = parts;
  const { paymentHash, route } = request;
  const info = await fetchInfo(calls).catch(messageOf);
  if (typeof info === 'string') return { kind: 'not_sent', reason: info };
  const mapped = clnRoute(route, info.blockHeight);
  if (mapped.kind === 'refused') {
    return {
      kind: 'not_sent',
      reason: `Core Lightning cannot send along this route: ${mapped.reason}`,
    };
  }
  // `sendpay` would move all expiries along; those of an onion are fixed, and ours alone would be later.
  if (mapped.onion !== undefined && !info.syncedToChain) {
    return {
      kind: 'not_sent',
      reason: 'lightningd is behind the chain; wait until it has caught up',
    };
  }
  const handOver = await handOverOf(calls, {
    paymentHash,
    label: routeLabel(route),
    route: mapped,
  });
  if (typeof handOver === 'string') return { kind: 'not_sent', reason: handOver };
  const { method, params } = handOver;
  // How an onion of ours failed lightningd tells to those who wait, and to nobody afterwards.
  const ahead =
    parts.isDistant || method === 'sendonion'
      ? new WaitAhead(calls, { paymentHash, waitSeconds: WAIT_SECONDS })
      : undefined;
  const end = await calls.attempt(method, params);
  if (end.kind !== 'result') ahead?.stop();
  switch (end.kind) {
    case 'result':
      // Not before: what a process has reserved that is killed is found again by the payment.
      void sharing.reserve(paymentHash, { self: info.nodeId, hops: mapped.hops });
      return begun(parts, { paymentHash, method, result: end.result }, ahead);
    case 'error':
      return refusal(parts, { paymentHash, method }, end);
    case 'not_sent':
      return { kind: 'not_sent', reason: end.error.message };
    case 'lost':
      return { kind: 'unknown', reason: end.error.message };
  }
}

interface Handed {
  readonly paymentHash: PaymentHash;
  readonly method: HandOver['method'];
}

async function begun(
  { calls }: SendParts,
  { paymentHash, method, result }: Handed & { readonly result: Json },
  ahead: WaitAhead | undefined,
): Promise<SendOutcome> {
  const payment = new ClnObject(method, result);
  if (payment.text('status') !== 'pending') {
    ahead?.stop();
    // An earlier payment with this hash had settled, and nothing was sent now.
    return { kind: 'unknown', reason: 'lightningd has paid this hash before' };
  }
  const attemptId = payment.has('created_index') ? payment.big('created_index') : payment.big('id');
  const groupid = payment.optionalBig('groupid');
  for (let told = await ahead?.endOf(attemptId); ; told = undefined) {
    const asked =
      told ??
      calls.attempt(
        'waitsendpay',
        {
          payment_hash: paymentHash,
          timeout: WAIT_SECONDS,
          ...(groupid !== undefined && { partid: 0, groupid }),
        },
        { waitMs: WAIT_SECONDS * 1000 },
      );
    const outcome = waited(await asked, { paymentHash, attemptId });
    if (outcome !== 'under_way') return outcome;
  }
}

function waited(
  end: CallEnd,
  { paymentHash, attemptId }: { readonly paymentHash: PaymentHash; readonly attemptId: bigint },
): SendOutcome | 'under_way' {
  switch (end.kind) {
    case 'result': {
      const payment = new ClnObject('waitsendpay', end.result);
      const status = payment.text('status');
      if (status !== 'complete') {
        return { kind: 'unknown', reason: `lightningd calls the payment ${status}` };
      }
      const preimage = payment.fixedBytes('payment_preimage', 32);
      return hashOf(preimage) === paymentHash
        ? { kind: 'settled', preimage, attemptId }
        : { kind: 'unknown', reason: 'lightningd gave a preimage of another hash' };
    }
    case 'error': {
      if (end.code === RPC_CODES.payInProgress) return 'under_way';
      const failure = paymentFailure(end);
      if (failure !== undefined) return { kind: 'failed', failure, attemptId };
      return {
        kind: 'unknown',
        reason: `lightningd does not tell how the payment ended: ${end.message} (${end.code})`,
      };
    }
    case 'not_sent':
    case 'lost':
      return { kind: 'unknown', reason: end.error.message };
  }
}

/** Codes with which a request is refused before lightningd looks at payments at all. */
const UNREAD: ReadonlySet<number | null> = new Set([
  RPC_CODES.invalidRequest,
  RPC_CODES.methodNotFound,
  RPC_CODES.invalidParams,
  RPC_CODES.runeNotAuthorized,
  RPC_CODES.runeNotPermitted,
  RPC_CODES.runeBlacklisted,
]);

/**
 * The call itself was refused. With the codes 200 and 201 lightningd has another payment of this hash, under way or
 * settled, which must be looked at; any code that is not known here may come from a plugin in between, and proves nothing.
 */
function refusal(
  { attemptIds }: SendParts,
  { paymentHash, method }: Handed,
  error: Extract<CallEnd, { kind: 'error' }>,
): SendOutcome {
  if (UNREAD.has(error.code)) {
    return { kind: 'not_sent', reason: new ClnRpcError(method, error).message };
  }
  const text = `${error.message} (${error.code})`;
  const failure = isImmediate(error) ? paymentFailure(error) : undefined;
  if (failure !== undefined) {
    // There is no attempt, and so no id: the last one keeps its place, that it is not taken for a later one.
    return { kind: 'failed', failure, attemptId: attemptIds.lastOf(paymentHash) };
  }
  return {
    kind: 'unknown',
    reason: `lightningd's answer does not tell whether an HTLC went out: ${text}`,
  };
}

const hashOf = (preimage: Uint8Array): string =>
  bytesToHex(createHash('sha256').update(preimage).digest());

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
