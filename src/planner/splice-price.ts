/**
 * What it costs to move liquidity over the chain instead of around a circle: out of one channel by a splice, into another
 * by a second one. The price does not depend on the amount, so above some amount it is the lower one.
 *
 * All of it is an estimate. Sizes are those of transactions with one funding input and its two-of-two witness, one input
 * of the wallet for the splice-in, and one more output each; the wallet may need more inputs.
 */

/** Virtual bytes of the two transactions. */
const SPLICE_OUT_VBYTES = 190;
const SPLICE_IN_VBYTES = 250;

/** What it is expected to cost to move an amount from one channel to another by splicing out and in. */
export interface SplicePrice {
  readonly outFeeMsat: bigint;
  readonly inFeeMsat: bigint;
  readonly feeMsat: bigint;
  /** So that nobody takes it for a quote. */
  readonly estimate: true;
}

/**
 * @param satPerVbyte The chain's fee rate, which may have fractions.
 * @throws RangeError for a rate that is no positive number.
 */
export function splicePrice(satPerVbyte: number): SplicePrice {
  if (!Number.isFinite(satPerVbyte) || satPerVbyte <= 0) {
    throw new RangeError(
      `a fee rate of ${satPerVbyte} sat/vB cannot be meant; give a positive number`,
    );
  }
  const outFeeMsat = feeMsat(SPLICE_OUT_VBYTES, satPerVbyte);
  const inFeeMsat = feeMsat(SPLICE_IN_VBYTES, satPerVbyte);
  return { outFeeMsat, inFeeMsat, feeMsat: outFeeMsat + inFeeMsat, estimate: true };
}

/** Whole satoshis, rounded up: the chain knows no smaller ones. */
const feeMsat = (vbytes: number, satPerVbyte: number): bigint =>
  BigInt(Math.ceil(vbytes * satPerVbyte)) * 1000n;

/** A move and what the circle asks for it. */
export interface CircularPrice {
  readonly amountMsat: bigint;
  readonly feeMsat: bigint;
}

/** A circle and a pair of splices that move the same amount, side by side. */
export interface SpliceComparison {
  readonly splice: SplicePrice;
  readonly circular: CircularPrice;
  readonly cheaper: 'circular' | 'splice' | 'same';
  /**
   * From this amount on the splices cost less, if the circle goes on asking for the same share. `null` where it asks for
   * nothing: then there is no such amount.
   */
  readonly breakEvenMsat: bigint | null;
}

/** @throws RangeError for a rate that is no positive number, and for a move of nothing. */
export function compareWithSplice(circular: CircularPrice, satPerVbyte: number): SpliceComparison {
  const { amountMsat, feeMsat: circularFeeMsat } = circular;
  if (amountMsat <= 0n || circularFeeMsat < 0n) {
    throw new RangeError(`a move of ${amountMsat} msat for ${circularFeeMsat} cannot be compared`);
  }
  const splice = splicePrice(satPerVbyte);
  const breakEvenMsat =
    circularFeeMsat === 0n ? null : dividedUp(splice.feeMsat * amountMsat, circularFeeMsat);
  return { splice, circular, cheaper: cheaperOf(circularFeeMsat, splice.feeMsat), breakEvenMsat };
}

function cheaperOf(circularMsat: bigint, spliceMsat: bigint): SpliceComparison['cheaper'] {
  if (circularMsat === spliceMsat) return 'same';
  return circularMsat < spliceMsat ? 'circular' : 'splice';
}

const dividedUp = (dividend: bigint, divisor: bigint): bigint =>
  (dividend + divisor - 1n) / divisor;
