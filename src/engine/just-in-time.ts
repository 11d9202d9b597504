/** The loop over forwards that the node offers: decides with the core, rebalances while they wait, and lets them go on. */
import {
  decideForward,
  type ForwardDecision,
  type HoldPlan,
} from '../interceptor/decide-forward.ts';
import type { JustInTimeTerms } from '../interceptor/just-in-time-terms.ts';
import { OwnLinks } from '../interceptor/own-links.ts';
import { watchedPeers } from '../interceptor/watched-peers.ts';
import type {
  CircuitKey,
  Clock,
  ForwardInterception,
  InterceptionNews,
  LightningNode,
  Log,
  OfferedForward,
  Store,
} from '../ports.ts';
import { type ChannelId, parseChannelId } from '../units/ids.ts';
import { asked, messageOf } from './asked.ts';
import { ForwardFates } from './forward-fates.ts';
import type { GroundReader } from './ground-reader.ts';
import { HeldForward } from './hold-forward.ts';
import { JustInTimeAccounts } from './just-in-time-accounts.ts';
import {
  holdTermsOf,
  type JustInTimeEvent,
  type JustInTimeFigures,
  type JustInTimeOptions,
  type ResolvedJustInTime,
  resolvedJustInTime,
} from './just-in-time-options.ts';
import type { Ground } from './read-ground.ts';
import type { RebalanceRequest } from './rebalance-request.ts';
import type { RebalanceRun } from './rebalancer.ts';
import { RecentEvents } from './recent-events.ts';

/** What the loop needs of a Rebalancer. */
export interface JustInTimeParts {
  readonly node: LightningNode;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Sees to what earlier processes have left under way. */
  resume(): Promise<unknown>;
  readonly ground: Pick<GroundReader, 'read'>;
  /** Begins at once, whatever else runs. */
  rebalance(request: RebalanceRequest): RebalanceRun;
}

/** Orders are renewed so often, and hold for so long: if we hang, nothing is kept any more soon after. */
const ORDERS_EVERY_MS = 5000;
const ORDERS_VALID_MS = 30_000;
const KEPT_EVENTS = 256;

/** Rebalances while a forward waits; `Rebalancer.justInTime` makes one. */
export class JustInTime {
  /** The last ones are kept: a reader begins with those. */
  readonly events: AsyncIterable<JustInTimeEvent>;
  readonly #events = new RecentEvents<JustInTimeEvent>({
    most: KEPT_EVENTS,
    missed: (count) => ({ kind: 'events_missed', count }),
  });
  readonly #parts: JustInTimeParts;
  readonly #options: ResolvedJustInTime;
  readonly #terms: JustInTimeTerms;
  readonly #worthPpm: (channelId: ChannelId) => number;
  readonly #accounts: JustInTimeAccounts;
  readonly #fates: ForwardFates;
  readonly #holding = new Map<string, HeldForward>();
  readonly #following = new Set<Promise<void>>();
  /** Offers about which it is being decided; one that goes on meanwhile leaves. */
  readonly #considering = new Set<string>();

  /** Made by `Rebalancer.justInTime`. @internal */
  constructor(parts: JustInTimeParts, options: JustInTimeOptions = {}) {
    this.#parts = parts;
    this.events = this.#events;
    const { leaveOut = [], worthPpm } = options;
    this.#options = resolvedJustInTime(options);
    const { holdMs, cltvMarginBlocks, minGainMsat, keepShare } = this.#options;
    this.#terms = {
      holdMs,
      cltvMarginBlocks,
      minGainMsat,
      keepShare,
      leaveOut: new Set(leaveOut.map(parseChannelId)),
    };
    this.#worthPpm = worthPpm ?? (() => 0);
    this.#accounts = new JustInTimeAccounts(parts, this.#options);
    this.#fates = new ForwardFates(parts, ({ circuit, earnedMsat }) => {
      this.#accounts.fate(earnedMsat);
      this.#events.add(
        earnedMsat === null
          ? { kind: 'forward_lost', circuit }
          : { kind: 'forward_saved', circuit, earnedMsat },
      );
    });
  }

  /** What it has held, saved, earned and spent since it was made. */
  get figures(): JustInTimeFigures {
    return { ...this.#accounts.sums, holding: this.#holding.size };
  }

  /**
   * Until the signal aborts; then everything goes on, and it resolves when no rebalance of its own is under way any
   * more. To be called once.
   *
   * @throws NodeError where the node cannot let forwards wait, does not permit it, or has been closed.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { node } = this.#parts;
    if (node.interceptForwards === undefined) {
      throw new TypeError(
        'the node cannot let forwards wait, so there is nothing to rebalance just in time: leave it out, or use lnd',
      );
    }
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await this.#begin();
      const interception = node.interceptForwards({
        terms: holdTermsOf(this.#options),
        signal: stop.signal,
      });
      const beside = [this.#giveOrders(interception, stop.signal), this.#fates.run(stop.signal)];
      try {
        for await (const news of interception) this.#take(news, interception, stop.signal);
      } finally {
        stop.abort();
        await Promise.all(beside);
      }
    } finally {
      signal.removeEventListener('abort', abort);
      for (const held of this.#holding.values()) held.released();
      await Promise.all(this.#following);
      this.#events.close();
    }
  }

  #now(): number {
    return this.#parts.clock.now();
  }

  async #ground(): Promise<Ground> {
    return (await this.#parts.ground.read({ fresh: true })).ground;
  }

  async #begin(): Promise<void> {
    const { node, log } = this.#parts;
    const info = await asked(() => node.info());
    if (info.requiresInterceptor === true) {
      log.warn(
        'the node lets nothing pass unless it is intercepted (requireinterceptor): when this process ends, all forwarding stops. Start lnd without it',
      );
      this.#events.add({ kind: 'node_depends_on_us' });
    }
    await this.#parts.resume();
    await this.#accounts.load();
  }

  // ---- orders

  async #giveOrders(interception: ForwardInterception, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    while (!signal.aborted) {
      try {
        const { info, links } = linksOf(await this.#ground());
        interception.order({
          watched: watchedPeers(links, this.#terms),
          blockHeight: info.blockHeight,
          validMs: ORDERS_VALID_MS,
        });
        await this.#accounts.reckonUnended();
      } catch (error) {
        log.warn('forwards are not looked at, for balances are not known', {
          reason: messageOf(error),
        });
      }
      await clock.sleep(ORDERS_EVERY_MS, signal);
    }
  }

  // ---- news

  #take(news: InterceptionNews, interception: ForwardInterception, signal: AbortSignal): void {
    switch (news.kind) {
      case 'connected':
        this.#events.add({ kind: 'interception_connected' });
        break;
      case 'disconnected': {
        const { reason, retryInMs } = news;
        this.#parts.log.warn('forwards go on without being looked at', { reason, retryInMs });
        this.#events.add({ kind: 'interception_lost', reason, retryInMs });
        break;
      }
      case 'passed':
        this.#events.add({ kind: 'forwards_passed', forwards: news.forwards });
        break;
      case 'offered':
        this.#accounts.sums.offered++;
        this.#follow(this.#consider(news.forward, interception, signal));
        break;
      case 'released': {
        const key = keyOf(news.circuit);
        this.#considering.delete(key);
        this.#accounts.sums.longestHoldMs = Math.max(
          this.#accounts.sums.longestHoldMs,
          news.heldMs,
        );
        const held = this.#holding.get(key);
        if (held === undefined) break;
        this.#holding.delete(key);
        const ready = held.released();
        this.#events.add({ ...news, kind: 'forward_released', ready });
      }
    }
  }

  #follow(work: Promise<void>): void {
    const followed = work
      .catch((error: unknown) =>
        this.#parts.log.warn('a forward could not be seen to', { reason: messageOf(error) }),
      )
      .then(() => {
        this.#following.delete(followed);
      });
    this.#following.add(followed);
  }

  async #consider(
    forward: OfferedForward,
    interception: ForwardInterception,
    signal: AbortSignal,
  ): Promise<void> {
    const { circuit } = forward;
    const key = keyOf(circuit);
    const untilMs = this.#now() + this.#options.holdMs;
    this.#considering.add(key);
    const ground = await this.#ground().catch(messageOf);
    const isGone = !this.#considering.delete(key) || signal.aborted;
    const decision = typeof ground === 'string' ? undefined : this.#decide(forward, ground);
    if (decision?.kind === 'hold' && !isGone) {
      interception.claim(circuit);
      await this.#hold({ forward, plan: decision.plan, untilMs, interception });
      return;
    }
    interception.resume(circuit);
    if (decision?.kind === 'hold') return;
    const reason = decision?.reason ?? 'node_error';
    this.#events.add({ kind: 'forward_resumed', forward, reason });
  }

  #decide(forward: OfferedForward, ground: Ground): ForwardDecision {
    const { info, links } = linksOf(ground);
    return decideForward(forward, {
      links,
      blockHeight: info.blockHeight,
      nowMs: this.#now(),
      running: this.#accounts.running,
      ledger: this.#accounts.ledger,
      memory: this.#accounts.memory,
      terms: this.#terms,
      worthPpm: this.#worthPpm,
    });
  }

  async #hold(holding: {
    readonly forward: OfferedForward;
    readonly plan: HoldPlan;
    readonly untilMs: number;
    readonly interception: ForwardInterception;
  }): Promise<void> {
    const { forward, plan, untilMs, interception } = holding;
    const { circuit, earnsMsat } = plan;
    this.#accounts.begin(plan);
    this.#events.add({ kind: 'forward_held', forward, plan });
    const goOn = (ready: boolean): void => {
      if (ready) this.#fates.expect({ forward, earnsMsat, atMs: this.#now() });
      interception.resume(circuit);
    };
    const held = new HeldForward(plan, { ...this.#parts, untilMs, goOn });
    this.#holding.set(keyOf(circuit), held);
    try {
      const report = await held.rebalanced;
      this.#accounts.ended(plan, report);
      const { rebalanceId, outcome, feePaidMsat } = report;
      const end = { rebalanceId, outcome: outcome.kind, feePaidMsat };
      this.#events.add({ kind: 'forward_paid_for', circuit, ...end });
    } catch (error) {
      this.#accounts.brokeOff(plan, error);
      throw error;
    } finally {
      await held.over;
    }
  }
}

function linksOf({ info, ownChannels, snapshot }: Ground): {
  readonly info: Ground['info'];
  readonly links: OwnLinks;
} {
  return { info, links: new OwnLinks(ownChannels, { snapshot, self: info.nodeId }) };
}

const keyOf = ({ channelId, htlcId }: CircuitKey): string => `${channelId}/${htlcId}`;
