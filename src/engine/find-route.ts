/** Answers a search with what other rebalances leave of our channels and of the budget, and waits for them if need be. */
import { attemptCostOf } from '../executor/attempt-cost.ts';
import { bestAmount } from '../executor/best-amount.ts';
import { type Claim, claimOfRoute } from '../executor/claims.ts';
import type { RebalanceCommand, RebalanceInput } from '../executor/rebalance-state.ts';
import { searchReliably } from '../executor/search-reliably.ts';
import {
  type BudgetedResult,
  type CircleSearch,
  cheapestCircle,
  searchWithinBudget,
} from '../executor/search-within-budget.ts';
import { restored, unclaimed } from '../executor/unclaimed.ts';
import { ownLiquidity } from '../graph/overlay.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { OwnChannel, StopSignal } from '../ports.ts';
import type { ChannelId, PaymentHash } from '../units/ids.ts';
import type { EngineParts } from './answer-command.ts';
import { messageOf } from './asked.ts';
import { withGraphIds } from './graph-ids.ts';
import type { Reading } from './ground-reader.ts';
import { paymentsOf } from './reservations.ts';

export interface Searching {
  readonly rebalanceId: string;
  readonly command: Extract<RebalanceCommand, { kind: 'find_route' }>;
  /** Aborts when the rebalance is to stop: nobody waits any more then. */
  readonly stopped: StopSignal;
  readonly onWaiting: (payments: readonly PaymentHash[]) => void;
}

/** Rejects only for faults of our own making. */
export async function findRoute(searching: Searching, parts: EngineParts): Promise<RebalanceInput> {
  const { reservations } = parts;
  const { stopped } = searching;
  let [told, fresh] = [false, searching.command.dryRun];
  for (;;) {
    const { nextChange } = reservations;
    const found = await searchOnce(searching, parts, fresh);
    fresh = true;
    if (found.kind === 'again') continue;
    if (found.kind !== 'held') return found;
    const payments = paymentsOf(found.by);
    if (found.by.every((claim) => reservations.isLost(claim))) {
      return { kind: 'search_blocked', lost: true, payments };
    }
    if (!told) searching.onWaiting(payments);
    told = true;
    await unlessStopped(nextChange, stopped);
    if (stopped.aborted) return { kind: 'search_blocked', lost: false, payments };
  }
}

async function unlessStopped(change: Promise<void>, stopped: StopSignal): Promise<void> {
  if (stopped.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  stopped.addEventListener('abort', resolve, { once: true });
  await Promise.race([change, promise]);
  stopped.removeEventListener('abort', resolve);
}

type Found =
  | RebalanceInput
  /** Only what other payments hold stands in the way. */
  | { readonly kind: 'held'; readonly by: readonly Claim[] }
  | { readonly kind: 'again' };

async function searchOnce(
  searching: Searching,
  parts: EngineParts,
  fresh: boolean,
): Promise<Found> {
  const { reservations, clock } = parts;
  const { stopped } = searching;
  const reading = await readSynced(parts, { fresh, stopped }).catch(messageOf);
  if (typeof reading === 'string') return failed('node', reading);
  if (stopped.aborted) return failed('node', 'the rebalance was stopped');
  if (!reading.ground.info.syncedToChain) return failed('node', BEHIND);
  const pauseMs = reservations.rate.pauseMs(clock.now());
  if (pauseMs > 0 && !searching.command.dryRun) {
    await clock.sleep(pauseMs, stopped);
    return { kind: 'again' };
  }
  try {
    return searchIn(reading, { searching, parts });
  } catch (error) {
    return failed('internal', messageOf(error));
  }
}

/**
 * lnd says that it is not synced to the chain for a moment after every block, until its wallet and its graph have taken
 * that in: longer on a small machine, and for minutes only where it is truly behind.
 */
const SYNC_WAIT_MS = 10_000;
const SYNC_POLL_MS = 250;

/** Waits a while for a node that is not synced; the last word of one that stays behind is given as it is. */
async function readSynced(
  { ground, clock }: EngineParts,
  { fresh, stopped }: { readonly fresh: boolean; readonly stopped: StopSignal },
): Promise<Reading> {
  let reading = await ground.read({ fresh });
  for (let waitedMs = 0; waitedMs < SYNC_WAIT_MS; waitedMs += SYNC_POLL_MS) {
    if (reading.ground.info.syncedToChain || stopped.aborted) break;
    await clock.sleep(SYNC_POLL_MS, stopped);
    reading = await ground.read({ fresh: true });
  }
  return reading;
}

const BEHIND =
  'the node is not synced to the chain, so its block height is out of date; wait until it is';

const failed = (fault: 'node' | 'internal', reason: string): RebalanceInput => ({
  kind: 'search_failed',
  fault,
  reason,
});

/**
 * All in one turn, so that no other search plans with the same liquidity or the same share of the budget: a route that
 * is found is claimed at once.
 */
function searchIn(
  { ground, released: ended }: Reading,
  given: { readonly searching: Searching; readonly parts: EngineParts },
): Found {
  const { searching } = given;
  const { reservations, clock, dates } = given.parts;
  const { rebalanceId, command } = searching;
  const { info, snapshot } = ground;
  const { blockHeight } = info;
  const held = reservations.others(rebalanceId);
  // What an attempt of this rebalance had held before it failed is back.
  const released = ended.filter((claim) => claim.settled || claim.rebalanceId !== rebalanceId);
  const searchAt = priced(command, snapshot, given.parts);
  const alone = (asked: Searching['command']): RouteSearched => {
    const ownChannels = unclaimed(restored(ground.ownChannels, held), [], reservations.limits);
    const room = reservations.feeRoomAlone(dates.now());
    const on = { ground, command: asked, room, searchAt };
    return answer(ownChannels, searchAmong(ownChannels, on));
  };
  const answer = (ownChannels: readonly OwnChannel[], found: BudgetedResult): RouteSearched => ({
    kind: 'route_searched',
    ...found,
    snapshot,
    blockHeight,
    ownChannels,
  });
  // What is only to be shown is reckoned without the others: it need not wait for them.
  if (command.dryRun) return alone(command);
  const ownChannels = unclaimed(ground.ownChannels, [...held, ...released], reservations.limits);
  const room = reservations.feeRoom(rebalanceId, dates.now());
  // A smaller amount is no answer to what others only hold for a while.
  const whole = { ...command, smaller: [] };
  const isHeld = (): boolean => held.length > 0 && alone(whole).result.kind === 'route';
  const first = held.length === 0 ? command : whole;
  let found = searchAmong(ownChannels, { ground, command: first, room, searchAt });
  if (first !== command && (found.result.kind === 'route' || !isHeld())) {
    found = searchAmong(ownChannels, { ground, command, room, searchAt });
  }
  const { result } = found;
  if (result.kind === 'route') {
    reservations.set(rebalanceId, claimOfRoute(rebalanceId, { ...result, ownChannels }, null));
    reservations.rate.count(clock.now());
  } else if (released.length > 0) {
    return { kind: 'again' };
  } else if (isHeld()) {
    return { kind: 'held', by: held };
  }
  return answer(ownChannels, found);
}

/** How a circle of an amount is looked for: by what it costs together with the attempts that fail, as beliefs tell. */
function priced(
  { request, attemptCost }: Searching['command'],
  snapshot: GraphSnapshot,
  { beliefs, dates }: EngineParts,
): (amountMsat: bigint) => CircleSearch {
  const { self } = request;
  const nowMs = dates.now();
  return (amountMsat) => {
    const attemptCostMsat = attemptCostOf(attemptCost, amountMsat);
    if (attemptCostMsat === 0) return cheapestCircle;
    const asked = { snapshot, self, amountMsat: Number(amountMsat), nowMs };
    const prices = (weightMsat: number) => beliefs.book.prices({ ...asked, weightMsat });
    return (graph, circle) => searchReliably(graph, circle, { attemptCostMsat, prices });
  };
}

type RouteSearched = Extract<RebalanceInput, { kind: 'route_searched' }>;

function searchAmong(
  ownChannels: readonly OwnChannel[],
  on: {
    readonly ground: Reading['ground'];
    readonly command: Searching['command'];
    readonly room: ReturnType<EngineParts['reservations']['feeRoom']>;
    readonly searchAt: (amountMsat: bigint) => CircleSearch;
  },
): BudgetedResult {
  const { ground, command, room, searchAt } = on;
  const { request, smaller, attemptCost } = command;
  const listed = new Map(ownChannels.map((own) => [own.graphChannelId, own.channelId]));
  const listedId = (id: ChannelId): ChannelId => listed.get(id) ?? id;
  const named = withGraphIds(request, ownChannels);
  const overlay = { ...request.overlay, ownChannels: ownChannels.map(ownLiquidity) };
  const { blockHeight } = ground.info;
  const { amountMsat, maxFeeMsat } = request;
  return bestAmount(
    [{ amountMsat, maxFeeMsat }, ...smaller],
    (choice) =>
      searchWithinBudget(
        ground.snapshot,
        { ...named, ...choice, blockHeight, overlay },
        ({ outChannelId, inChannelId }) =>
          room({ outChannelId: listedId(outChannelId), inChannelId: listedId(inChannelId) }),
        searchAt(choice.amountMsat),
      ),
    (amount) => attemptCostOf(attemptCost, amount),
  );
}
