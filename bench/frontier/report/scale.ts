/** A logarithmic axis. */

export interface Scale {
  readonly low: number;
  readonly high: number;
  /** Where a value lies, from 0 at the low end to 1. */
  at(value: number): number;
  /** Round numbers within the ends, three to eight of them where there are so many. */
  readonly ticks: readonly number[];
}

/** Room on either side of the values, in factors. */
const MARGIN = 1.15;

/** @param values Above 0; others are left out. Without any, the axis runs from 1 to 10. */
export function logScale(values: readonly number[]): Scale {
  const sound = values.filter((value) => value > 0 && Number.isFinite(value));
  const low = sound.length === 0 ? 1 : Math.min(...sound) / MARGIN;
  const high = sound.length === 0 ? 10 : Math.max(...sound) * MARGIN;
  const span = Math.log(high / low);
  return {
    low,
    high,
    at: (value) => Math.log(value / low) / span,
    ticks: roundNumbers(low, high),
  };
}

/** Digits before powers of ten, ever finer. */
const DIGITS: readonly (readonly number[])[] = [
  [1, 2, 5],
  [1, 1.5, 2, 3, 4, 5, 7],
  Array.from({ length: 90 }, (_, i) => (10 + i) / 10),
];
const ENOUGH = 3;
const MOST = 8;

function roundNumbers(low: number, high: number): number[] {
  let ticks: number[] = [];
  for (const digits of DIGITS) {
    ticks = [];
    for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
      // Read from text, for 5 times 10^-2 is not quite 0.05.
      ticks.push(...digits.map((digit) => Number(`${digit}e${power}`)));
    }
    ticks = ticks.filter((tick) => tick >= low && tick <= high);
    if (ticks.length >= ENOUGH) break;
  }
  const nth = Math.ceil(ticks.length / MOST);
  return ticks.filter((_, i) => i % nth === 0);
}
