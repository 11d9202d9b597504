/**
 * What an onion would hold: each hop's payload is really encoded and measured (BOLT 4), rather than its size computed,
 * so that this limit has a second, independent author.
 */
import type { Hop, Route } from '../generated/messages/route.ts';

const ONION_ROOM = 1300;
const MOST_HOPS = 27;
const HMAC_LENGTH = 32;

const AMOUNT_TYPE = 2n;
const EXPIRY_TYPE = 4n;
const NEXT_CHANNEL_TYPE = 6n;
const PAYMENT_DATA_TYPE = 8n;

/** lnd's message when it cannot build the onion, or `undefined` (lnd: `ToSphinxPath`; lightning-onion `path.go`). */
export function onionDefect(route: Route): string | undefined {
  if (route.hops.length > MOST_HOPS) return 'route has too many hops';
  let used = 0;
  route.hops.forEach((hop, i) => {
    const payload = encodePayload(hop, route.hops[i + 1]);
    used += encodeBigSize(BigInt(payload.length)).length + payload.length + HMAC_LENGTH;
  });
  return used > ONION_ROOM ? 'max payload size exceeded' : undefined;
}

/** The TLV stream that one hop reads, without its length prefix. */
export function encodePayload(hop: Hop, next: Hop | undefined): readonly number[] {
  const records: [bigint, readonly number[]][] = [
    [AMOUNT_TYPE, minimalBytes(hop.amtToForwardMsat)],
    [EXPIRY_TYPE, minimalBytes(BigInt(hop.expiry))],
  ];
  if (next !== undefined) records.push([NEXT_CHANNEL_TYPE, fixedUint64(BigInt(next.chanId))]);
  if (hop.mppRecord !== undefined) {
    const { paymentAddr, totalAmtMsat } = hop.mppRecord;
    records.push([PAYMENT_DATA_TYPE, [...paymentAddr, ...minimalBytes(totalAmtMsat)]]);
  }
  for (const [type, value] of hop.customRecords) records.push([type, [...value]]);
  return records.flatMap(([type, value]) => [
    ...encodeBigSize(type),
    ...encodeBigSize(BigInt(value.length)),
    ...value,
  ]);
}

/** Big-endian bytes without leading zeros; none for zero. */
function minimalBytes(value: bigint): number[] {
  const bytes = fixedUint64(value);
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? [] : bytes.slice(first);
}

function fixedUint64(value: bigint): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value);
  return [...new Uint8Array(view.buffer)];
}

function encodeBigSize(value: bigint): number[] {
  const bytes = fixedUint64(value);
  if (value < 0xfdn) return bytes.slice(7);
  if (value <= 0xffffn) return [0xfd, ...bytes.slice(6)];
  if (value <= 0xffff_ffffn) return [0xfe, ...bytes.slice(4)];
  return [0xff, ...bytes];
}
