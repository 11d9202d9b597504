/** The route check, channel by channel and node by node: would each one along the way accept this HTLC? */
import type { Hop, Route } from '../generated/messages/route.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { ChannelPolicy } from '../ports.ts';
import { type ChannelId, type NodeId, tryParseChannelId } from '../units/ids.ts';
import type { CheckTerms, RouteDefect } from './check-route.ts';

/** A hop with what the graph says about its channel. `amountMsat` and `expiry` are those of the HTLC on it. */
export interface Leg {
  readonly hop: number;
  readonly channelId: ChannelId | undefined;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly known: boolean;
  readonly joins: boolean;
  readonly capacityMsat: bigint;
  /** Of `from`. */
  readonly policy: ChannelPolicy | null;
  /** Of `to`, whose inbound part it charges on arrival. */
  readonly reverse: ChannelPolicy | null;
  readonly amountMsat: bigint;
  readonly expiry: number;
}

export function resolveLegs(route: Route, snapshot: GraphSnapshot, terms: CheckTerms): Leg[] {
  let from = terms.self;
  return route.hops.map((hop, index) => {
    const leg = resolveLeg({ hop, route, from, index, terms }, snapshot);
    from = leg.to;
    return leg;
  });
}

interface LegPlace {
  readonly hop: Hop;
  readonly route: Route;
  readonly from: NodeId;
  readonly index: number;
  readonly terms: CheckTerms;
}

function resolveLeg(at: LegPlace, snapshot: GraphSnapshot): Leg {
  const { hop, route, from, index } = at;
  const before = route.hops[index - 1];
  const to = hop.pubKey as NodeId;
  const channelId = ownChannelId(tryParseChannelId(hop.chanId), at);
  const slot = channelId === undefined ? undefined : snapshot.channelSlot(channelId);
  const away = channelId === undefined ? undefined : snapshot.directionFrom(channelId, from);
  const back = channelId === undefined ? undefined : snapshot.directionFrom(channelId, to);
  return {
    hop: index,
    channelId,
    from,
    to,
    known: slot !== undefined,
    joins: away !== undefined && back !== undefined && away !== back,
    capacityMsat: slot === undefined ? 0n : BigInt(snapshot.columns.capacitySat[slot]!) * 1000n,
    policy: away === undefined ? null : snapshot.policy(away),
    reverse: back === undefined ? null : snapshot.policy(back),
    amountMsat: before === undefined ? route.totalAmtMsat : before.amtToForwardMsat,
    expiry: before === undefined ? route.totalTimeLock : before.expiry,
  };
}

/** The last hop of a circle may name our channel by the alias that the peer knows it under. */
function ownChannelId(named: ChannelId | undefined, at: LegPlace): ChannelId | undefined {
  if (at.index !== at.route.hops.length - 1) return named;
  const own = at.terms.overlay?.ownChannels?.find((c) => c.inboundChannelId === named);
  return own?.channelId ?? named;
}

/** What the sender of each HTLC checks on the channel it sends over. */
export function* channelDefects(
  leg: Leg,
  legs: readonly Leg[],
  terms: CheckTerms,
): Iterable<RouteDefect> {
  if (!leg.known || !leg.joins) return;
  const own = leg.from === terms.self;
  const { hop, policy, amountMsat } = leg;
  if (policy === null) {
    if (!own)
      yield { code: 'no_policy', hop, detail: `${leg.from} announced none for ${leg.channelId}` };
  } else {
    if (policy.disabled && !own)
      yield { code: 'disabled', hop, detail: `${leg.channelId} is disabled` };
    if (amountMsat < policy.minHtlcMsat) {
      yield {
        code: 'below_minimum',
        hop,
        detail: `${amountMsat} is below ${policy.minHtlcMsat} msat`,
      };
    }
    if (policy.maxHtlcMsat !== null && amountMsat > policy.maxHtlcMsat) {
      yield {
        code: 'above_maximum',
        hop,
        detail: `${amountMsat} is above ${policy.maxHtlcMsat} msat`,
      };
    }
  }
  if (leg.capacityMsat !== 0n && amountMsat > leg.capacityMsat) {
    yield {
      code: 'above_capacity',
      hop,
      detail: `${amountMsat} is above ${leg.capacityMsat} msat`,
    };
  }
  const balance = ownBalanceMsat(leg, legs.length, terms);
  if (balance !== undefined && amountMsat > balance) {
    yield { code: 'no_balance', hop, detail: `${amountMsat} is above our ${balance} msat` };
  }
}

/** What our own channel can send or receive, for the first and last leg of a circle, where the caller told it. */
function ownBalanceMsat(leg: Leg, legCount: number, terms: CheckTerms): bigint | undefined {
  const own = terms.overlay?.ownChannels;
  if (own === undefined || leg.channelId === undefined) return undefined;
  const leaves = leg.hop === 0;
  const returns = leg.hop === legCount - 1 && leg.to === terms.self;
  if (!leaves && !returns) return undefined;
  const channel = own.find((c) => c.channelId === leg.channelId);
  if (channel === undefined || !channel.active) return 0n;
  return leaves ? channel.spendableMsat : channel.receivableMsat;
}

/** What the node between two legs checks: that it is paid, and has time to claim. */
export function* forwardingDefects(arriving: Leg, leaving: Leg | undefined): Iterable<RouteDefect> {
  if (leaving === undefined || leaving.policy === null) return;
  const { hop } = arriving;
  const keptMsat = arriving.amountMsat - leaving.amountMsat;
  const dueMsat = chargeMsat(leaving, arriving.reverse);
  if (keptMsat < 0n || keptMsat < dueMsat) {
    yield { code: 'fee_insufficient', hop, detail: `keeps ${keptMsat} msat, asks ${dueMsat}` };
  }
  const blocks = arriving.expiry - leaving.expiry;
  if (blocks < leaving.policy.timeLockDelta) {
    const detail = `has ${blocks} blocks, asks ${leaving.policy.timeLockDelta}`;
    yield { code: 'incorrect_cltv', hop, detail };
  }
}

/** Sum of what a node asks on both sides; below zero when its discount exceeds its fee. */
function chargeMsat(leaving: Leg, inbound: ChannelPolicy | null): bigint {
  const policy = leaving.policy!;
  const out = policy.feeBaseMsat + millionths(leaving.amountMsat, policy.feeRatePpm);
  if (inbound === null) return out;
  const rate = inbound.inboundFeeRatePpm;
  const size = millionths(leaving.amountMsat + out, Math.min(Math.abs(rate), 10_000_000));
  return out + inbound.inboundFeeBaseMsat + (rate < 0 ? -size : size);
}

/** Whole msat of so many millionths of an amount, the rest dropped; neither may be negative. */
function millionths(amountMsat: bigint, ppm: number): bigint {
  const product = amountMsat * BigInt(ppm);
  return (product - (product % 1_000_000n)) / 1_000_000n;
}
