/** What `sendpay` and `waitsendpay` say of a payment that failed. */
import { Failure_FailureCode as Code, type Failure } from '../../generated/messages/failure.ts';
import { bytesToHex } from '../../units/bytes.ts';
import { type ChannelId, formatChannelId, type NodeId } from '../../units/ids.ts';
import type { WalkOutcome } from '../htlc-walk.ts';
import { boltFailure, isBadOnion, isPermanent } from './failure-bytes.ts';
import type { WalletPayment } from './pay-ledger.ts';
import { RPC_CODE, RpcRefusal } from './rpc-refusal.ts';
import type { RouteHop } from './sent-route.ts';
import { pendingFields } from './shown-payment.ts';

/** Nodes of the route, ourselves first, and the channels between them. */
export interface RouteEnds {
  readonly nodes: readonly NodeId[];
  readonly channels: readonly ChannelId[];
}

export const routeEnds = (hops: readonly RouteHop[], self: NodeId): RouteEnds => ({
  nodes: [self, ...hops.map(({ nodeId }) => nodeId)],
  channels: hops.map(({ channelId }) => channelId),
});

export function endOf(
  outcome: WalkOutcome,
  parts: { readonly ends: RouteEnds; readonly payment: WalletPayment },
): NonNullable<WalletPayment['end']> {
  if (outcome.kind === 'settled') return { kind: 'complete', preimage: outcome.preimage };
  const refusal = refusalOf(outcome.failure, parts);
  const { raw_message: _, ...kept } = refusal.data ?? {};
  const stored = new RpcRefusal(refusal.code, refusal.message, { ...kept, status: 'failed' });
  return { kind: 'failed', refusal, stored, wasTold: false };
}

function refusalOf(
  failure: Failure,
  { ends, payment }: { readonly ends: RouteEnds; readonly payment: WalletPayment },
): RpcRefusal {
  // It is told before it is written down.
  const plain = { ...pendingFields(payment), status: 'pending' };
  const message = boltFailure(withAmount(failure, payment.amountMsat));
  if (message === undefined || failure.code === Code.UNREADABLE_FAILURE) {
    return new RpcRefusal(RPC_CODE.unparseableOnion, 'Malformed error reply', {
      ...plain,
      onionreply: '00'.repeat(292),
    });
  }
  const lastIndex = ends.nodes.length - 1;
  // The one before reports an onion that the next could not read; lightningd names the latter.
  const index = Math.min(
    failure.failureSourceIndex + (isBadOnion(message.code) ? 1 : 0),
    lastIndex,
  );
  const isLast = index === lastIndex;
  const code =
    isLast && isPermanent(message.code) ? RPC_CODE.destinationPermFail : RPC_CODE.tryOtherRoute;
  // What it was to send on over; the last node has nothing but what it came over.
  const place = isLast ? index - 1 : index;
  const [from, to] = [ends.nodes[place]!, ends.nodes[place + 1]!];
  const isOwn = index === 0;
  const teller = isOwn ? `${message.name}: Capacity exceeded` : 'reply from remote';
  return new RpcRefusal(code, `failed: ${message.name} (${teller})`, {
    ...plain,
    erring_index: index,
    failcode: message.code,
    failcodename: message.name,
    erring_node: ends.nodes[index]!,
    erring_channel: formatChannelId(ends.channels[place]!),
    erring_direction: from < to ? 0 : 1,
    ...(isOwn ? {} : { raw_message: bytesToHex(message.bytes) }),
  });
}

/** The amount that the last node saw, which lnd's form of this failure leaves out. */
const withAmount = (failure: Failure, amountMsat: bigint): Failure =>
  failure.code === Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS
    ? { ...failure, htlcMsat: amountMsat }
    : failure;

/** Nothing was recorded, and nothing sent. */
export const firstPeerRefusal = (self: NodeId, message: string): RpcRefusal =>
  new RpcRefusal(RPC_CODE.tryOtherRoute, message, {
    erring_index: 0,
    failcode: 0x4000 | 10,
    failcodename: 'WIRE_UNKNOWN_NEXT_PEER',
    erring_node: self,
  });
