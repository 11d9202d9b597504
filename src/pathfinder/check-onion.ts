/** The onion's part of the route check: encodes every payload's length byte by byte, as BOLT 4 lays it out. */
import type { Hop, Route } from '../generated/messages/route.ts';
import type { RouteDefect } from './check-route.ts';

export function* onionDefects(route: Route): Iterable<RouteDefect> {
  if (route.hops.length > 27) {
    yield { code: 'onion', hop: -1, detail: `${route.hops.length} hops, an onion takes 27` };
  }
  const total = route.hops.reduce(
    (sum, hop, i) => sum + onionShare(hop, i === route.hops.length - 1),
    0,
  );
  if (total > 1300) yield { code: 'onion', hop: -1, detail: `${total} bytes, an onion holds 1300` };
}

/** Length prefix, payload and HMAC of one hop. */
function onionShare(hop: Hop, isLast: boolean): number {
  const records: [type: bigint, value: number][] = [
    [2n, significantBytes(hop.amtToForwardMsat)],
    [4n, significantBytes(BigInt(hop.expiry))],
  ];
  if (!isLast) records.push([6n, 8]);
  if (hop.mppRecord !== undefined) {
    records.push([
      8n,
      hop.mppRecord.paymentAddr.length + significantBytes(hop.mppRecord.totalAmtMsat),
    ]);
  }
  if (hop.metadata.length > 0) records.push([16n, hop.metadata.length]);
  for (const [type, value] of hop.customRecords) records.push([type, value.length]);
  const payload = records.reduce(
    (sum, [type, value]) => sum + prefixBytes(type) + prefixBytes(BigInt(value)) + value,
    0,
  );
  return prefixBytes(BigInt(payload)) + payload + 32;
}

const significantBytes = (value: bigint): number =>
  value === 0n ? 0 : Math.ceil(value.toString(16).length / 2);

const prefixBytes = (value: bigint): number =>
  value <= 0xfcn ? 1 : value <= 0xffffn ? 3 : value <= 0xffffffffn ? 5 : 9;
