/** Runs in a worker thread: answers searches on a snapshot in shared memory. */

import { DirectionPrices } from '../graph/direction-prices.ts';
import { openSharedSnapshot, type SharedSnapshot } from '../graph/shared-snapshot.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { findCircularRoute } from '../pathfinder/find-circular-route.ts';
import { planCircularRoutes } from '../pathfinder/plan-circular-routes.ts';
import type {
  CircularMove,
  CircularPlan,
  CircularPlanRequest,
} from '../pathfinder/plan-request.ts';
import type { CircularRouteRequest, RouteResult } from '../pathfinder/request.ts';
import type { ChannelId } from '../units/ids.ts';

/** A number per direction, in shared memory; the same id always stands for the same numbers. */
export interface SharedNumbers {
  readonly id: number;
  readonly values: Float64Array;
}

/** Prices that move, as they were when the question was asked; the same id always stands for the same `DirectionPrices`. */
export interface SharedPrices extends SharedNumbers {
  readonly version: number;
}

/** What moves are worth, by amount, outgoing channel and incoming channel, in the order of the lists. */
export interface SharedGains {
  readonly amountsMsat: readonly bigint[];
  readonly outChannels: readonly ChannelId[];
  readonly inChannels: readonly ChannelId[];
  readonly gainsMsat: Float64Array;
}

/** A request without its functions, which cannot be posted; what they gave stands beside it. */
interface Posted<Request> {
  readonly request: Omit<Request, 'cost' | 'probability' | 'gainMsat'>;
  readonly timeLockRiskPpb: number | undefined;
  readonly reliability: SharedNumbers | SharedPrices | undefined;
  readonly probability: SharedNumbers | undefined;
}

export type PostedFind = Posted<CircularRouteRequest>;
export type PostedPlan = Posted<CircularPlanRequest>;

export type SearchQuestion =
  | ({ readonly kind: 'find' } & PostedFind)
  | ({ readonly kind: 'plan'; readonly gains: SharedGains | undefined } & PostedPlan);

export interface SearchJob {
  readonly snapshotId: number;
  readonly snapshot: SharedSnapshot;
  readonly question: SearchQuestion;
}

let opened: { readonly id: number; readonly snapshot: GraphSnapshot } | undefined;

/** Searches keep their views by the identity of the prices, so that must outlive a message. */
const kept = new Map<number, Float64Array | FollowedPrices>();
/** As many as searches keep views for, and probabilities beside them; 0.8 MB each at mainnet size. */
const KEPT_NUMBERS = 32;

/** This thread's own prices, which take over what has changed from message to message. */
interface FollowedPrices {
  readonly prices: DirectionPrices;
  version: number;
}

export function search({
  snapshotId,
  snapshot: shared,
  question,
}: SearchJob): RouteResult | CircularPlan {
  if (opened?.id !== snapshotId) {
    opened = { id: snapshotId, snapshot: openSharedSnapshot(shared) };
  }
  const { snapshot } = opened;
  const numbers = numbersOf(question);
  switch (question.kind) {
    case 'find':
      return findCircularRoute(snapshot, { ...question.request, ...numbers });
    case 'plan': {
      const gain = question.gains === undefined ? {} : { gainMsat: gainsBy(question.gains) };
      return planCircularRoutes(snapshot, { ...question.request, ...numbers, ...gain });
    }
  }
}

function numbersOf({ timeLockRiskPpb, reliability, probability }: SearchQuestion) {
  return {
    cost: {
      ...(timeLockRiskPpb === undefined ? {} : { timeLockRiskPpb }),
      ...(reliability === undefined ? {} : { reliability: pricesOf(reliability) }),
    },
    ...(probability === undefined ? {} : { probability: known(probability) }),
  };
}

function pricesOf(shared: SharedNumbers | SharedPrices): Float64Array | DirectionPrices {
  return 'version' in shared ? followed(shared) : known(shared);
}

function known({ id, values }: SharedNumbers): Float64Array {
  const before = kept.get(id);
  return keep(id, before instanceof Float64Array ? before : values);
}

function followed({ id, version, values }: SharedPrices): DirectionPrices {
  const before = kept.get(id);
  if (before === undefined || before instanceof Float64Array) {
    return keep(id, { prices: new DirectionPrices(values), version }).prices;
  }
  const { prices } = keep(id, before);
  if (before.version !== version) {
    const known = prices.values;
    for (let direction = 0; direction < values.length; direction++) {
      if (values[direction] !== known[direction]) prices.set(direction, values[direction]!);
    }
    before.version = version;
  }
  return prices;
}

/** The one that was asked for last stays longest. */
function keep<Numbers extends Float64Array | FollowedPrices>(
  id: number,
  numbers: Numbers,
): Numbers {
  kept.delete(id);
  kept.set(id, numbers);
  for (const oldest of kept.keys()) {
    if (kept.size > KEPT_NUMBERS) kept.delete(oldest);
  }
  return numbers;
}

function gainsBy({
  amountsMsat,
  outChannels,
  inChannels,
  gainsMsat,
}: SharedGains): (move: CircularMove) => number {
  const rows = new Map(outChannels.map((channelId, row) => [channelId, row]));
  const columns = new Map(inChannels.map((channelId, column) => [channelId, column]));
  return ({ outChannel, inChannel, amountMsat }) => {
    const row = amountsMsat.indexOf(amountMsat) * rows.size + rows.get(outChannel)!;
    return gainsMsat[row * columns.size + columns.get(inChannel)!]!;
  };
}
