/** The account of rebalancing over a time: what moved, what it cost, and what it has earned since. */
import type { Forward, JournalRecord } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { attemptHistory, type PastAttempt } from './attempt-history.ts';
import { type Period, type PeriodLength, periodAt } from './calendar.ts';
import { earningsOf } from './earnings.ts';
import { type Figures, Sum } from './figures.ts';

export interface StatementRequest {
  /** Milliseconds since the Unix epoch. */
  readonly fromMs: number;
  /** The first moment that is left out. Forwards until then count. */
  readonly toMs: number;
  /** One row for each period. @defaultValue one for the whole time */
  readonly period?: PeriodLength;
  /** One row for each channel, or for each pair of the channels that a payment left and returned over. */
  readonly place?: 'channel' | 'pair';
}

export interface StatementSources {
  /** From some time before `fromMs` on: what was moved then uses up forwards as well. */
  readonly records: readonly JournalRecord[];
  /** `null` where nobody could be asked: earnings are unknown then. */
  readonly forwards: readonly Forward[] | null;
  /** See {@link earningsOf}. */
  readonly listed?: ReadonlyMap<ChannelId, ChannelId>;
}

export interface StatementRow extends Figures {
  readonly period: Period | null;
  /** Of a row by channel. */
  readonly channelId: ChannelId | null;
  /** Of a row by pair. */
  readonly outChannelId: ChannelId | null;
  readonly inChannelId: ChannelId | null;
  /** Of a row by channel: what left it, into others. Its other figures are of what was moved into it. */
  readonly movedOutMsat: bigint | null;
}

/** Something that cost or earned, for sums over time. */
export interface Entry {
  readonly atMs: number;
  readonly feeMsat: bigint;
}

export interface Statement {
  readonly request: StatementRequest;
  /** By period, and within it by what was moved, most first. Only those in which anything happened. */
  readonly rows: readonly StatementRow[];
  readonly totals: Figures;
  /** By date: those of the time. */
  readonly attempts: readonly PastAttempt[];
  /** By date: what was paid, and what that has earned, which add up to the totals. */
  readonly costs: readonly Entry[];
  readonly earnings: readonly Entry[] | null;
}

/** Earnings stand with the moves that brought them, whenever the forwards came. */
export function statementOf(sources: StatementSources, request: StatementRequest): Statement {
  const { fromMs, toMs } = request;
  const past = attemptHistory(sources.records).filter(({ atMs }) => atMs < toMs);
  const settled = past.filter(({ end }) => end === 'settled');
  const forwards = sources.forwards?.filter(({ settledAtMs }) => settledAtMs < toMs);
  const known = forwards !== undefined;
  const rows = new Rows(request, known);
  const attempts = past.filter(({ atMs }) => atMs >= fromMs);
  for (const attempt of attempts) rows.addAttempt(attempt);
  const earnings: Entry[] = [];
  if (known) {
    const { listed } = sources;
    const given = { moves: settled, forwards, ...(listed && { listed }) };
    for (const { move, ...earning } of earningsOf(given).earnings) {
      const attempt = settled[move]!;
      if (attempt.atMs < fromMs) continue;
      rows.addEarning(attempt, earning);
      earnings.push({ atMs: earning.atMs, feeMsat: earning.feeMsat });
    }
  }
  const paid = attempts.filter(({ end }) => end === 'settled');
  return {
    request,
    rows: rows.rows(),
    totals: rows.totals(),
    attempts,
    costs: paid.map(({ atMs, feeMsat }) => ({ atMs, feeMsat })),
    earnings: known ? earnings : null,
  };
}

type RowKey = Pick<StatementRow, 'period' | 'channelId' | 'outChannelId' | 'inChannelId'>;

class Rows {
  readonly #request: StatementRequest;
  readonly #knowsEarnings: boolean;
  readonly #rows = new Map<string, { readonly key: RowKey; readonly sum: Sum; outMsat: bigint }>();
  readonly #totals: Sum;

  constructor(request: StatementRequest, knowsEarnings: boolean) {
    this.#request = request;
    this.#knowsEarnings = knowsEarnings;
    this.#totals = new Sum(knowsEarnings);
  }

  addAttempt(attempt: PastAttempt): void {
    this.#totals.addAttempt(attempt);
    this.#rowOf(attempt, attempt.inChannelId).sum.addAttempt(attempt);
    if (this.#request.place !== 'channel' || attempt.end !== 'settled') return;
    this.#rowOf(attempt, attempt.outChannelId).outMsat += attempt.amountMsat;
  }

  addEarning(attempt: PastAttempt, earning: { readonly amountMsat: bigint } & Entry): void {
    this.#totals.addEarning(earning);
    this.#rowOf(attempt, attempt.inChannelId).sum.addEarning(earning);
  }

  totals(): Figures {
    return this.#totals.figures();
  }

  rows(): StatementRow[] {
    const byChannel = this.#request.place === 'channel';
    return [...this.#rows.values()]
      .map(({ key, sum, outMsat }) => ({
        ...key,
        ...sum.figures(),
        movedOutMsat: byChannel ? outMsat : null,
      }))
      .sort(
        (a, b) =>
          (a.period?.fromMs ?? 0) - (b.period?.fromMs ?? 0) ||
          descending(a.movedMsat, b.movedMsat) ||
          descending(a.movedOutMsat ?? 0n, b.movedOutMsat ?? 0n) ||
          b.attempts - a.attempts ||
          (nameOf(a) < nameOf(b) ? -1 : 1),
      );
  }

  #rowOf({ atMs, outChannelId, inChannelId }: PastAttempt, channelId: ChannelId) {
    const { period: length, place } = this.#request;
    const period = length === undefined ? null : periodAt(atMs, length);
    const key: RowKey = {
      period,
      channelId: place === 'channel' ? channelId : null,
      outChannelId: place === 'pair' ? outChannelId : null,
      inChannelId: place === 'pair' ? inChannelId : null,
    };
    const name = `${period?.fromMs} ${nameOf(key)}`;
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = { key, sum: new Sum(this.#knowsEarnings), outMsat: 0n };
      this.#rows.set(name, row);
    }
    return row;
  }
}

const nameOf = ({ channelId, outChannelId, inChannelId }: RowKey): string =>
  `${channelId} ${outChannelId} ${inChannelId}`;

const descending = (a: bigint, b: bigint): number => (a < b ? 1 : a > b ? -1 : 0);
