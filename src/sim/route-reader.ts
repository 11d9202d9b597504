/**
 * Reads a route as lnd's SendToRouteV2 does (lnd: `lnrpc/routerrpc/router_backend.go`, `UnmarshallRoute`): only some
 * fields count, and what is refused here never touches the payment.
 */
import type { Hop, Route } from '../generated/messages/route.ts';
import { type ChannelId, isNodeId, type NodeId, tryParseChannelId } from '../units/ids.ts';

/** One hop of it: the channel to cross, and what is to arrive at its end. */
export interface SentHop {
  readonly channelId: ChannelId;
  readonly nodeId: NodeId;
  readonly amountMsat: bigint;
  readonly expiry: number;
  /** What else the sender told this node. */
  readonly customRecords?: ReadonlyMap<bigint, Uint8Array>;
  /** The node makes no sense of what it is told. */
  readonly isUnreadable?: boolean;
}

/** The MPP record of the last hop (BOLT 4): the invoice's payment secret, and the total of all parts. */
export interface MppTerms {
  readonly paymentAddr: Uint8Array;
  readonly totalMsat: bigint;
}

/** The part of a route that lnd acts on. */
export interface SentRoute {
  readonly amountMsat: bigint;
  readonly expiry: number;
  readonly hops: readonly SentHop[];
  readonly mpp: MppTerms | null;
  /** What the last hop is to receive. */
  readonly receiverAmountMsat: bigint;
}

export type ReadRoute =
  | { readonly kind: 'ok'; readonly route: SentRoute }
  | { readonly kind: 'error'; readonly message: string };

/** Types below are reserved for the protocol. */
const FIRST_CUSTOM_TYPE = 65536n;

/**
 * @param peerOver Tells who is at the other end of a channel of the graph, for hops without a key.
 */
export function readRoute(
  route: Route,
  terms: { sender: NodeId; peerOver: (from: NodeId, channelId: ChannelId) => NodeId | undefined },
): ReadRoute {
  const hops: SentHop[] = [];
  let from = terms.sender;
  for (const hop of route.hops) {
    const defect = hopDefect(hop);
    if (defect !== undefined) return { kind: 'error', message: defect };
    const channelId = tryParseChannelId(hop.chanId || '0');
    if (channelId === undefined) {
      return { kind: 'error', message: `invalid channel id: ${hop.chanId}` };
    }
    const nodeId = hop.pubKey === '' ? terms.peerOver(from, channelId) : hop.pubKey.toLowerCase();
    if (nodeId === undefined || !isNodeId(nodeId)) {
      return { kind: 'error', message: `cannot read the public key of hop ${hops.length + 1}` };
    }
    const amountMsat = BigInt.asUintN(64, hop.amtToForwardMsat);
    const { expiry, customRecords } = hop;
    hops.push({ channelId, nodeId, amountMsat, expiry, customRecords });
    from = nodeId;
  }
  const last = route.hops.at(-1);
  if (last === undefined) return { kind: 'error', message: 'empty route hops provided' };
  const mpp = last.mppRecord;
  return {
    kind: 'ok',
    route: {
      amountMsat: BigInt.asUintN(64, route.totalAmtMsat),
      expiry: route.totalTimeLock,
      hops,
      mpp: mpp === undefined ? null : { paymentAddr: mpp.paymentAddr, totalMsat: mpp.totalAmtMsat },
      receiverAmountMsat: hops.at(-1)!.amountMsat,
    },
  };
}

function hopDefect(hop: Hop): string | undefined {
  if (hop.mppRecord !== undefined) {
    const { paymentAddr, totalAmtMsat } = hop.mppRecord;
    if (paymentAddr.length === 0) return 'missing payment_addr';
    if (totalAmtMsat === 0n) return 'missing total_msat';
    if (paymentAddr.length !== 32) return `invalid payment_addr length: ${paymentAddr.length}`;
  }
  for (const type of hop.customRecords.keys()) {
    if (type < FIRST_CUSTOM_TYPE) return 'no custom records with types below 65536 allowed';
  }
  if (hop.ampRecord !== undefined || hop.encryptedData.length > 0 || hop.blindingPoint.length > 0) {
    return 'the simulator does not model AMP and blinded hops; send a plain route';
  }
  return undefined;
}
