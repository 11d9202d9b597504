/**
 * What a week brought, counted twice: by the books of the node and of the arm, and by what the simulator's channels hold.
 */
import type { SimulatedNetwork } from '../../src/sim/network.ts';
import type { NodeId } from '../../src/units/ids.ts';
import type { ArmFigures } from './arm.ts';

export interface WeekAccounts {
  readonly forwards: number;
  readonly forwardedMsat: bigint;
  /** Fees of forwards. */
  readonly revenueMsat: bigint;
  /** Fees of rebalances. */
  readonly costMsat: bigint;
  readonly netMsat: bigint;
}

/** All that is ours, in flight included on the side that has it now. */
export function ownMsat(network: SimulatedNetwork, ours: NodeId): bigint {
  let sum = 0n;
  for (const { channelId } of network.node(ours).listChannels()) {
    const { node1, balance1Msat, balance2Msat, inFlightMsat } = network.balances(channelId);
    if (inFlightMsat !== 0n) throw new Error(`channel ${channelId} has HTLCs under way`);
    sum += node1 === ours ? balance1Msat : balance2Msat;
  }
  return sum;
}

/**
 * @throws Error where the books and the channels disagree: then money was lost or counted twice, and no figure is worth
 * anything.
 */
export function closeAccounts(
  network: SimulatedNetwork,
  week: {
    readonly ours: NodeId;
    readonly sinceMs: number;
    readonly startMsat: bigint;
    readonly figures: ArmFigures;
  },
): WeekAccounts {
  const { ours, sinceMs, startMsat, figures } = week;
  const sinceNs = BigInt(sinceMs) * 1_000_000n;
  const history = network.node(ours).forwardingHistory({ sinceNs });
  let [forwardedMsat, revenueMsat] = [0n, 0n];
  for (const { amountOutMsat, feeMsat } of history) {
    forwardedMsat += amountOutMsat;
    revenueMsat += feeMsat;
  }
  const costMsat = figures.feesMsat;
  const netMsat = revenueMsat - costMsat;
  const grownMsat = ownMsat(network, ours) - startMsat;
  if (grownMsat !== netMsat) {
    throw new Error(
      `the books say that the node earned ${netMsat} msat, and its channels that it was ${grownMsat} msat`,
    );
  }
  return { forwards: history.length, forwardedMsat, revenueMsat, costMsat, netMsat };
}
