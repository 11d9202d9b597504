/** A route as `sendpay` takes it, and as the nodes along it read it. */
import type { ChannelId, NodeId } from '../../units/ids.ts';
import type { SentRoute } from '../route-reader.ts';
import {
  isRecord,
  type Json,
  msat,
  nodeKey,
  Parameters,
  shortChannelId,
  uint32,
} from './parameters.ts';
import { RPC_CODE, RpcRefusal } from './rpc-refusal.ts';

const HOP_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'channel',
  'amount_msat',
  'delay',
  'direction',
  'style',
]);

/** The node that is reached, over which channel, and what reaches it. */
export interface RouteHop {
  readonly nodeId: NodeId;
  readonly channelId: ChannelId;
  readonly amountMsat: bigint;
  readonly delay: number;
}

/** @throws RpcRefusal */
export function readHop(given: Json): RouteHop {
  if (!isRecord(given))
    throw new RpcRefusal(RPC_CODE.invalidParams, 'route: should be an array of objects');
  for (const name of Object.keys(given)) {
    // As up to v26.04; later versions ignore what they do not know.
    if (!HOP_FIELDS.has(name)) {
      throw new RpcRefusal(RPC_CODE.invalidParams, `route: unknown parameter: ${name}`);
    }
  }
  const hop = new Parameters(given, [...HOP_FIELDS]);
  return {
    nodeId: hop.required('id', nodeKey),
    channelId: hop.required('channel', shortChannelId),
    amountMsat: hop.required('amount_msat', msat),
    delay: hop.required('delay', uint32),
  };
}

/** Each node is told what to pass on: the amount and expiry of the hop after it; the last one what is for itself. */
export function sentRoute(
  hops: readonly RouteHop[],
  terms: { readonly blockHeight: number; readonly mpp: SentRoute['mpp'] },
): SentRoute {
  // One block more, in case a block comes meanwhile.
  const expiry = ({ delay }: RouteHop): number => terms.blockHeight + 1 + delay;
  const last = hops.at(-1)!;
  return {
    amountMsat: hops[0]!.amountMsat,
    expiry: expiry(hops[0]!),
    hops: hops.map(({ nodeId, channelId }, i) => {
      const next = hops[i + 1] ?? last;
      return { nodeId, channelId, amountMsat: next.amountMsat, expiry: expiry(next) };
    }),
    mpp: terms.mpp,
    receiverAmountMsat: last.amountMsat,
  };
}
