/**
 * Routes as lnd shows them (lnd: `routerrpc.MarshallRoute`): every derived field is computed anew, so what a client
 * put into those that lnd does not read is gone.
 */
import { Hop, type MPPRecord, Route } from '../../generated/messages/route.ts';
import type { ChannelId, NodeId } from '../../units/ids.ts';

/**
 * A received route in the form that can be kept: bytes copied out of the gRPC message, and the keys that the sender
 * left out filled in from the channels between the hops. Where a channel is unknown or does not touch the hop before,
 * the key stays empty, for the node to refuse.
 */
export function keepRoute(
  route: Route,
  graph: {
    readonly self: NodeId;
    readonly endsOf: (channelId: ChannelId) => readonly [NodeId, NodeId] | undefined;
  },
): Route {
  let previous: string = graph.self;
  const hops = route.hops.map((hop) => {
    const ends = hop.pubKey === '' ? graph.endsOf(hop.chanId as ChannelId) : undefined;
    const pubKey = ends?.includes(previous as NodeId)
      ? ends.find((end) => end !== previous)!
      : hop.pubKey;
    previous = pubKey;
    const customRecords = new Map(
      [...hop.customRecords].map(([type, value]) => [type, new Uint8Array(value)] as const),
    );
    return { ...hop, pubKey, customRecords, mppRecord: keepMpp(hop.mppRecord) };
  });
  return { ...route, hops };
}

function keepMpp(mpp: MPPRecord | undefined): MPPRecord | undefined {
  return mpp && { totalAmtMsat: mpp.totalAmtMsat, paymentAddr: new Uint8Array(mpp.paymentAddr) };
}

/** The route with every derived field filled in. Each `*_sat` field is floored by itself, so they need not add up. */
export function writeRoute(route: Route): Route {
  let incomingMsat = route.totalAmtMsat;
  const hops = route.hops.map((hop) => {
    const feeMsat = incomingMsat - hop.amtToForwardMsat;
    const written = Hop.fromPartial({
      chanId: hop.chanId,
      chanCapacity: floorSat(incomingMsat),
      amtToForward: floorSat(hop.amtToForwardMsat),
      amtToForwardMsat: hop.amtToForwardMsat,
      fee: floorSat(feeMsat),
      feeMsat,
      expiry: hop.expiry,
      pubKey: hop.pubKey,
      tlvPayload: true,
      customRecords: hop.customRecords,
    });
    if (hop.mppRecord !== undefined) written.mppRecord = hop.mppRecord;
    incomingMsat = hop.amtToForwardMsat;
    return written;
  });
  const totalFeesMsat = route.totalAmtMsat - incomingMsat;
  return Route.fromPartial({
    totalTimeLock: route.totalTimeLock,
    totalFees: floorSat(totalFeesMsat),
    totalAmt: floorSat(route.totalAmtMsat),
    hops,
    totalFeesMsat,
    totalAmtMsat: route.totalAmtMsat,
  });
}

const floorSat = (amountMsat: bigint): bigint => amountMsat / 1000n;
