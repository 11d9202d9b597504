/** What to move between our own channels, and what it is worth. */

import { DAY_MS } from '../units/time.ts';
import { amountsToMove } from './amounts-to-move.ts';
import { type ChannelFlows, channelFlows, type PricedChannel } from './channel-flows.ts';
import { channelSettings, type SettingsOfChannels } from './channel-settings.ts';
import { chooseMoves } from './choose-moves.ts';
import { barredSource, barredTarget } from './eligible-sides.ts';
import { type Barred, leftOutChannels } from './left-out.ts';
import { ownPolicy } from './own-fees.ts';
import { PeerChannels } from './peer-channels.ts';
import type { PlanField } from './plan-field.ts';
import type { PlanGround } from './plan-ground.ts';
import { PlannedChannel } from './planned-channel.ts';
import type { ChannelOutlook, RebalancePlan } from './rebalance-plan.ts';
import {
  PLAN_DEFAULTS,
  type PlanRequest,
  PlanRequestError,
  type PlanStrategy,
} from './rebalance-plan-request.ts';
import { RecentPast } from './recent-past.ts';

/**
 * Ranks what could be moved between all channels against each other, by what it is expected to earn less what it costs,
 * and chooses moves that do not use the same liquidity twice.
 *
 * @throws PlanRequestError where the request's names cannot be meant.
 */
export function planRebalances(ground: PlanGround, request: PlanRequest = {}): RebalancePlan {
  const strategy: PlanStrategy = request.strategy ?? PLAN_DEFAULTS.strategy;
  if (strategy === 'explicit' && (request.sources === undefined || request.targets === undefined)) {
    throw new PlanRequestError('the strategy explicit needs both sources and targets');
  }
  const horizonMs = request.horizonMs ?? PLAN_DEFAULTS.horizonMs;
  const fillAheadMs = Math.min(request.fillAheadMs ?? PLAN_DEFAULTS.fillAheadMs, horizonMs);
  const settings = channelSettings(ground.ownChannels, request);
  const flows = flowsOf(ground, request, horizonMs);
  const peers = new Map(
    [...Map.groupBy(flows, ({ channel }) => channel.own.peer)].map(([peer, ofPeer]) => [
      peer,
      new PeerChannels(
        ofPeer.map((each) => each.flows),
        { horizonMs, fillAheadMs },
      ),
    ]),
  );
  const channels = flows.map(
    ({ channel, flows: own }) =>
      new PlannedChannel(channel, {
        settings: settingsOf(settings, channel),
        flows: own,
        strategy,
        forecastShare: request.forecastShare ?? PLAN_DEFAULTS.forecastShare,
        peer: peers.get(channel.own.peer)!,
      }),
  );
  const outlooks = channels.map((channel) => outlookOf(channel, horizonMs));
  const { field, barred } = fieldOf(ground, { request, channels, strategy });
  const { moves, offered } = chooseMoves(field);
  return {
    strategy,
    horizonMs,
    fillAheadMs,
    moves,
    leftOut: leftOutChannels(field, { barred, offered }),
    channels: outlooks,
    unknownNames: settings.unknownNames,
  };
}

function flowsOf(
  ground: PlanGround,
  request: PlanRequest,
  horizonMs: number,
): readonly { readonly channel: PricedChannel; readonly flows: ChannelFlows }[] {
  const { snapshot, self, nowMs, blockHeight, history, missed = [] } = ground;
  const priced = ground.ownChannels.map((own) => ({
    own,
    policy: ownPolicy(snapshot, own, self),
  }));
  const halfLifeMs = request.halfLifeMs ?? PLAN_DEFAULTS.halfLifeMs;
  const known = { history, missed, moves: ground.past.moves, demand: request.demand ?? [] };
  const flows = channelFlows(priced, known, { nowMs, blockHeight, halfLifeMs, horizonMs });
  return priced.map((channel) => ({ channel, flows: flows.get(channel.own.channelId)! }));
}

const settingsOf = ({ of }: SettingsOfChannels, { own }: PricedChannel) => of.get(own.channelId)!;

function fieldOf(
  ground: PlanGround,
  given: {
    readonly request: PlanRequest;
    readonly channels: readonly PlannedChannel[];
    readonly strategy: PlanStrategy;
  },
): { readonly field: PlanField; readonly barred: ReadonlyMap<PlannedChannel, Barred> } {
  const { request, channels, strategy } = given;
  const { quietMs = PLAN_DEFAULTS.quietMs } = request;
  const { maxQuietMs = Math.max(quietMs, PLAN_DEFAULTS.maxQuietMs) } = request;
  const past = new RecentPast(ground.past, { quietMs, maxQuietMs });
  const economic = strategy === 'economic';
  const named = request.amountsMsat && [...new Set(request.amountsMsat)].sort(descending);
  const leastMsat = named?.at(-1) ?? request.minAmountMsat ?? PLAN_DEFAULTS.minAmountMsat;
  const terms = { nowMs: ground.nowMs, past, leastMsat, economic };
  const barred = new Map(
    channels.map((channel) => [
      channel,
      { source: barredSource(channel, terms), target: barredTarget(channel, terms) },
    ]),
  );
  const sources = channels.filter((channel) => barred.get(channel)!.source === undefined);
  const targets = channels.filter((channel) => barred.get(channel)!.target === undefined);
  const field: PlanField = {
    ground,
    channels,
    byGraphId: new Map(channels.map((channel) => [channel.own.graphChannelId, channel])),
    sources,
    targets,
    amountsMsat: named ?? amountsToMove({ sources, targets }, { leastMsat, economic }),
    past,
    economic,
    attemptCostMsat: attemptCost(request, ground),
    minBenefitMsat: request.minBenefitMsat ?? PLAN_DEFAULTS.minBenefitMsat,
    maxMoves: request.maxMoves ?? PLAN_DEFAULTS.maxMoves,
    maxCltvBlocks: request.maxCltvBlocks,
    avoid: request.avoid ?? {},
  };
  return { field, barred };
}

function attemptCost(request: PlanRequest, ground: PlanGround): PlanField['attemptCostMsat'] {
  const baseMsat = Number(request.attemptCostMsat ?? ground.attemptCost.attemptCostMsat);
  const ppm = request.attemptCostPpm ?? ground.attemptCost.attemptCostPpm;
  return (amountMsat) => baseMsat + (Number(amountMsat) * ppm) / 1e6;
}

const descending = (a: bigint, b: bigint): number => (a < b ? 1 : a > b ? -1 : 0);

function outlookOf(channel: PlannedChannel, horizonMs: number): ChannelOutlook {
  const { own, flows, peer: ofPeer } = channel;
  const { channelId, peer, peerAlias, capacitySat, spendableMsat, receivableMsat } = own;
  const days = horizonMs / DAY_MS;
  const { local, remote } = ofPeer.worth.marginalPpm(ofPeer.sides);
  return {
    channelId,
    peer,
    peerAlias,
    capacitySat,
    localMsat: spendableMsat,
    remoteMsat: receivableMsat,
    outflowMsat: BigInt(Math.round(flows.out.msatPerDay * days)),
    inflowMsat: BigInt(Math.round(flows.in.msatPerDay * days)),
    localWorthPpm: local,
    remoteWorthPpm: remote,
    earnedPpm: flows.earnedPpm,
  };
}
