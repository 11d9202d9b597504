/**
 * -log10 of a share in 1/2048, with LDK's rounding: it looks logarithms up by a number's seven leading binary digits
 * (LDK: `lightning/src/routing/log_approx.rs`). The table is made by its rule.
 */
import type { Share } from './success-share.ts';

const DIGITS = 64;
const STEPS_PER_DECADE = 2048;

/** By position of the leading digit, then by the six that follow. */
const LOGS: Uint16Array = logs();

function logs(): Uint16Array {
  const table = new Uint16Array(DIGITS * DIGITS);
  for (let lead = 0; lead < DIGITS; lead++) {
    for (let next = 0; next < DIGITS; next++) {
      const number = Math.floor((DIGITS + next) * 2 ** (lead - 6));
      table[lead * DIGITS + next] = Math.round(Math.log10(number) * STEPS_PER_DECADE);
    }
  }
  return table;
}

export const negativeLog10Steps = ({ numerator, denominator }: Share): number =>
  log10Steps(denominator) - log10Steps(numerator);

/** Of a whole number of at least 1. */
function log10Steps(number: number): number {
  const lead = number < 2 ** 31 ? 31 - Math.clz32(number) : Math.floor(Math.log2(number));
  // Numbers of fewer than seven digits are looked up by themselves instead of by what follows their leading digit.
  const next = lead < 6 ? number : Math.floor(number / 2 ** (lead - 6)) - DIGITS;
  return LOGS[lead * DIGITS + next]!;
}
