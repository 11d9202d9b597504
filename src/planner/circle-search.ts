/**
 * Circles for the moves of a plan. What attempts cost, attemptCost / P, does not add up along a path, as a search needs.
 * But with u = -ln P it is attemptCost x e^u, which lies above each of its tangents: weight x (1 + u - u0), for the
 * weight attemptCost x e^u0. So a search with that price finds for every move a bound of its net gain, and ranks moves by
 * it; what they really come to is reckoned from the circles that it finds.
 */
import type { DirectionPrices } from '../graph/direction-prices.ts';
import { findCircularRoute } from '../pathfinder/find-circular-route.ts';
import type { Path } from '../pathfinder/path.ts';
import { planCircularRoutes } from '../pathfinder/plan-circular-routes.ts';
import type { CircularPlanRequest, PlannedCircle } from '../pathfinder/plan-request.ts';
import type { RouteResult } from '../pathfinder/request.ts';
import type { ChannelId } from '../units/ids.ts';
import { moveGain, totalGain } from './move-worth.ts';
import { isOpenPair, overlayOf, type PlanField } from './plan-field.ts';
import type { PlannedChannel } from './planned-channel.ts';

/** A circle for a move, and that it carries the amount, as far as beliefs tell. */
export interface FoundMove {
  readonly source: PlannedChannel;
  readonly target: PlannedChannel;
  readonly amountMsat: bigint;
  readonly path: Path;
  readonly feeMsat: bigint;
  readonly feePpm: number;
  readonly probability: number;
}

export interface FoundMoves {
  readonly moves: readonly FoundMove[];
  /** No move that is not among them gains more than this, msat; `null` where none is missing. */
  readonly missingBelowMsat: number | null;
}

/** Where the tangent touches: one circle in four that are believed in carries a usual amount. */
const TOUCHING_ATTEMPTS = 4;
/** Where attempts cost nothing, prices serve for probabilities alone. */
const PLAIN_WEIGHT_MSAT = 1_000_000;
/** What no move gains; finite, as worths are added up. */
const FORBIDDEN_MSAT = -1e18;
/** Nobody moves liquidity at more; without any limit, discounts could not be bounded. */
const MAX_FEE_PPM = 10_000;
const MILLION = 1_000_000n;

/** The best moves by their bounds, for every amount as many as asked for. */
export function findMoves(field: PlanField, maxCircles: number): FoundMoves {
  const moves: FoundMove[] = [];
  let missingBelowMsat: number | null = null;
  for (const amountMsat of field.amountsMsat) {
    const ends = endsFor(field, amountMsat);
    const most = ends.targets.map((target) => target.payableMsat(amountMsat));
    const maxFeeMsat = Math.max(0, ...most);
    if (ends.sources.length === 0 || maxFeeMsat === 0) continue;
    const { circles } = planCircularRoutes(field.ground.snapshot, {
      ...commonTerms(field, amountMsat),
      ...graphIds(ends),
      amountsMsat: [amountMsat],
      gainMsat: gainOf(field),
      minNetMsat: Number(field.minBenefitMsat),
      maxFeeMsat: BigInt(maxFeeMsat),
      maxCircles,
    });
    for (const circle of circles) moves.push(foundMove(field, circle));
    if (circles.length === maxCircles) {
      missingBelowMsat = Math.max(missingBelowMsat ?? 0, circles.at(-1)!.netMsat);
    }
  }
  return { moves, missingBelowMsat };
}

/** The best circle for an amount between some channels, whatever it comes to. */
export function bestMove(field: PlanField, amountMsat: bigint, ends: Ends): FoundMove | undefined {
  const fitting = among(ends, amountMsat);
  if (fitting.sources.length === 0 || fitting.targets.length === 0) return undefined;
  const { circles } = planCircularRoutes(field.ground.snapshot, {
    ...commonTerms(field, amountMsat),
    ...graphIds(fitting),
    amountsMsat: [amountMsat],
    gainMsat: gainOf(field),
    maxFeePpm: MAX_FEE_PPM,
    minNetMsat: FORBIDDEN_MSAT / 2,
    maxCircles: 1,
  });
  return circles[0] && foundMove(field, circles[0]);
}

/** Another circle for a move: one of at most this fee, and past these channels. */
export function anotherCircle(
  field: PlanField,
  { source, target, amountMsat }: FoundMove,
  limits: { readonly maxFeeMsat: bigint; readonly without: readonly ChannelId[] },
): FoundMove | undefined {
  const { avoid } = field;
  const result = findCircularRoute(field.ground.snapshot, {
    ...commonTerms(field, amountMsat),
    ...graphIds({ sources: [source], targets: [target] }),
    amountMsat,
    maxFeeMsat: limits.maxFeeMsat,
    exclude: { ...avoid, channels: [...(avoid.channels ?? []), ...limits.without] },
  });
  if (result.kind === 'no_route') return undefined;
  const { path, quote } = result;
  return foundMove(field, { ...endsOf(path), amountMsat, path, quote });
}

/** Why no circle for an amount leads from these channels to those. */
export function whyNoRoute(field: PlanField, amountMsat: bigint, ends: Ends): RouteResult {
  return findCircularRoute(field.ground.snapshot, {
    ...commonTerms(field, amountMsat),
    ...graphIds(ends),
    amountMsat,
    maxFeePpm: MAX_FEE_PPM,
  });
}

function commonTerms(field: PlanField, amountMsat: bigint) {
  const { ground, maxCltvBlocks, avoid } = field;
  const isPriced = field.attemptCostMsat(amountMsat) > 0;
  const reliability = isPriced ? pricesFor(field, amountMsat) : undefined;
  return {
    self: ground.self,
    blockHeight: ground.blockHeight,
    overlay: overlayOf(field),
    exclude: avoid,
    // Money that is locked for longer costs the node nothing that a plan could reckon with.
    cost: { timeLockRiskPpb: 0, ...(reliability === undefined ? {} : { reliability }) },
    // Their probability is that of the channels which take what the named one asks.
    ...(reliability === undefined ? {} : { siblings: 'named' as const }),
    ...(maxCltvBlocks === undefined ? {} : { maxCltvBlocks }),
  };
}

const weightOf = ({ attemptCostMsat }: PlanField, amountMsat: bigint): number =>
  attemptCostMsat(amountMsat) * TOUCHING_ATTEMPTS || PLAIN_WEIGHT_MSAT;

const pricesFor = (field: PlanField, amountMsat: bigint): DirectionPrices | undefined =>
  field.ground.prices?.({
    amountMsat: Number(amountMsat),
    weightMsat: weightOf(field, amountMsat),
  });

/** What a move gains, and the part of its attempts' cost that is the same for every circle. */
function gainOf(field: PlanField): NonNullable<CircularPlanRequest['gainMsat']> {
  const { byGraphId, economic } = field;
  const isCertain = field.ground.prices === undefined;
  const touchingAttempts = isCertain ? 1 : TOUCHING_ATTEMPTS * (1 - Math.log(TOUCHING_ATTEMPTS));
  return ({ outChannel, inChannel, amountMsat }) => {
    const [source, target] = [byGraphId.get(outChannel), byGraphId.get(inChannel)];
    if (source === undefined || target === undefined) return FORBIDDEN_MSAT;
    if (!isOpenPair(field, { source, target })) return FORBIDDEN_MSAT;
    if (source.surplusMsat < amountMsat || target.roomMsat < amountMsat) return FORBIDDEN_MSAT;
    const gain = moveGain({ source, target }, { amountMsat, sentMsat: amountMsat, economic });
    return totalGain(gain) - field.attemptCostMsat(amountMsat) * touchingAttempts;
  };
}

interface Ends {
  readonly sources: readonly PlannedChannel[];
  readonly targets: readonly PlannedChannel[];
}

const endsFor = ({ sources, targets }: PlanField, amountMsat: bigint): Ends =>
  among({ sources, targets }, amountMsat);

const among = ({ sources, targets }: Ends, amountMsat: bigint): Ends => ({
  sources: sources.filter((source) => !source.isFilled && source.surplusMsat >= amountMsat),
  targets: targets.filter((target) => !target.isDrained && target.roomMsat >= amountMsat),
});

const graphIds = ({ sources, targets }: Ends) => ({
  outChannels: sources.map(({ own }) => own.graphChannelId),
  inChannels: targets.map(({ own }) => own.graphChannelId),
});

const endsOf = ({ hops }: Path): { outChannel: ChannelId; inChannel: ChannelId } => ({
  outChannel: hops[0]!.channelId,
  inChannel: hops.at(-1)!.channelId,
});

function foundMove(
  field: PlanField,
  circle: Pick<PlannedCircle, 'outChannel' | 'inChannel' | 'amountMsat' | 'path' | 'quote'>,
): FoundMove {
  const { outChannel, inChannel, amountMsat, path, quote } = circle;
  const { feeMsat } = quote;
  return {
    source: channelOf(field, outChannel),
    target: channelOf(field, inChannel),
    amountMsat,
    path,
    feeMsat,
    feePpm: Number((feeMsat * MILLION * 1000n) / amountMsat) / 1000,
    probability: probabilityOf(field, path, amountMsat),
  };
}

function channelOf({ byGraphId }: PlanField, graphId: ChannelId): PlannedChannel {
  const channel = byGraphId.get(graphId);
  if (channel === undefined) throw new Error(`a circle ends in channel ${graphId}, none of ours`);
  return channel;
}

function probabilityOf(field: PlanField, path: Path, amountMsat: bigint): number {
  const prices = pricesFor(field, amountMsat);
  if (prices === undefined) return 1;
  const { snapshot } = field.ground;
  const sum = path.hops.reduce((total, { channelId, from }) => {
    const direction = snapshot.directionFrom(channelId, from);
    return direction === undefined ? total : total + prices.values[direction]!;
  }, 0);
  return Math.exp(-sum / weightOf(field, amountMsat));
}
