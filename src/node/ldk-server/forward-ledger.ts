/**
 * Forwards with their dates, from two sources that each lack half: events come at once but may be lost, without a word;
 * rows are complete, but have neither date nor id. Rows count, and events date them.
 */

/** A row of LDK Server's list, or an event. Two forwards may be alike in all of it. */
export interface ForwardRow {
  /** User channel ids; `null` where a forward came in or went out in several parts, or over a channel that is closed. */
  readonly from: string | null;
  readonly to: string | null;
  /** `null` where LDK does not tell, as for what was claimed on chain. */
  readonly amountOutMsat: bigint | null;
  readonly feeMsat: bigint | null;
}

export interface DatedForward {
  readonly row: ForwardRow;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

interface Entry {
  readonly row: ForwardRow;
  readonly key: string;
  atMs: number;
  /** Both sources have told it, once `true`: until then the other one may still. */
  listed: boolean;
  told: boolean;
}

/** Rows by which the place of the last reading is found again: a page of LDK Server's. */
const ANCHOR_ROWS = 100;
/** Some 50 MB: more than plans learn anything from. The newest are kept. */
const MOST_FORWARDS = 250_000;
/** An event comes within this time of its row, ms, or not any more. */
const EVENT_WITHIN_MS = 5 * 60_000;

/** What is to be read next. */
export type ReadingStep = { readonly kind: 'read_on' } | { readonly kind: 'done' };

export class ForwardLedger {
  readonly #mostForwards: number;
  #entries: Entry[] = [];
  /** Newest first: the rows at the head of the list when it was last read. */
  #anchor: readonly string[];
  /** Rows in the whole list then, where that was seen. */
  #total: number | null;
  #readAtMs: number;
  #sinceMs: number;

  /** @param head The newest rows, newest first, or all (`end`): they are older than `nowMs`, nobody knows how much. */
  constructor(
    head: readonly ForwardRow[],
    read: { readonly end: boolean; readonly nowMs: number },
    mostForwards: number = MOST_FORWARDS,
  ) {
    this.#anchor = head.slice(0, ANCHOR_ROWS).map(keyOf);
    this.#total = read.end ? head.length : null;
    this.#readAtMs = read.nowMs;
    this.#sinceMs = read.nowMs;
    this.#mostForwards = mostForwards;
  }

  /** Everything since then is known. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Oldest first. */
  forwards(sinceMs: number): readonly DatedForward[] {
    return this.#entries.filter(({ atMs }) => atMs >= sinceMs).sort((a, b) => a.atMs - b.atMs);
  }

  /** An event came. */
  told(row: ForwardRow, atMs: number): void {
    const key = keyOf(row);
    const known = this.#entries.find(
      (entry) => !entry.told && entry.key === key && atMs - entry.atMs <= EVENT_WITHIN_MS,
    );
    if (known === undefined) {
      this.#entries.push({ row, key, atMs, listed: false, told: true });
      return;
    }
    known.told = true;
    known.atMs = atMs;
  }

  /**
   * Takes in what was read of the list, from its head on; asks for more where the place of the last reading is not among
   * it yet.
   *
   * @param read `end` where there is no more to read
   */
  read(
    rows: readonly ForwardRow[],
    read: { readonly end: boolean; readonly nowMs: number },
  ): ReadingStep {
    const keys = rows.map(keyOf);
    const fresh =
      read.end && this.#total !== null ? this.#grown(keys) : this.#shift(keys, read.end);
    if (fresh === 'unknown') return { kind: 'read_on' };
    if (fresh === 'lost') this.#startOver(read.nowMs);
    else this.#list(rows.slice(0, fresh).reverse(), read.nowMs);
    if (read.end) this.#total = keys.length;
    else if (this.#total !== null && fresh !== 'lost') this.#total += fresh;
    this.#anchor = keys.slice(0, ANCHOR_ROWS);
    this.#readAtMs = read.nowMs;
    this.#dropOldest();
    return { kind: 'done' };
  }

  /** How many rows are new in a list that is there as a whole, and was. */
  #grown(keys: readonly string[]): number | 'lost' {
    const fresh = keys.length - this.#total!;
    return fresh >= 0 && this.#fits(keys, fresh) ? fresh : 'lost';
  }

  /**
   * How many rows come before those that were the newest. Where forwards look alike that may fit more than once; it is the
   * first place that leaves room for all that events have told since, if there is one.
   */
  #shift(keys: readonly string[], end: boolean): number | 'unknown' | 'lost' {
    const { length } = this.#anchor;
    // That was the whole list, which says little of its place in a longer one.
    if (length < ANCHOR_ROWS && !end) return 'unknown';
    const told = this.#entries.filter(({ listed }) => !listed).length;
    let best: number | undefined;
    for (let fresh = 0; fresh + length <= keys.length; fresh++) {
      if (!this.#fits(keys, fresh)) continue;
      best = fresh;
      if (fresh >= told) return fresh;
    }
    // An event may come before its row.
    if (best !== undefined && keys.length >= told + length) return best;
    if (!end) return 'unknown';
    return best ?? 'lost';
  }

  #fits(keys: readonly string[], fresh: number): boolean {
    return this.#anchor.every((key, i) => keys[fresh + i] === key);
  }

  /** @param rows Oldest first. */
  #list(rows: readonly ForwardRow[], nowMs: number): void {
    const dated: Entry[] = [];
    let earliestMs = this.#readAtMs;
    for (const row of rows) {
      const key = keyOf(row);
      const known = this.#entries.find((entry) => !entry.listed && entry.key === key);
      if (known !== undefined) {
        known.listed = true;
        earliestMs = Math.max(earliestMs, known.atMs);
        continue;
      }
      // Its event is lost, or still to come: it lies between what came before it and now.
      dated.push({
        row,
        key,
        atMs: Math.floor((earliestMs + nowMs) / 2),
        listed: true,
        told: false,
      });
    }
    this.#entries.push(...dated);
  }

  /** The list is another one now: what is known of before cannot be joined to it. */
  #startOver(nowMs: number): void {
    this.#entries = [];
    this.#total = null;
    this.#sinceMs = nowMs;
  }

  #dropOldest(): void {
    const extra = this.#entries.length - this.#mostForwards;
    if (extra <= 0) return;
    this.#entries.sort((a, b) => a.atMs - b.atMs);
    const last = this.#entries[extra - 1]!;
    this.#entries.splice(0, extra);
    this.#sinceMs = Math.max(this.#sinceMs, last.atMs + 1);
  }
}

const keyOf = ({ from, to, amountOutMsat, feeMsat }: ForwardRow): string =>
  `${from}>${to}:${amountOutMsat}:${feeMsat}`;
