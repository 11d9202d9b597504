/** What becomes of forwards that were helped on: told by the node's events, or found in its history. */
import type {
  CircuitKey,
  Clock,
  HtlcEventNews,
  LightningNode,
  Log,
  OfferedForward,
  StopSignal,
} from '../ports.ts';
import { DAY_MS } from '../units/time.ts';
import { asked, messageOf } from './asked.ts';

export interface Helped {
  readonly forward: OfferedForward;
  readonly earnsMsat: bigint;
  /** When it went on. */
  readonly atMs: number;
}

export interface ForwardFate {
  readonly circuit: CircuitKey;
  /** `null` where it has failed. */
  readonly earnedMsat: bigint | null;
}

interface FateParts {
  readonly node: LightningNode;
  readonly clock: Clock;
  readonly log: Log;
}

const FIRST_RETRY_MS = 1000;
const MOST_RETRY_MS = 60_000;
/** Events that got lost are made up for so often, from the history of forwards. */
const LOOK_BACK_EVERY_MS = 60_000;
/** Some payees hold payments for hours; of what is still open then, nothing is counted. */
const FORGET_MS = DAY_MS;
const MOST_OPEN = 1000;

export class ForwardFates {
  readonly #parts: FateParts;
  readonly #tell: (fate: ForwardFate) => void;
  readonly #open = new Map<string, Helped>();

  constructor(parts: FateParts, tell: (fate: ForwardFate) => void) {
    this.#parts = parts;
    this.#tell = tell;
  }

  /** To be called before the forward goes on. */
  expect(helped: Helped): void {
    this.#open.set(keyOf(helped.forward.circuit), helped);
    const oldest = this.#open.keys().next();
    if (this.#open.size > MOST_OPEN && oldest.done !== true) this.#open.delete(oldest.value);
  }

  async run(signal: StopSignal): Promise<void> {
    await Promise.all([this.#listen(signal), this.#lookBack(signal)]);
  }

  async #listen(signal: StopSignal): Promise<void> {
    const { node, clock, log } = this.#parts;
    if (node.htlcEvents === undefined) return;
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; ) {
      try {
        for await (const news of node.htlcEvents({ signal })) {
          if (news.kind === 'listening') retryMs = FIRST_RETRY_MS;
          else if (news.kind !== 'unrecognized') this.#take(news);
        }
      } catch (error) {
        log.debug('events of forwards are not heard', { reason: messageOf(error), retryMs });
      }
      await clock.sleep(retryMs, signal);
      retryMs = Math.min(MOST_RETRY_MS, 2 * retryMs);
    }
  }

  #take(news: HtlcEventNews): void {
    if (news.in === null) return;
    const helped = this.#open.get(keyOf(news.in));
    if (helped === undefined) return;
    switch (news.kind) {
      case 'went_out':
        return;
      case 'settled':
        this.#end(helped, true);
        return;
      case 'failed_onward':
      case 'refused':
        this.#end(helped, false);
        return;
      case 'resolved':
        this.#end(helped, news.settled);
    }
  }

  #end({ forward, earnsMsat }: Helped, settled: boolean): void {
    const { circuit } = forward;
    this.#open.delete(keyOf(circuit));
    this.#tell({ circuit, earnedMsat: settled ? earnsMsat : null });
  }

  async #lookBack(signal: StopSignal): Promise<void> {
    const { clock, log } = this.#parts;
    while (!signal.aborted) {
      await clock.sleep(LOOK_BACK_EVERY_MS, signal);
      const nowMs = clock.now();
      for (const [key, { atMs }] of [...this.#open]) {
        if (nowMs - atMs > FORGET_MS) this.#open.delete(key);
      }
      const late = [...this.#open.values()].filter(({ atMs }) => nowMs - atMs > LOOK_BACK_EVERY_MS);
      if (late.length === 0 || signal.aborted) continue;
      await this.#findSettled(late).catch((error: unknown) =>
        log.debug('the history of forwards cannot be read', { reason: messageOf(error) }),
      );
    }
  }

  /** The history names no HTLCs: channels and amounts must do, and each entry stands for one forward. */
  async #findSettled(late: readonly Helped[]): Promise<void> {
    const sinceMs = Math.min(...late.map(({ atMs }) => atMs));
    const { forwards } = await asked(() => this.#parts.node.forwardingHistory({ sinceMs }));
    const unused = [...forwards];
    for (const helped of late) {
      const { circuit, amountInMsat, amountOutMsat } = helped.forward;
      const found = unused.findIndex(
        (one) =>
          one.settledAtMs >= helped.atMs &&
          one.inChannelId === circuit.channelId &&
          one.amountInMsat === amountInMsat &&
          one.amountOutMsat === amountOutMsat,
      );
      if (found < 0 || !this.#open.has(keyOf(circuit))) continue;
      unused.splice(found, 1);
      this.#end(helped, true);
    }
  }
}

const keyOf = ({ channelId, htlcId }: CircuitKey): string => `${channelId}/${htlcId}`;
