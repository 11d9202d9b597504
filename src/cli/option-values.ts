/** Values of options, from text. */
import { InvalidArgumentError } from 'commander';

/** For an option that may be given more than once. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** A whole number within bounds. */
export function count(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[0-9]+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** Digits, or digits in groups of three with one kind of separator: `1,5` is no way to write fifteen. */
const WHOLE = /^(?:[0-9]+|[0-9]{1,3}([_,])[0-9]{3}(?:\1[0-9]{3})*)$/;
/** More than all the satoshis that there will ever be. */
const MAX_DIGITS = 16;

/** Whole satoshis, none included. */
export function sats(text: string): bigint {
  const digits = text.replaceAll(/[_,]/g, '');
  if (!WHOLE.test(text)) {
    throw new InvalidArgumentError(
      'It must be a number of whole satoshis, such as 50000 or 50,000.',
    );
  }
  if (digits.length <= MAX_DIGITS) return BigInt(digits);
  throw new InvalidArgumentError('It is more than there will ever be: 2,100,000,000,000,000 sat.');
}

/** Satoshis with three decimals at most, in msat. */
export function fractionalSats(text: string): bigint {
  const [, whole, part = ''] = /^([0-9]{1,10})(?:\.([0-9]{1,3}))?$/.exec(text) ?? [];
  if (whole !== undefined) return BigInt(whole) * 1000n + BigInt(part.padEnd(3, '0'));
  throw new InvalidArgumentError(
    'It must be a number of satoshis with three decimals at most, such as 2 or 0.3.',
  );
}

/** Whole satoshis, at least one. */
export function positiveSats(text: string): bigint {
  const amountSat = sats(text);
  if (amountSat > 0n) return amountSat;
  throw new InvalidArgumentError('It must be at least 1 sat.');
}

/** A share of one. */
export function probability(text: string): number {
  const value = Number(text);
  if (/^[0-9]*\.?[0-9]+$/.test(text) && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}

/** Parts per million, with a fraction if need be. */
export function rate(text: string): number {
  const value = Number(text);
  if (/^[0-9]+(\.[0-9]+)?$/.test(text) && value <= 1_000_000) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1000000.');
}
