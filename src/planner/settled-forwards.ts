/**
 * Forwards that settled, each counted once, though two sources tell of them: events as they happen, some of which are lost,
 * and the node's history, which is complete but is read now and then.
 *
 * Neither names what the other does, so they are matched by channels, amounts and time: an event and an entry of the
 * history with the same channels and amounts, and dates no further apart than `slackMs`, are one forward. Where several are
 * alike, as many are counted as the source with more of them has.
 */
import type { ChannelId } from '../units/ids.ts';

export interface SettledForward {
  readonly inChannelId: ChannelId;
  readonly outChannelId: ChannelId;
  readonly amountInMsat: number;
  readonly amountOutMsat: number;
  readonly settledAtMs: number;
}

/** A forward that is known already. */
interface Known {
  /** As it was told first. */
  readonly forward: SettledForward;
  /** By the history; `null` while an event alone has told of it. */
  historyAtMs: number | null;
  /** By the event; `null` while the history alone has. */
  eventAtMs: number | null;
}

export interface SettledTerms {
  /** @defaultValue 30 seconds: both dates are the node's own, some milliseconds apart, unless it is very busy */
  readonly slackMs: number;
  /** For how long forwards are remembered; what is told later counts again. @defaultValue half an hour */
  readonly keepMs: number;
  /** Forwards that are remembered; the oldest go first. */
  readonly most: number;
}

const SETTLED_TERMS: SettledTerms = {
  slackMs: 30_000,
  keepMs: 30 * 60 * 1000,
  most: 50_000,
};

export class SettledForwards {
  readonly #terms: SettledTerms;
  readonly #ended: (forward: SettledForward) => void;
  readonly #byName = new Map<string, Known[]>();
  /** In the order in which they were told. */
  readonly #order = new Set<Known>();

  /** @param ended Called with every forward, once, when it is no longer remembered. */
  constructor(ended: (forward: SettledForward) => void, terms: Partial<SettledTerms> = {}) {
    this.#terms = { ...SETTLED_TERMS, ...terms };
    this.#ended = ended;
  }

  /** What is remembered. */
  get size(): number {
    return this.#order.size;
  }

  /**
   * Those that are remembered, each once: all, or those that the history told of, or is expected to tell of, as settled
   * before a date.
   */
  remembered(beforeMs: number = Number.POSITIVE_INFINITY): readonly SettledForward[] {
    return [...this.#order]
      .filter((known) => dateOf(known) < beforeMs)
      .map(({ forward }) => forward);
  }

  /** Whether an event tells of a forward that was not known. */
  fromEvent(forward: SettledForward): boolean {
    const { settledAtMs: atMs } = forward;
    const known = this.#byName
      .get(nameOf(forward))
      ?.find(({ historyAtMs, eventAtMs }) => eventAtMs === null && this.#isNear(historyAtMs, atMs));
    if (known === undefined) this.#remember({ forward, historyAtMs: null, eventAtMs: atMs });
    else known.eventAtMs = atMs;
    return known === undefined;
  }

  /** Those of a reading of the history that were not known. Readings may overlap. */
  fromHistory(forwards: readonly SettledForward[]): readonly SettledForward[] {
    const told = new Set<Known>();
    // Those that an earlier reading has told first, so that they are not taken for others of the same kind.
    const fresh = forwards.filter((forward) => {
      const known = this.#byName
        .get(nameOf(forward))
        ?.find((one) => !told.has(one) && one.historyAtMs === forward.settledAtMs);
      if (known !== undefined) told.add(known);
      return known === undefined;
    });
    return fresh.filter((forward) => {
      const { settledAtMs: atMs } = forward;
      const known = this.#byName
        .get(nameOf(forward))
        ?.find(
          ({ historyAtMs, eventAtMs }) => historyAtMs === null && this.#isNear(eventAtMs, atMs),
        );
      if (known === undefined) this.#remember({ forward, historyAtMs: atMs, eventAtMs: null });
      else known.historyAtMs = atMs;
      return known === undefined;
    });
  }

  forget(nowMs: number): void {
    const { keepMs, most } = this.#terms;
    for (const known of this.#order) {
      if (this.#order.size <= most && dateOf(known) >= nowMs - keepMs) return;
      this.#order.delete(known);
      const name = nameOf(known.forward);
      const left = this.#byName.get(name)?.filter((one) => one !== known) ?? [];
      if (left.length === 0) this.#byName.delete(name);
      else this.#byName.set(name, left);
      this.#ended(known.forward);
    }
  }

  #remember(known: Known): void {
    this.#order.add(known);
    const name = nameOf(known.forward);
    const alike = this.#byName.get(name);
    if (alike === undefined) this.#byName.set(name, [known]);
    else alike.push(known);
  }

  #isNear(knownAtMs: number | null, atMs: number): boolean {
    return knownAtMs !== null && Math.abs(knownAtMs - atMs) <= this.#terms.slackMs;
  }
}

/** The history's, where it has told. */
const dateOf = ({ historyAtMs, eventAtMs, forward }: Known): number =>
  historyAtMs ?? eventAtMs ?? forward.settledAtMs;

const nameOf = (forward: SettledForward): string =>
  `${forward.inChannelId}>${forward.outChannelId} ${forward.amountInMsat}>${forward.amountOutMsat}`;
