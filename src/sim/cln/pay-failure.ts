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

/** What lightningd knows of where a payment went. */
export type KnownRoute =
  | {
      readonly kind: 'route';
      /** Nodes of the route, ourselves first, and the channels between them. */
      readonly nodes: readonly NodeId[];
      readonly channels: readonly ChannelId[];
    }
  | {
      /** Of an onion that it was given it knows no hop. */
      readonly kind: 'onion';
      readonly self: NodeId;
      /** It was given the secrets that the answer is wrapped in. */
      readonly canRead: boolean;
    };

export const routeEnds = (hops: readonly RouteHop[], self: NodeId): KnownRoute => ({
  kind: 'route',
  nodes: [self, ...hops.map(({ nodeId }) => nodeId)],
  channels: hops.map(({ channelId }) => channelId),
});

export function endOf(
  outcome: WalkOutcome,
  parts: { readonly known: KnownRoute; readonly payment: WalletPayment },
): NonNullable<WalletPayment['end']> {
  if (outcome.kind === 'settled') return { kind: 'complete', preimage: outcome.preimage };
  const refusal = refusalOf(outcome.failure, parts);
  return { kind: 'failed', refusal, stored: storedOf(refusal), wasTold: false };
}

/** The message is not kept, and where no node is known to have failed it, nothing is (`wait_payment`). */
function storedOf({ code, message, data = {} }: RpcRefusal): RpcRefusal {
  if (data['failcode'] !== undefined && data['erring_node'] === undefined) {
    return new RpcRefusal(RPC_CODE.unspecified, 'Payment failure reason unknown');
  }
  const { raw_message: _, ...kept } = data;
  const after = { ...kept, status: 'failed' };
  return isBadOnion(Number(data['failcode'] ?? 0))
    ? new RpcRefusal(RPC_CODE.unparseableOnion, 'Malformed error reply', after)
    : new RpcRefusal(code, message, after);
}

function refusalOf(
  failure: Failure,
  { known, payment }: { readonly known: KnownRoute; readonly payment: WalletPayment },
): RpcRefusal {
  // It is told before it is written down.
  const plain = { ...pendingFields(payment), status: 'pending' };
  const message = boltFailure(withAmount(failure, payment.amountMsat));
  const { failureSourceIndex: source } = failure;
  const canRead = known.kind === 'route' || known.canRead || source === 0;
  if (message === undefined || failure.code === Code.UNREADABLE_FAILURE || !canRead) {
    return new RpcRefusal(RPC_CODE.unparseableOnion, 'Malformed error reply', {
      ...plain,
      onionreply: '00'.repeat(292),
    });
  }
  // What our own peer could not read is counted as told by that peer, and differs in its words alone.
  const isPeers = source === 0 && isBadOnion(message.code);
  const index = isPeers ? 1 : source;
  const isOwn = index === 0;
  const teller = isOwn
    ? `${message.name}: Capacity exceeded`
    : isPeers
      ? 'local failure'
      : 'reply from remote';
  const isLast = known.kind === 'route' && index === known.nodes.length - 1;
  const code =
    isLast && isPermanent(message.code) ? RPC_CODE.destinationPermFail : RPC_CODE.tryOtherRoute;
  return new RpcRefusal(code, `failed: ${message.name} (${teller})`, {
    ...plain,
    erring_index: index,
    failcode: message.code,
    failcodename: message.name,
    ...placeOf(index, { known, isBad: isBadOnion(message.code) }),
    ...(isOwn ? {} : { raw_message: bytesToHex(message.bytes) }),
  });
}

function placeOf(
  index: number,
  { known, isBad }: { readonly known: KnownRoute; readonly isBad: boolean },
): Readonly<Record<string, unknown>> {
  if (known.kind === 'onion') return index === 0 ? { erring_node: known.self } : {};
  const { nodes, channels } = known;
  const isLast = index === nodes.length - 1;
  // What it was to send on over; the last node has nothing but what it came over.
  const place = isLast ? index - 1 : index;
  const [from, to] = [nodes[place]!, nodes[place + 1]!];
  return {
    // An onion that cannot be read is the next node's complaint.
    erring_node: isBad && !isLast ? to : nodes[index]!,
    erring_channel: formatChannelId(channels[place]!),
    erring_direction: from < to ? 0 : 1,
  };
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
