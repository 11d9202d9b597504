/**
 * What a node asks for forwarding (lnd: `ComputeFee`, `CalcFee`). Written out here apart from the product's own
 * arithmetic: a mistake shared with the code that builds routes would go unseen.
 */
import type { ChannelPolicy } from '../ports.ts';

type InboundTerms = Pick<ChannelPolicy, 'inboundFeeBaseMsat' | 'inboundFeeRatePpm'>;
type OutboundTerms = Pick<ChannelPolicy, 'feeBaseMsat' | 'feeRatePpm'>;

const MILLION = 1_000_000n;
const MOST_INBOUND_PPM = 10_000_000n;

/** Base plus whole millionths of the amount handed on. */
export function outboundFeeMsat(policy: OutboundTerms, amountOutMsat: bigint): bigint {
  return policy.feeBaseMsat + wholeMillionths(BigInt(policy.feeRatePpm) * amountOutMsat);
}

/** Base plus whole millionths, toward zero, of the amount handed on with the outbound fee on top. May be negative. */
export function inboundFeeMsat(terms: InboundTerms, withOutboundFeeMsat: bigint): bigint {
  const ppm = BigInt(terms.inboundFeeRatePpm);
  const size = ppm < 0n ? -ppm : ppm;
  const cappedSize = size > MOST_INBOUND_PPM ? MOST_INBOUND_PPM : size;
  const shareMsat = wholeMillionths(cappedSize * withOutboundFeeMsat);
  return terms.inboundFeeBaseMsat + (ppm < 0n ? -shareMsat : shareMsat);
}

/** Of a non-negative number of millionths, the whole ones. */
function wholeMillionths(millionths: bigint): bigint {
  return (millionths - (millionths % MILLION)) / MILLION;
}
