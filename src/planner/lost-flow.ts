/**
 * How much of what is to flow out of a balance over a time is lost because the balance runs dry.
 *
 * Net outflow is taken for Brownian motion with drift, which many small independent payments come close to. A balance B
 * that cannot fall below 0 loses exactly what the motion, let run free, would reach beyond B at its highest point M:
 * (M - B), where that is positive (Skorokhod's reflection). So the expected loss is E[(M - B)+], and the last unit of the
 * balance is worth what a unit of flow earns, times P(M > B). Both have closed forms, as P(M > x) has by reflection:
 *
 *     P(M > x) = N((d - x) / s) + exp(2 d x / s^2) N((-d - x) / s)
 */
import { normalDensity, normalTail, tailPerDensity } from './normal-tail.ts';

/** Over the whole time, in msat. */
export interface NetFlow {
  /** Expected outflow less inflow. */
  readonly driftMsat: number;
  /** Standard deviation of outflow less inflow; 0 for a steady stream. */
  readonly spreadMsat: number;
}

/** Drifts of a smaller part of the spread are as good as none, and would divide one rounding error by another. */
const LEAST_DRIFT = 1e-5;

/** Expected outflow that a balance is too small for, msat. It falls as the balance grows, ever more slowly. */
export function expectedLossMsat(flow: NetFlow, balanceMsat: number): number {
  const { driftMsat: drift, spreadMsat: spread } = flow;
  const balance = Math.max(0, balanceMsat);
  if (spread === 0) return Math.max(0, drift - balance);
  const z = (balance - drift) / spread;
  const direct = spread * normalDensity(z) - (balance - drift) * normalTail(z);
  if (Math.abs(drift) < LEAST_DRIFT * spread) return 2 * direct;
  const turned = ((spread * spread) / (2 * drift)) * (normalTail(z) - reflectedTail(flow, balance));
  return Math.max(0, direct + turned);
}

/** Probability that the last unit of a balance is used: what one more is worth of what a unit of flow earns. */
export function chanceOfLoss(flow: NetFlow, balanceMsat: number): number {
  const { driftMsat: drift, spreadMsat: spread } = flow;
  const balance = Math.max(0, balanceMsat);
  if (spread === 0) return drift > balance ? 1 : 0;
  return Math.min(1, normalTail((balance - drift) / spread) + reflectedTail(flow, balance));
}

/** exp(2 d x / s^2) N((-d - x) / s), without the overflow of its first factor. */
function reflectedTail({ driftMsat: drift, spreadMsat: spread }: NetFlow, balance: number): number {
  const z = (balance + drift) / spread;
  if (z < 0) return Math.exp((2 * drift * balance) / (spread * spread)) * normalTail(z);
  return normalDensity((balance - drift) / spread) * tailPerDensity(z);
}
