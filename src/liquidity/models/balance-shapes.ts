/**
 * Shapes that a hidden balance may have between nothing and the channel's capacity: evenly spread, nearly empty, or
 * nearly full, the latter two falling off exponentially over a scale. Mixtures of them come close to what the literature
 * assumes (uniform: Pickhardt and Richter; bimodal: lnd's `probability_bimodal.go`) and to channels that traffic has
 * drained.
 */

/**
 * Over how much the likelihood of a balance away from its end falls by e. Some balances cling to an end whatever the
 * capacity, which lnd's bimodal estimator assumes of all (300,000 sat); others in proportion to it, as LDK's scorer
 * assumes.
 */
interface Scale {
  /** In msat, or as a share of the capacity. */
  readonly msat?: number;
  readonly share?: number;
}

const SHAPE_SCALES: readonly Scale[] = [
  { msat: 1e8 },
  { msat: 3e8 },
  { share: 0.03 },
  { share: 0.12 },
];

/** Even; then empty and full for each scale. */
export const SHAPES: number = 1 + 2 * SHAPE_SCALES.length;

export const EVEN = 0;
export const emptyShape = (scale: number): number => 1 + 2 * scale;
export const fullShape = (scale: number): number => 2 + 2 * scale;

/** The shape of the same balance seen from the other side. */
export const mirrored = (shape: number): number =>
  shape === EVEN ? EVEN : shape % 2 === 1 ? shape + 1 : shape - 1;

/** Fills `into` with the probability of each shape that the balance is less than `x`; 0 < x < capacity. */
export function shapesBelow(x: number, capacityMsat: number, into: Float64Array): void {
  if (x <= 0 || x >= capacityMsat) {
    into.fill(x <= 0 ? 0 : 1);
    return;
  }
  into[EVEN] = x / capacityMsat;
  for (let scale = 0; scale < SHAPE_SCALES.length; scale++) {
    const { msat = 0, share = 0 } = SHAPE_SCALES[scale]!;
    const lengthMsat = msat + share * capacityMsat;
    const whole = -Math.expm1(-capacityMsat / lengthMsat);
    into[emptyShape(scale)] = -Math.expm1(-x / lengthMsat) / whole;
    into[fullShape(scale)] =
      (Math.exp((x - capacityMsat) / lengthMsat) - Math.exp(-capacityMsat / lengthMsat)) / whole;
  }
}
