/**
 * A route as `sendpay` takes it: for each hop the node that is reached, the channel that leads there, the amount that
 * arrives, and the blocks that are left then, above the height at which it is sent. Where it has custom records, also
 * what its onion holds, for `sendpay` knows none.
 */
import type { Hop, Route } from '../../generated/messages/route.ts';
import { bytesToHex } from '../../units/bytes.ts';
import { formatChannelId, isNodeId, tryParseChannelId } from '../../units/ids.ts';
import { FIRST_CUSTOM_TYPE, LAST_TYPE, type OnionHop, onionHops } from './onion-payload.ts';
import type { Json } from './transport/exact-json.ts';

export type ClnRoute =
  | {
      readonly kind: 'route';
      readonly hops: readonly ClnHop[];
      /** Hex; what the last hop proves that it knows the invoice by. */
      readonly paymentSecret: string | undefined;
      /** What `createonion` makes the onion of; only where a hop has custom records. */
      readonly onion: readonly OnionHop[] | undefined;
    }
  /** lightningd cannot send it as it stands. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface ClnHop {
  readonly [name: string]: Json;
  readonly id: string;
  readonly channel: string;
  readonly amount_msat: bigint;
  readonly delay: number;
}

/**
 * lightningd adds the height and one more to each delay (lightningd: `pay.c`, `send_payment`), so the same is taken off
 * here. Where a block is found in between, all expiries move by one together.
 *
 * @param blockHeight as the node sees it now
 */
export function clnRoute(route: Route, blockHeight: number): ClnRoute {
  const { hops } = route;
  const last = hops.at(-1);
  // An empty route would have lightningd pay its own invoice without moving anything.
  if (last === undefined) return refused('it has no hops');
  const odd = hops.map(unsendable).find((reason) => reason !== undefined);
  if (odd !== undefined) return refused(odd);
  const arriving = hops.map((_, i) => {
    const before = hops[i - 1];
    return before === undefined
      ? { amountMsat: route.totalAmtMsat, expiry: route.totalTimeLock }
      : { amountMsat: before.amtToForwardMsat, expiry: before.expiry };
  });
  const arrival = arriving.at(-1)!;
  if (arrival.amountMsat !== last.amtToForwardMsat || arrival.expiry !== last.expiry) {
    return refused('its last hop is told another amount or expiry than arrives there');
  }
  const { mppRecord } = last;
  if (mppRecord !== undefined && mppRecord.totalAmtMsat !== last.amtToForwardMsat) {
    return refused('it is a part of a larger payment');
  }
  if (mppRecord !== undefined && mppRecord.paymentAddr.length !== 32) {
    return refused('its payment address has not 32 bytes');
  }
  const base = blockHeight + 1;
  if (arriving.some(({ expiry }) => expiry <= base)) {
    return refused(`it expires at block ${last.expiry}, and this is block ${blockHeight}`);
  }
  return {
    kind: 'route',
    hops: hops.map((hop, i) => ({
      id: hop.pubKey,
      channel: formatChannelId(tryParseChannelId(hop.chanId)!),
      amount_msat: arriving[i]!.amountMsat,
      delay: arriving[i]!.expiry - base,
    })),
    paymentSecret: mppRecord === undefined ? undefined : bytesToHex(mppRecord.paymentAddr),
    onion: hops.some(({ customRecords }) => customRecords.size > 0) ? onionHops(route) : undefined,
  };
}

const refused = (reason: string): ClnRoute => ({ kind: 'refused', reason });

/** Why a hop is none for lightningd; it would drop what it does not know. */
function unsendable(hop: Hop): string | undefined {
  if (!isNodeId(hop.pubKey)) return `"${hop.pubKey}" is no node id`;
  const channelId = tryParseChannelId(hop.chanId);
  // With 0x0x0 lightningd would choose a channel by itself.
  if (channelId === undefined || channelId === '0') return `"${hop.chanId}" is no channel id`;
  for (const type of hop.customRecords.keys()) {
    if (type < FIRST_CUSTOM_TYPE || type > LAST_TYPE) {
      return `${type} is no type of a custom record: those begin at ${FIRST_CUSTOM_TYPE}`;
    }
  }
  if (hop.ampRecord !== undefined)
    return 'it has an AMP record, which Core Lightning does not know';
  if (hop.metadata.length > 0) return 'it has payment metadata';
  if (hop.blindingPoint.length > 0 || hop.encryptedData.length > 0) return 'it is blinded';
  return undefined;
}
