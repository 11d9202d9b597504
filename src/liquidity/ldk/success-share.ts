/**
 * The shape that LDK gives to balances between two bounds: density 1/256 + 9 (x - 1/2)^8 over the channel, so that they
 * are mostly near the ends, or a constant (LDK: `scoring.rs`, `success_probability`).
 */

export interface BoundedAmount {
  readonly minMsat: number;
  readonly maxMsat: number;
  readonly capacityMsat: number;
  /** From `minMsat` to below `maxMsat`. */
  readonly amountMsat: number;
  readonly linear: boolean;
  /** Whether a lower bound of 0 says that nothing was seen to pass, which lowers the probability. */
  readonly zeroIsUnproven: boolean;
}

/** A probability as LDK has it, for its rounding depends on both. */
export interface Share {
  readonly numerator: number;
  readonly denominator: number;
}

/** What the denominator is stretched by where nothing was seen to pass. */
const UNPROVEN = 78 / 64;
/** Brings the two near 2^30, of which they have 1/128 at most. */
const WHOLE = 2 ** 36;

/** Both as they are. */
export function exactShare(of: BoundedAmount): Share {
  return of.linear ? linearShare(of) : shapedShare(of);
}

/** Both as whole numbers. */
export function wholeShare(of: BoundedAmount): Share {
  if (of.linear) return linearShare(of);
  const { numerator, denominator } = shapedShare(of);
  return {
    numerator: Math.floor(numerator * WHOLE) + 1,
    denominator: Math.floor(denominator * WHOLE) + 1,
  };
}

function linearShare({ minMsat, maxMsat, amountMsat, zeroIsUnproven }: BoundedAmount): Share {
  const denominator = maxMsat - minMsat + 1;
  return {
    numerator: maxMsat - amountMsat,
    denominator: zeroIsUnproven && minMsat === 0 ? Math.floor(denominator * UNPROVEN) : denominator,
  };
}

function shapedShare(of: BoundedAmount): Share {
  const top = massBelow(of.maxMsat / of.capacityMsat);
  const denominator = top - massBelow(of.minMsat / of.capacityMsat);
  return {
    numerator: top - massBelow(of.amountMsat / of.capacityMsat),
    denominator: of.zeroIsUnproven && of.minMsat === 0 ? denominator * UNPROVEN : denominator,
  };
}

/** The density's integral from the middle of the channel to `x`. */
function massBelow(x: number): number {
  const y = x - 0.5;
  const squared = y * y;
  const fourth = squared * squared;
  return y * fourth * fourth + y / 256;
}
