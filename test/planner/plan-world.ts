/** A node with some channels, peers that are joined for a fee, and a past: what plans of tests stand on. */

import { NO_PAST } from '../../src/planner/past-rebalances.ts';
import type { PlanGround } from '../../src/planner/plan-ground.ts';
import type { ChannelPolicy, Forward, OwnChannel } from '../../src/ports.ts';
import { type ChannelId, type NodeId, parseChannelId } from '../../src/units/ids.ts';
import { graphOf, nodeIdOf } from '../graph/make-graph.ts';
import { ownChannel } from '../own-channel.ts';

export const SELF: NodeId = nodeIdOf(99);
export const DAY_MS: number = 24 * 60 * 60 * 1000;
export const NOW_MS: number = 1_700_000_000_000;
const HEIGHT = 800_000;
const MSAT_PER_SAT = 1000n;

export interface OwnSketch {
  /** Number of the peer; the channel's id is 100 times that, unless `id` is given. */
  readonly peer: number;
  readonly id?: number;
  readonly localSat: number;
  /** @defaultValue 10,000,000 */
  readonly capacitySat?: number;
  /** What we charge for passing on over it. `null`: the graph has no policy of ours. */
  readonly fees?: Partial<ChannelPolicy> | null;
  readonly own?: Partial<OwnChannel>;
}

/** From a peer, to a peer, ppm; both directions alike. */
export type WaySketch = readonly [from: number, to: number, ppm: number, capacitySat?: number];

export const idOf = (peer: number): ChannelId => parseChannelId(String(100 * peer));

export function worldOf(
  sketches: readonly OwnSketch[],
  ways: readonly WaySketch[],
  more: Partial<PlanGround> = {},
): PlanGround {
  const graph = graphOf([
    ...sketches.map(({ peer, id = 100 * peer, capacitySat = 10_000_000, fees = {} }) => ({
      id,
      ends: [99, peer] as const,
      capacitySat: BigInt(capacitySat),
      policy1: fees,
    })),
    ...ways.map(([from, to, feeRatePpm, capacitySat = 100_000_000], i) => ({
      id: 100_000 + i,
      ends: [from, to] as const,
      capacitySat: BigInt(capacitySat),
      policy1: { feeRatePpm },
      policy2: { feeRatePpm },
    })),
  ]);
  return {
    snapshot: graph.snapshot(),
    self: SELF,
    blockHeight: HEIGHT,
    nowMs: NOW_MS,
    ownChannels: sketches.map(ownOf),
    history: { sinceMs: NOW_MS - 30 * DAY_MS, forwards: [] },
    past: NO_PAST,
    attemptCost: { attemptCostMsat: 0n, attemptCostPpm: 0 },
    ...more,
  };
}

function ownOf(sketch: OwnSketch): OwnChannel {
  const { peer, id = 100 * peer, localSat, capacitySat = 10_000_000, own = {} } = sketch;
  const remoteSat = capacitySat - localSat;
  return ownChannel({
    channelId: parseChannelId(String(id)),
    peer: nodeIdOf(peer),
    capacitySat: BigInt(capacitySat),
    localBalanceSat: BigInt(localSat),
    remoteBalanceSat: BigInt(remoteSat),
    spendableMsat: BigInt(localSat) * MSAT_PER_SAT,
    receivableMsat: BigInt(remoteSat) * MSAT_PER_SAT,
    ...own,
  });
}

/** A forward from one peer's channel to another's, so many days ago. */
export function forward(terms: {
  readonly from: number;
  readonly to: number;
  readonly sat: number;
  readonly feeMsat: number;
  readonly daysAgo?: number;
}): Forward {
  const amountOutMsat = BigInt(terms.sat) * MSAT_PER_SAT;
  return {
    settledAtMs: NOW_MS - (terms.daysAgo ?? 0) * DAY_MS,
    inChannelId: idOf(terms.from),
    outChannelId: idOf(terms.to),
    amountInMsat: amountOutMsat + BigInt(terms.feeMsat),
    amountOutMsat,
  };
}

/** A steady demand, by the day: no chance in it, so that worth can be reckoned by hand. */
export function steady(
  peer: number,
  flows: { readonly outSat?: number; readonly inSat?: number },
): {
  readonly channelId: ChannelId;
  readonly out: { readonly msatPerDay: number; readonly squaresPerDay: number };
  readonly in: { readonly msatPerDay: number; readonly squaresPerDay: number };
} {
  const flow = (sat: number) => ({ msatPerDay: sat * 1000, squaresPerDay: 0 });
  return { channelId: idOf(peer), out: flow(flows.outSat ?? 0), in: flow(flows.inSat ?? 0) };
}
