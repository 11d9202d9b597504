/** A path's totals: what it costs, how long it locks, and how much of an onion it takes. */
import { feePpm } from '../units/amounts.ts';
import { finalPayloadBytes, forwardingPayloadBytes } from '../units/onion-size.ts';
import type { Path, Quote } from './path.ts';

/** Any recent height: expiries up to 16,777,215 take the same three bytes in an onion. */
export const DEFAULT_BLOCK_HEIGHT = 800_000;

/** The totals of a priced path; onion bytes include an MPP record in the last hop. */
export function quotePath(path: Path, blockHeight: number = DEFAULT_BLOCK_HEIGHT): Quote {
  const first = path.hops[0];
  const last = path.hops.at(-1);
  if (first === undefined || last === undefined)
    throw new RangeError('a path needs at least one hop');
  const amountMsat = last.amountOutMsat;
  const sentMsat = first.amountInMsat;
  const feeMsat = sentMsat - amountMsat;
  let onionBytes = finalPayloadBytes(amountMsat, blockHeight + last.cltvOutBlocks);
  for (const hop of path.hops) {
    if (hop === last) break;
    onionBytes += forwardingPayloadBytes(
      Number(hop.amountOutMsat),
      blockHeight + hop.cltvOutBlocks,
    );
  }
  return {
    amountMsat,
    sentMsat,
    feeMsat,
    feePpm: feePpm({ feeMsat, amountMsat }),
    cltvBlocks: first.cltvInBlocks,
    hopCount: path.hops.length,
    onionBytes,
  };
}
