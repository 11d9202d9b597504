/** From a priced path to the message that lnd sends. */
import { Hop, MPPRecord, Route } from '../generated/messages/route.ts';
import { msatToSatFloor } from '../units/amounts.ts';
import type { ChannelId } from '../units/ids.ts';
import type { Path, PathHop } from './path.ts';
import { pricePath } from './price-path.ts';

/** What a path needs to become a `Route` message: the invoice's secret, and the height. */
export interface RouteTerms {
  /** Payment secret of the invoice, 32 bytes. */
  readonly paymentAddr: Uint8Array;
  /** Current height, fresh from the node: expiries are counted from it. */
  readonly blockHeight: number;
  /** Blocks between the height and the last HTLC's expiry; must be what the path was priced with. */
  readonly finalCltvDelta: number;
  /** Total of the MPP record. @defaultValue the amount delivered: one shot, which lnd never splits or repeats */
  readonly mppTotalMsat?: bigint;
  /** Id for the last hop where the peer knows the channel under an alias. @defaultValue the path's */
  readonly inboundChannelId?: ChannelId;
}

/**
 * The `Route` for `SendToRouteV2`. lnd reads only the msat amounts, expiries, channel ids, keys and records; the
 * other fields are filled as lnd itself prints them: each sat field is its own msat field rounded down, `fee_msat`
 * is what the hop's node keeps, `chan_capacity` echoes the amount that arrives (lnd: `MarshallRoute`).
 *
 * The path's amounts are computed anew from its policies. SendToRouteV2 checks nothing, so a path whose figures do
 * not follow from its policies must not become a route.
 *
 * @throws RangeError when they do not, or the payment secret is not 32 bytes.
 */
export function buildRoute(path: Path, terms: RouteTerms): Route {
  if (terms.paymentAddr.length !== 32) {
    throw new RangeError(`a payment secret has 32 bytes, not ${terms.paymentAddr.length}`);
  }
  const last = path.hops.at(-1);
  if (last === undefined) throw new RangeError('a route needs at least one hop');
  const amountMsat = last.amountOutMsat;
  const { hops } = pricePath(path.hops, { amountMsat, finalCltvDelta: terms.finalCltvDelta });
  hops.forEach((hop, i) => {
    assertSameTerms(path.hops[i]!, hop);
  });
  const mppRecord = MPPRecord.fromPartial({
    paymentAddr: terms.paymentAddr.slice(),
    totalAmtMsat: terms.mppTotalMsat ?? amountMsat,
  });
  const sentMsat = hops[0]!.amountInMsat;
  const feesMsat = sentMsat - amountMsat;
  return Route.fromPartial({
    totalTimeLock: terms.blockHeight + hops[0]!.cltvInBlocks,
    totalFees: msatToSatFloor(feesMsat),
    totalAmt: msatToSatFloor(sentMsat),
    totalFeesMsat: feesMsat,
    totalAmtMsat: sentMsat,
    hops: hops.map((hop, i) => ({
      ...hopFields(hop, terms.blockHeight),
      ...(i === hops.length - 1
        ? { mppRecord, chanId: terms.inboundChannelId ?? hop.channelId }
        : {}),
    })),
  });
}

function hopFields(hop: PathHop, blockHeight: number): Hop {
  const feeMsat = hop.amountInMsat - hop.amountOutMsat;
  return Hop.fromPartial({
    chanId: hop.channelId,
    chanCapacity: msatToSatFloor(hop.amountInMsat),
    amtToForward: msatToSatFloor(hop.amountOutMsat),
    fee: msatToSatFloor(feeMsat),
    expiry: blockHeight + hop.cltvOutBlocks,
    amtToForwardMsat: hop.amountOutMsat,
    feeMsat,
    pubKey: hop.to,
    tlvPayload: true,
  });
}

function assertSameTerms(given: PathHop, priced: PathHop): void {
  const same =
    given.amountInMsat === priced.amountInMsat &&
    given.amountOutMsat === priced.amountOutMsat &&
    given.cltvInBlocks === priced.cltvInBlocks &&
    given.cltvOutBlocks === priced.cltvOutBlocks;
  if (same) return;
  throw new RangeError(
    `the path's figures at channel ${priced.channelId} do not follow from its policies and a final delta of ` +
      'these terms; price it with pricePath or take it from a search with the same finalCltvDelta',
  );
}
