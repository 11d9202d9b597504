/** The upper tail of the standard normal distribution. */

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);
/** From here on the continued fraction below is exact to the last digits; before it, the series. */
const FRACTION_FROM = 3;
const FRACTION_DEPTH = 80;

export const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / ROOT_TWO_PI;

/** The probability that a standard normal number is above `z`. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  return z < FRACTION_FROM ? 0.5 - nearMass(z) : normalDensity(z) * tailPerDensity(z);
}

/** The tail divided by the density, which overflows nowhere above `z` = 0 (Mills' ratio). */
export function tailPerDensity(z: number): number {
  if (z < FRACTION_FROM) return normalTail(z) / normalDensity(z);
  let below = z;
  for (let k = FRACTION_DEPTH; k > 0; k--) below = z + k / below;
  return 1 / below;
}

/** The probability of lying between 0 and `z`: the density times z + z^3/3 + z^5/(3 x 5) + ... */
function nearMass(z: number): number {
  let [term, sum] = [z, z];
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return normalDensity(z) * sum;
}
