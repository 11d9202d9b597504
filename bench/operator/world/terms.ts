/** What a seed decides about a week: the network, our node in it, and who pays whom. All of it is stated in the report. */
import { SeededRandom } from '../../../src/sim/random.ts';

/** How large the simulation is; the same for all seeds of a run. */
export interface WorldSize {
  /** Of the network, ours left out. */
  readonly nodes: number;
  /** Between nodes that are drawn, before the week's own factor. */
  readonly paymentsPerDay: number;
}

export interface WorldTerms extends WorldSize {
  readonly seed: number;
  readonly channels: number;
  /** Capacities are drawn between these, log-uniformly. */
  readonly leastCapacitySat: number;
  readonly mostCapacitySat: number;
  /** Our fee rate as a multiple of the median of what others ask for sending to the same peer. */
  readonly feeFactor: number;
  readonly feeBaseMsat: bigint;
  /** Peers that everybody pays, and peers that pay everybody, beside the usual demand. */
  readonly sinks: number;
  readonly sources: number;
  /** Payments a day to each sink, and from each source. */
  readonly flowPerDay: number;
}

const FEE_BASES_MSAT: readonly bigint[] = [0n, 0n, 1000n];
const MOST_SINKS = 3;
const MOST_SOURCES = 3;

/** Each figure by itself, so that seeds differ in every way. */
export function worldTerms(seed: number, size: WorldSize): WorldTerms {
  const random = new SeededRandom(seed).fork('operator');
  const between = (low: number, high: number): number => low + (high - low) * random.unit();
  return {
    ...size,
    seed,
    paymentsPerDay: Math.round(size.paymentsPerDay * between(0.6, 1.4)),
    channels: Math.round(between(16, 28)),
    leastCapacitySat: 2_000_000,
    mostCapacitySat: 10_000_000,
    feeFactor: 2 ** between(-1.5, 0.5),
    feeBaseMsat: random.pick(FEE_BASES_MSAT),
    sinks: random.below(MOST_SINKS + 1),
    sources: random.below(MOST_SOURCES + 1),
    flowPerDay: Math.round(between(300, 1800)),
  };
}
