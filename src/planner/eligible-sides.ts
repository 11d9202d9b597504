/** Which channels may give or get in a plan, and why others may not, before any route is looked for. */
import type { PlannedChannel } from './planned-channel.ts';
import type { LeftOutReason } from './rebalance-plan.ts';
import type { RecentPast } from './recent-past.ts';

export interface EligibilityTerms {
  readonly nowMs: number;
  readonly past: RecentPast;
  /** The smallest amount that would be moved. */
  readonly leastMsat: bigint;
  readonly economic: boolean;
}

const MILLION = 1e6;

/** Why the channel cannot give; `undefined` where it can. */
export function barredSource(
  channel: PlannedChannel,
  { nowMs, past, leastMsat }: EligibilityTerms,
): LeftOutReason | undefined {
  const { own, settings, policy } = channel;
  if (!settings.maySource) return { code: 'excluded' };
  if (!own.active) return { code: 'inactive' };
  if (policy === undefined) return { code: 'no_policy' };
  const filledAtMs = past.filledAtMs(own.channelId);
  const cooling = coolDown(filledAtMs, { coolDownMs: settings.coolDownMs, nowMs });
  if (cooling !== undefined) return cooling;
  const roomMsat = channel.surplusMsat;
  return roomMsat < leastMsat ? { code: 'no_balance', roomMsat } : undefined;
}

/** Why the channel cannot get; `undefined` where it can. */
export function barredTarget(
  channel: PlannedChannel,
  { nowMs, past, leastMsat, economic }: EligibilityTerms,
): LeftOutReason | undefined {
  const { own, settings, policy } = channel;
  if (!settings.mayTarget) return { code: 'excluded' };
  if (!own.active) return { code: 'inactive' };
  if (policy === undefined) return { code: 'no_policy' };
  const drainedAtMs = past.drainedAtMs(own.channelId);
  const cooling = coolDown(drainedAtMs, { coolDownMs: settings.coolDownMs, nowMs });
  if (cooling !== undefined) return cooling;
  const quiet = past.quietTarget(own.channelId, nowMs);
  if (quiet !== undefined) return { code: 'quiet', ...quiet };
  const roomMsat = channel.roomMsat;
  if (roomMsat < leastMsat) return { code: 'no_room', roomMsat };
  if (economic && channel.peer.out.msatPerDay === 0) return { code: 'no_outflow' };
  if (economic && channel.peer.out.feeMsatPerDay === 0) return { code: 'earns_nothing' };
  // Less than a thousandth of a satoshi in a whole payment.
  if (economic && channel.earnedMsat(leastMsat) < 1) {
    const worthPpm = (channel.earnedMsat(leastMsat) / Number(leastMsat)) * MILLION;
    return { code: 'has_enough', worthPpm };
  }
  return channel.payableMsat(leastMsat) === 0 ? { code: 'earns_nothing' } : undefined;
}

function coolDown(
  movedAtMs: number | undefined,
  { coolDownMs, nowMs }: { readonly coolDownMs: number; readonly nowMs: number },
): LeftOutReason | undefined {
  if (movedAtMs === undefined) return undefined;
  const untilMs = movedAtMs + coolDownMs;
  return untilMs > nowMs ? { code: 'cool_down', untilMs } : undefined;
}
