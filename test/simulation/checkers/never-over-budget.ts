/** Promise 3: what was paid and what live HTLCs may still cost never exceed any limit. */
import type { ChannelId } from '../../../src/units/ids.ts';
import type { Flight } from '../truth.ts';
import type { BudgetLimits } from '../workload.ts';
import type { Checker, Evidence } from './evidence.ts';

const MS_PER_DAY = 86_400_000;

export function neverOverBudget(evidence: Evidence): Checker {
  const check = (): void => {
    checkRebalances(evidence);
    if (evidence.budget !== undefined) checkBudget(evidence);
  };
  // Sums change only with an HTLC, or with the day under which it is entered.
  return { flown: check, written: (record) => record.kind === 'outcome' && check() };
}

/** `maxFeeMsat` is for all payments of a rebalance together, `maxFeePpm` for each of them. */
function checkRebalances(evidence: Evidence): void {
  const costs = new Map<string, bigint>();
  for (const flight of evidence.truth.flights) {
    if (!evidence.mayCost(flight)) continue;
    const rebalanceId = evidence.rebalanceOf(flight.paymentHash);
    if (rebalanceId === undefined) continue;
    const feeMsat = evidence.feeMsat(flight);
    const costMsat = (costs.get(rebalanceId) ?? 0n) + feeMsat;
    costs.set(rebalanceId, costMsat);
    const { maxFeeMsat, maxFeePpm } = evidence.asked.get(rebalanceId)?.request ?? {};
    if (maxFeeMsat !== undefined && costMsat > maxFeeMsat) {
      const message = `rebalance ${rebalanceId} may cost ${costMsat} msat, above its ${maxFeeMsat}`;
      evidence.accuse('never over budget', message);
    }
    if (maxFeePpm === undefined) continue;
    const byRateMsat = ((flight.sentMsat - feeMsat) * BigInt(maxFeePpm)) / 1_000_000n;
    if (feeMsat <= byRateMsat) continue;
    const message = `flight ${flight.number} of rebalance ${rebalanceId} may cost ${feeMsat} msat, above the ${byRateMsat} of ${maxFeePpm} ppm`;
    evidence.accuse('never over budget', message);
  }
}

interface Cost {
  readonly outChannelId: ChannelId;
  /** As asked for, for what is under way; as the journal has it. */
  readonly inChannelId: ChannelId;
  readonly feeMsat: bigint;
  readonly day: number;
}

function checkBudget(evidence: Evidence): void {
  const { ever, perDay } = evidence.budget!;
  const costs = evidence.truth.flights
    .filter((flight) => evidence.mayCost(flight))
    .map((flight) => costOf(evidence, flight));
  if (ever !== undefined) checkLimits(evidence, { limits: ever, costs, span: 'ever' });
  if (perDay === undefined) return;
  for (const day of new Set(costs.map((cost) => cost.day))) {
    const ofDay = costs.filter((cost) => cost.day === day);
    checkLimits(evidence, { limits: perDay, costs: ofDay, span: `on day ${day}` });
  }
}

/** What has no outcome in the journal yet counts today, for its outcome could come now. Days never go back. */
function costOf(evidence: Evidence, flight: Flight): Cost {
  const outcome = evidence.outcomeOf(flight);
  const inChannelId = evidence.intentOf(flight)?.inChannelId ?? flight.outChannelId;
  return {
    outChannelId: flight.outChannelId,
    inChannelId,
    feeMsat: evidence.feeMsat(flight),
    day: Math.floor((outcome?.atMs ?? evidence.latestMs()) / MS_PER_DAY),
  };
}

function checkLimits(
  evidence: Evidence,
  sums: { readonly limits: BudgetLimits; readonly costs: readonly Cost[]; readonly span: string },
): void {
  const { limits, costs, span } = sums;
  const exceeds = (of: string, those: readonly Cost[], limitMsat: bigint | undefined): void => {
    if (limitMsat === undefined) return;
    const costMsat = those.reduce((sum, { feeMsat }) => sum + feeMsat, 0n);
    if (costMsat <= limitMsat) return;
    const message = `${of} may cost ${costMsat} msat ${span}, above the limit of ${limitMsat}`;
    evidence.accuse('never over budget', message);
  };
  exceeds('all rebalances', costs, limits.allMsat);
  for (const channelId of new Set(costs.flatMap((c) => [c.outChannelId, c.inChannelId]))) {
    const those = costs.filter((c) => c.outChannelId === channelId || c.inChannelId === channelId);
    exceeds(`channel ${channelId}`, those, limits.perChannelMsat);
  }
  for (const pair of new Set(costs.map(pairOf))) {
    const those = costs.filter((cost) => pairOf(cost) === pair);
    exceeds(`pair ${pair}`, those, limits.perPairMsat);
  }
}

const pairOf = ({ outChannelId, inChannelId }: Cost): string => `${outChannelId} ${inChannelId}`;
