/**
 * Who may wait and for how long: the rules by which forwards that a node offers are let go on, asked about, kept and
 * released. It stands next to the stream, so that no delay elsewhere keeps a forward longer than the terms allow.
 */
import type {
  CircuitKey,
  HoldTerms,
  InterceptionNews,
  OfferedForward,
  PassedForwards,
  ReleaseCause,
  StandingOrders,
} from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';

type News<Kind extends InterceptionNews['kind']> = Extract<InterceptionNews, { kind: Kind }>;

/** What the desk acts through. */
export interface DeskSink {
  /** Tells the node to let a forward go on. */
  readonly resume: (circuit: CircuitKey) => void;
  readonly tell: (news: News<'offered' | 'released'>) => void;
  /** Whether so much lies unread that nobody is to be asked any more. */
  readonly isBehind: () => boolean;
}

interface Held {
  readonly forward: OfferedForward;
  readonly sinceMs: number;
  claimed: boolean;
}

interface Orders {
  /** By channel, and by peer. */
  readonly fromMsat: ReadonlyMap<ChannelId | NodeId, bigint>;
  readonly blockHeight: number;
  readonly untilMs: number;
}

type Counts = { -readonly [Key in keyof PassedForwards]: number };

/** Times are milliseconds on any clock that only goes forward. */
export class HoldDesk {
  readonly #terms: HoldTerms;
  readonly #sink: DeskSink;
  readonly #held = new Map<string, Held>();
  /** By incoming channel, the newest HTLC that was ever offered: ids only grow, so older ones are repeated. */
  readonly #newest = new Map<ChannelId, bigint>();
  #orders: Orders | undefined;
  #passed: Counts = nothingPassed();

  constructor(terms: HoldTerms, sink: DeskSink) {
    this.#terms = terms;
    this.#sink = sink;
  }

  /** The node offers a forward: it goes on at once, or is kept until somebody has been asked. */
  offer(forward: OfferedForward, nowMs: number): void {
    if (isFromChain(forward)) {
      // Only a preimage is an answer to that; any other ends the stream (lnd: `ErrCannotResumeOnChain`).
      this.#passed.onChain++;
      this.#release(forward.circuit, 'on_chain', nowMs);
      return;
    }
    // The node waits for one answer still, which it gets in time.
    if (this.#held.has(keyOf(forward.circuit))) return;
    const isRepeated = this.#isRepeated(forward.circuit);
    const cause = isRepeated ? 'repeated' : this.#reasonToPass(forward, nowMs);
    if (cause !== undefined) {
      this.#passed[cause]++;
      this.#sink.resume(forward.circuit);
      return;
    }
    this.#held.set(keyOf(forward.circuit), { forward, sinceMs: nowMs, claimed: false });
    this.#sink.tell({ kind: 'offered', forward, claimMs: this.#terms.claimMs });
  }

  #isRepeated({ channelId, htlcId }: CircuitKey): boolean {
    const newest = this.#newest.get(channelId);
    if (newest !== undefined && htlcId <= newest) return true;
    this.#newest.set(channelId, htlcId);
    return false;
  }

  #reasonToPass(forward: OfferedForward, nowMs: number): keyof PassedForwards | undefined {
    const orders = this.#orders;
    if (orders === undefined || nowMs >= orders.untilMs) return 'unordered';
    const { outChannelId, outPeer, amountOutMsat } = forward;
    const asked = outChannelId ?? outPeer;
    const fromMsat = asked === null ? undefined : orders.fromMsat.get(asked);
    if (fromMsat === undefined || amountOutMsat < fromMsat) return 'unwatched';
    if (this.#isLate(forward)) return 'late';
    if (this.#held.size >= this.#terms.mostHeld || this.#sink.isBehind()) return 'full';
    return undefined;
  }

  #isLate({ autoFailHeight }: OfferedForward): boolean {
    const { blockHeight } = this.#orders!;
    return autoFailHeight - blockHeight < this.#terms.cltvMarginBlocks;
  }

  order(orders: StandingOrders, nowMs: number): void {
    const { watched, blockHeight, validMs } = orders;
    const fromMsat = new Map<ChannelId | NodeId, bigint>(
      watched.flatMap(({ peer, channelIds, fromMsat: least }) =>
        [peer, ...channelIds].map((name) => [name, least] as const),
      ),
    );
    this.#orders = { fromMsat, blockHeight, untilMs: nowMs + validMs };
    for (const { forward } of [...this.#held.values()]) {
      if (this.#isLate(forward)) this.#letGo(forward.circuit, 'cltv', nowMs);
    }
  }

  claim(circuit: CircuitKey): void {
    const held = this.#held.get(keyOf(circuit));
    if (held !== undefined) held.claimed = true;
  }

  resume(circuit: CircuitKey, nowMs: number): void {
    this.#letGo(circuit, 'resumed', nowMs);
  }

  /** Lets go on what has been kept for its time. */
  expire(nowMs: number): void {
    for (const held of [...this.#held.values()]) {
      if (this.#dueMs(held) > nowMs) continue;
      this.#letGo(held.forward.circuit, held.claimed ? 'hold_deadline' : 'unclaimed', nowMs);
    }
  }

  /** When {@link expire} has something to do; `undefined` while nothing is kept. */
  get nextDueMs(): number | undefined {
    const due = [...this.#held.values()].map((held) => this.#dueMs(held));
    return due.length === 0 ? undefined : Math.min(...due);
  }

  #dueMs({ sinceMs, claimed }: Held): number {
    const { holdMs, claimMs } = this.#terms;
    return sinceMs + (claimed ? holdMs : Math.min(claimMs, holdMs));
  }

  /** All goes on, as before an end that we choose ourselves. */
  resumeAll(nowMs: number): void {
    for (const { forward } of [...this.#held.values()]) {
      this.#letGo(forward.circuit, 'resumed', nowMs);
    }
  }

  /** The connection is gone, and no answer can be given any more. */
  disconnected(nowMs: number): void {
    for (const { forward } of [...this.#held.values()]) {
      this.#release(forward.circuit, 'disconnected', nowMs);
    }
  }

  #letGo(circuit: CircuitKey, cause: ReleaseCause, nowMs: number): void {
    if (this.#held.has(keyOf(circuit))) this.#sink.resume(circuit);
    this.#release(circuit, cause, nowMs);
  }

  #release(circuit: CircuitKey, cause: ReleaseCause, nowMs: number): void {
    const held = this.#held.get(keyOf(circuit));
    if (held === undefined) return;
    this.#held.delete(keyOf(circuit));
    this.#sink.tell({ kind: 'released', circuit, cause, heldMs: nowMs - held.sinceMs });
  }

  /** Counts since the last call; `undefined` where they are all 0. */
  takePassed(): News<'passed'> | undefined {
    const forwards = this.#passed;
    if (Object.values(forwards).every((count) => count === 0)) return undefined;
    this.#passed = nothingPassed();
    return { kind: 'passed', forwards };
  }
}

/** As lnd marks what its contract court offers: with 0 up to 0.21.0, since then with the expiry itself. */
const isFromChain = ({ autoFailHeight, expiryInHeight }: OfferedForward): boolean =>
  autoFailHeight <= 0 || autoFailHeight >= expiryInHeight;

const keyOf = ({ channelId, htlcId }: CircuitKey): string => `${channelId}/${htlcId}`;

const nothingPassed = (): Counts => ({
  unwatched: 0,
  repeated: 0,
  late: 0,
  full: 0,
  unordered: 0,
  onChain: 0,
});
