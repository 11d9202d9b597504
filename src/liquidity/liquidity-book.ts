/** What attempts have taught about the balances of others. */
import type { DirectionPrices } from '../graph/direction-prices.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { BeliefState, MissionControlPair } from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import { HOUR_MS } from '../units/time.ts';
import { Beliefs, type Observation } from './beliefs.ts';
import type { Changes } from './changes.ts';
import type { LiquidityFact } from './liquidity-fact.ts';
import type { LiquidityModel } from './liquidity-model.ts';
import { evidenceOf, pairOf } from './mission-control/exchange.ts';
import { MixtureModel } from './models/mixture.ts';
import { PricesByAmount } from './prices-by-amount.ts';
import type { PricedAmount } from './reliability-prices.ts';
import { channelsBeside, channelsOf, corridorBetween } from './snapshot-corridors.ts';

/** How a book believes and forgets. */
export interface LiquidityBookOptions {
  /** What is believed of balances. @defaultValue a new `MixtureModel`, the best of those measured (README) */
  readonly model?: LiquidityModel;
  /**
   * Probability that a hop of which nothing is known fails for a reason other than its balance: an offline peer, a
   * policy that has changed. @defaultValue 0.05
   */
  readonly hopFailure?: number;
  /** Time constant with which such a failure is forgotten, ms. @defaultValue 6 hours */
  readonly suspicionMs?: number;
  /**
   * Directed pairs of nodes to remember; beyond, the half that was not heard of for longest is forgotten.
   * @defaultValue 200,000, some 40 MB: more than the network has
   */
  readonly maxCorridors?: number;
}

/** A stretch of a route that carries an amount at this moment. */
export interface HeldStretch {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly amountMsat: bigint;
}

/**
 * The beliefs of one node. Pairs of nodes are believed in rather than channels, since a peer may forward over any
 * channel that it has to the next node. Dates are arguments, in milliseconds since the Unix epoch.
 *
 * @example
 * const book = new LiquidityBook();
 * book.observe(verdict.facts, { atMs: Date.now(), snapshot });
 * const reliability = book.prices({ snapshot, self, amountMsat, weightMsat: 20_000, nowMs: Date.now() });
 * findCircularRoute(snapshot, { self, amountMsat, cost: { reliability } });
 */
export class LiquidityBook {
  readonly #model: LiquidityModel;
  readonly #beliefs: Beliefs;
  readonly #prices: PricesByAmount;
  readonly #unsaved: Changes;
  /** Attempts observed, and those of them that the models which were taken last do not know of. */
  #attempts = NO_ATTEMPTS;

  /** @throws RangeError for options that cannot be meant. */
  constructor(options: LiquidityBookOptions = {}) {
    assertOptions(options);
    this.#model = options.model ?? new MixtureModel();
    this.#beliefs = new Beliefs({
      model: this.#model,
      hopFailure: options.hopFailure ?? HOP_FAILURE,
      suspicionMs: options.suspicionMs ?? SUSPICION_MS,
      maxCorridors: options.maxCorridors ?? MAX_CORRIDORS,
    });
    this.#prices = new PricesByAmount(this.#beliefs);
    this.#unsaved = this.#beliefs.follow();
  }

  /**
   * Takes in what one attempt has shown, in the order of its way. The snapshot tells the model what channels were
   * tested; without it, only these corridors' bounds are learnt.
   */
  observe(facts: readonly LiquidityFact[], observation: Observation): void {
    this.#beliefs.observe(facts, observation);
    const { observed, untaken } = this.#attempts;
    this.#attempts = { observed: observed + 1, untaken: untaken + 1 };
  }

  /**
   * Probability that a pair of nodes carries an amount beside what is held of it; 0 where no channel of it could.
   *
   * @param asked With a channel, that of a route which names it: siblings that ask more would refuse.
   */
  probability(
    asked: HeldStretch & { readonly channelId?: ChannelId },
    { snapshot, nowMs }: { readonly snapshot: GraphSnapshot; readonly nowMs: number },
  ): number {
    const between = corridorBetween(snapshot, asked);
    if (between < 0) return 0;
    const amountMsat = Number(asked.amountMsat);
    const named =
      asked.channelId === undefined
        ? undefined
        : snapshot.directionFrom(asked.channelId, asked.from);
    const channels =
      named === undefined
        ? channelsOf(snapshot, between, amountMsat)
        : channelsBeside(snapshot, named, amountMsat);
    if (channels.capacitiesMsat.length === 0) return 0;
    const corridor = this.#beliefs.table.find(asked.from, asked.to);
    return this.#beliefs.probability(corridor, channels, { ...asked, amountMsat, nowMs });
  }

  /**
   * Prices of `weightMsat` x -ln P for a search, by direction of the snapshot; directions from and to `self` cost
   * nothing, for their balances are known. The same object is given for the same terms, and changed in place.
   */
  prices(
    asked: PricedAmount & { readonly weightMsat: number; readonly nowMs: number },
  ): DirectionPrices {
    return this.#prices.at(asked);
  }

  /** An attempt is under way and takes these amounts until `release`. */
  hold(id: string, links: readonly HeldStretch[]): void {
    this.#beliefs.hold(
      id,
      links.map((link) => ({ ...link, amountMsat: Number(link.amountMsat) })),
    );
  }

  /** Ends the `hold` of the same id; without one nothing happens. */
  release(id: string): void {
    this.#beliefs.release(id);
  }

  /** As if nothing had been learnt; attempts under way stay held. */
  forget(): void {
    this.#beliefs.forget();
    this.#attempts = NO_ATTEMPTS;
  }

  /**
   * What a store has to keep: rows that have changed since the last call; and what the model has learnt, once a twentieth
   * of all attempts observed, or a hundred, have come since it was last given. To sum it up takes milliseconds, and few
   * attempts more change little. At other times `models` is empty, and what was kept of them stays.
   */
  takeChanged(): BeliefState {
    const { table } = this.#beliefs;
    const { observed, untaken } = this.#attempts;
    const isDue = untaken >= Math.min(MOST_UNTAKEN, observed * UNTAKEN_SHARE);
    if (isDue) this.#attempts = { observed, untaken: 0 };
    const { everything, corridors } = this.#unsaved;
    const unsaved = everything ? table.corridors() : corridors;
    const rows = [...unsaved].map((corridor) => table.row(corridor));
    this.#unsaved.clear();
    return { rows, models: isDue ? this.#models() : {} };
  }

  /** Directed pairs of nodes of which something is known, or whose reverse is. */
  get corridors(): number {
    return this.#beliefs.table.count;
  }

  /** Everything that is believed. */
  state(): BeliefState {
    const { table } = this.#beliefs;
    return {
      rows: [...table.corridors()].map((corridor) => table.row(corridor)),
      models: this.#models(),
    };
  }

  /** Takes back what a store kept. A model that was stored under another name is left out. */
  load({ rows, models }: BeliefState): void {
    for (const row of rows) if (row.from !== row.to) this.#beliefs.put(row);
    const learnt = models[this.#model.name];
    if (learnt !== undefined) this.#model.learning?.restore(learnt);
    this.#unsaved.clear();
    this.#prices.clear();
  }

  #models(): BeliefState['models'] {
    const { learning, name } = this.#model;
    return learning === undefined ? {} : { [name]: learning.state() };
  }

  /** Pairs as lnd's mission control has them, where they are newer than what is known. */
  importMissionControl(pairs: readonly MissionControlPair[]): void {
    const { table } = this.#beliefs;
    for (const pair of pairs) {
      if (pair.from === pair.to) continue;
      const corridor = table.find(pair.from, pair.to);
      const row = evidenceOf(pair, corridor < 0 ? undefined : table.row(corridor));
      if (row !== undefined) this.#beliefs.put(row);
    }
  }

  /** What lnd can take of it; a suspicion becomes a failure of 1 msat, as lnd cannot take one of no amount. */
  exportMissionControl(): readonly MissionControlPair[] {
    return this.state().rows.flatMap((row) => pairOf(row) ?? []);
  }
}

const HOP_FAILURE = 0.05;
const SUSPICION_MS = 6 * HOUR_MS;
const MAX_CORRIDORS = 200_000;
const NO_ATTEMPTS: { readonly observed: number; readonly untaken: number } = {
  observed: 0,
  untaken: 0,
};
const UNTAKEN_SHARE = 0.05;
const MOST_UNTAKEN = 100;

function assertOptions({ hopFailure, suspicionMs, maxCorridors }: LiquidityBookOptions): void {
  const refuse = (name: string, value: unknown, what: string): never => {
    throw new RangeError(`${name} must be ${what}, but is ${String(value)}`);
  };
  if (hopFailure !== undefined && !(hopFailure >= 0 && hopFailure < 1)) {
    refuse('hopFailure', hopFailure, 'a probability from 0 to less than 1');
  }
  if (suspicionMs !== undefined && !(suspicionMs > 0)) {
    refuse('suspicionMs', suspicionMs, 'a positive number of milliseconds');
  }
  if (maxCorridors !== undefined && !(Number.isSafeInteger(maxCorridors) && maxCorridors >= 4)) {
    refuse('maxCorridors', maxCorridors, 'a whole number of at least 4');
  }
}
