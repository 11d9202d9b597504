/** Listens to the node's HTLC events for demand, for as long as it runs, and keeps what it has learnt in the store. */
import { DemandLedger } from '../planner/demand-ledger.ts';
import { PLAN_DEFAULTS } from '../planner/rebalance-plan-request.ts';
import { type Shortage, ShortageRule } from '../planner/shortage.ts';
import type { Clock, Entropy, HtlcNews, LightningNode, Log, StopSignal, Store } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { HOUR_MS } from '../units/time.ts';
import { asked, hasCode, messageOf } from './asked.ts';
import { isClosed } from './node-streams.ts';
import { pause } from './pause.ts';

export interface DemandWatchParts {
  readonly node: LightningNode;
  readonly store: Pick<Store, 'demand' | 'keepDemand'>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
}

/** How often what was learnt is kept, and shortages are looked for: payers that try again have done so by then. */
const KEEP_MS = 60_000;
/** How often channels and the history of forwards are read. */
const SURVEY_MS = 600_000;
/**
 * By how much readings of the history overlap. lnd adds to it every fifteen seconds, and events may be late (lnd:
 * `htlcswitch/switch.go`, `DefaultFwdEventInterval`).
 */
const OVERLAP_MS = 120_000;
/** Pauses before listening again, twice as long each time. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Until somebody has baked another macaroon. */
const FORBIDDEN_PAUSE_MS: number = HOUR_MS;

/** Nothing that goes wrong here reaches a rebalance or a plan: with less known of demand, plans are made by history. */
export class DemandWatch {
  readonly #parts: DemandWatchParts;
  readonly #rule = new ShortageRule();
  readonly #listeners = new Set<(shortage: Shortage) => void>();
  readonly #silences = new Set<string>();
  readonly #ledger = new DemandLedger();
  #loading: Promise<void> | undefined;
  /** Before it is, nothing is kept: that would take the place of what earlier processes have learnt. */
  #isLoaded = false;
  /** Up to which the history was read; `null`: there is nothing before now to be read. */
  #readToMs: number | null = null;
  /** Up to which time listened to is counted; `null` while nobody listens. */
  #heardToMs: number | null = null;
  #surveyedAtMs = Number.NEGATIVE_INFINITY;
  #surveying: Promise<void> = Promise.resolve();
  #ours: ReadonlySet<ChannelId> = new Set();

  constructor(parts: DemandWatchParts) {
    this.#parts = parts;
  }

  /** What is known so far; of earlier processes only once it is loaded. */
  get ledger(): DemandLedger {
    return this.#ledger;
  }

  /** Whether the node is being listened to. */
  get listening(): boolean {
    return this.#heardToMs !== null;
  }

  /** Tells when what was just missed is reason enough to rebalance into a channel. Returns what ends that. */
  onShortage(listener: (shortage: Shortage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes over what earlier processes have learnt: once, and anew where the store could not tell. Never rejects. */
  load(): Promise<void> {
    this.#loading ??= this.#trying('load what is known of demand', () => this.#takeOver()).then(
      () => {
        if (!this.#isLoaded) this.#loading = undefined;
      },
    );
    return this.#loading;
  }

  async #takeOver(): Promise<void> {
    const { store, clock, log } = this.#parts;
    try {
      const state = await store.demand();
      this.#ledger.addKept(state);
      const { sinceMs, atMs } = state.watched;
      const readToMs = state.readToMs ?? (sinceMs > 0 ? atMs : undefined);
      if (readToMs !== undefined) this.#readToMs = Math.min(readToMs, clock.now());
    } catch (error) {
      if (!hasCode(error, 'corrupt')) throw error;
      log.warn('what was known of demand is lost', { reason: messageOf(error) });
    }
    this.#isLoaded = true;
  }

  /**
   * Listens until the signal aborts or the node is closed, through losses of contact. Where the node does not tell what
   * happens, it says so in the log and ends; where it may not be asked, it asks again every hour. To be called once at a
   * time. Never rejects.
   */
  async start(signal: StopSignal): Promise<void> {
    await this.load();
    const { node, log } = this.#parts;
    if (node.htlcEvents === undefined || !node.capabilities.htlcEvents) {
      const reason = node.capabilities.reasons.htlcEvents ?? 'the node does not tell HTLC events';
      log.info('plans go by the history of forwards alone', { reason });
      return;
    }
    const end = new AbortController();
    const abort = (): void => end.abort();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const keeping = this.#keep(end.signal);
    await this.#listen(end.signal);
    abort();
    signal.removeEventListener('abort', abort);
    await keeping;
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const { clock, entropy, log } = this.#parts;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; ) {
      const beganAtMs = clock.now();
      const error = await this.#follow(signal).then(
        () => new Error('the node ended the stream'),
        (reason: unknown) => reason,
      );
      this.#hear();
      this.#heardToMs = null;
      if (signal.aborted || isClosed(error)) return;
      if (hasCode(error, 'unsupported')) {
        log.warn('plans go by the history of forwards alone', { reason: messageOf(error) });
        return;
      }
      const isForbidden = hasCode(error, 'permission_denied');
      if (isForbidden) this.#complain(BE_ALLOWED, error, 'asking again every hour');
      else this.#complain(LISTEN, error);
      if (clock.now() - beganAtMs > LONGEST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS;
      await pause(isForbidden ? FORBIDDEN_PAUSE_MS : pauseMs, { clock, entropy, signal });
      pauseMs = isForbidden ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { node, clock } = this.#parts;
    for await (const news of node.htlcEvents!({ signal })) {
      if (signal.aborted) return;
      if (news.kind === 'listening') await this.#begin();
      else this.#ledger.observe(news satisfies HtlcNews, clock.now());
    }
  }

  /** From here on everything is told; what came before is in the history. */
  async #begin(): Promise<void> {
    const nowMs = this.#parts.clock.now();
    this.#heardToMs = nowMs;
    this.#readToMs ??= nowMs;
    for (const what of [LISTEN, BE_ALLOWED]) this.#silences.delete(what);
    await this.#survey();
  }

  /** Time listened to so far. */
  #hear(): void {
    if (this.#heardToMs === null) return;
    const nowMs = this.#parts.clock.now();
    this.#ledger.watched(this.#heardToMs, nowMs);
    this.#heardToMs = Math.max(this.#heardToMs, nowMs);
  }

  async #keep(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    while (!signal.aborted) {
      await clock.sleep(KEEP_MS, signal);
      await this.load();
      const nowMs = clock.now();
      const sinceMs = Math.abs(nowMs - this.#surveyedAtMs);
      if (!signal.aborted && sinceMs >= SURVEY_MS) await this.#survey();
      this.#hear();
      if (!signal.aborted) this.#callShortages(nowMs);
      if (this.#isLoaded) await this.#keepState();
    }
  }

  #keepState(): Promise<void> {
    const { clock, node, store } = this.#parts;
    const nowMs = clock.now();
    const { forwardingHistory } = node.capabilities;
    const readToMs = forwardingHistory ? (this.#readToMs ?? undefined) : undefined;
    // Of what is older no reading would tell.
    const fromMs = readToMs && Math.max(Math.min(readToMs, nowMs), nowMs - PLAN_DEFAULTS.historyMs);
    return this.#trying('keep what is known of demand', () =>
      store.keepDemand(this.#ledger.state(nowMs, fromMs)),
    );
  }

  /** One after another: each begins to read the history where the one before has ended, so that none counts twice. */
  #survey(): Promise<void> {
    this.#surveyedAtMs = this.#parts.clock.now();
    this.#surveying = this.#surveying.then(() => this.#read());
    return this.#surveying;
  }

  async #read(): Promise<void> {
    const { node, clock } = this.#parts;
    await this.#trying('read the channels', async () => {
      const channels = await node.ownChannels();
      this.#ledger.setChannels(channels);
      this.#ours = new Set(channels.map(({ channelId }) => channelId));
    });
    if (!this.#isLoaded || this.#readToMs === null) return;
    if (!node.capabilities.forwardingHistory) return;
    const readToMs = this.#readToMs;
    await this.#trying('read the history of forwards', async () => {
      const nowMs = clock.now();
      // A clock that ran ahead may have been set back.
      const fromMs = Math.min(readToMs, nowMs);
      const sinceMs = Math.max(fromMs, nowMs - PLAN_DEFAULTS.historyMs);
      const history = await node.forwardingHistory({ sinceMs });
      this.#ledger.takeHistory(history, clock.now());
      // What earlier readings had is known to the ledger, for as long as it lives.
      this.#readToMs = Math.max(fromMs, nowMs - OVERLAP_MS);
    });
  }

  #callShortages(nowMs: number): void {
    const ledger = this.#ledger;
    const missed = ledger.recentlyMissed();
    if (missed.length === 0) return;
    const shortages = this.#rule.call(
      {
        missed,
        settledShare: ledger.settledShare(nowMs),
        listedId: (channelId) => ledger.listedId(channelId),
      },
      nowMs,
    );
    for (const shortage of shortages) {
      const { channelId, reason } = shortage;
      if (!this.#ours.has(channelId)) continue;
      this.#parts.log.info('a channel is short of balance', { channelId, reason });
      for (const listener of this.#listeners) {
        void this.#trying('tell of a shortage', async () => listener(shortage));
      }
    }
  }

  /** Says once what goes wrong, until it goes well again. */
  async #trying(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await asked(work);
      this.#silences.delete(what);
    } catch (error) {
      this.#complain(what, error);
    }
  }

  #complain(what: string, error: unknown, next = 'trying again'): void {
    if (this.#silences.has(what)) return;
    this.#silences.add(what);
    const reason = messageOf(error);
    this.#parts.log.warn(`demand is not watched as it should be; ${next}`, { what, reason });
  }
}

const LISTEN = 'listen to HTLC events';
const BE_ALLOWED = 'be allowed to listen to HTLC events';
