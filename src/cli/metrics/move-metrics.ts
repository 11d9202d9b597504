/** Figures of planned rebalances: their attempts, what they moved, and what that cost. */
import type { Counter, Gauge, Histogram } from 'prom-client';
import type { RebalanceEvent, RebalancePlan, RebalanceReport } from '../../engine/index.ts';
import { type MakeMetrics, sat, seconds } from './make-metrics.ts';

const ATTEMPT_SECONDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 300];
const MOVE_SECONDS = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];

export class MoveMetrics {
  readonly #moves: Counter<'outcome'>;
  readonly #seconds: Histogram;
  readonly #attempts: Counter<'result'>;
  readonly #failures: Counter<'code' | 'position'>;
  readonly #attemptSeconds: Histogram<'result'>;
  readonly #fees: Counter<'channel'>;
  readonly #moved: Counter<'channel' | 'way'>;
  readonly #balance: Gauge<'channel' | 'side'>;
  readonly #shortages: Counter<'channel'>;
  #channels: ReadonlySet<string> = new Set();

  constructor({ counter, gauge, histogram }: MakeMetrics) {
    this.#moves = counter({
      name: 'moves_total',
      help: 'Planned rebalances that have ended',
      labelNames: ['outcome'],
    });
    this.#seconds = histogram({
      name: 'move_seconds',
      help: 'Time that planned rebalances took',
      buckets: MOVE_SECONDS,
    });
    this.#attempts = counter({
      name: 'attempts_total',
      help: 'Payments tried by planned rebalances, and by those of an earlier process',
      labelNames: ['result'],
    });
    this.#failures = counter({
      name: 'attempt_failures_total',
      help: 'Why attempts failed: the code of the failure, and where along the route it arose',
      labelNames: ['code', 'position'],
    });
    this.#attemptSeconds = histogram({
      name: 'attempt_seconds',
      help: 'Time from sending an attempt to its end',
      buckets: ATTEMPT_SECONDS,
      labelNames: ['result'],
    });
    this.#fees = counter({
      name: 'fees_paid_sat_total',
      help: 'Fees that planned rebalances have paid, by the channel that was filled',
      labelNames: ['channel'],
    });
    this.#moved = counter({
      name: 'moved_sat_total',
      help: 'What planned rebalances have moved, into channels and out of them',
      labelNames: ['channel', 'way'],
    });
    this.#balance = gauge({
      name: 'channel_balance_sat',
      help: 'What could leave (local) and come (remote) over a channel at the last plan',
      labelNames: ['channel', 'side'],
    });
    this.#shortages = counter({
      name: 'shortages_total',
      help: 'Calls to fill a channel at once',
      labelNames: ['channel'],
    });
    // A sum that is not there yet cannot be told from one that nobody keeps.
    for (const result of ['settled', 'failed']) this.#attempts.inc({ result }, 0);
    for (const outcome of ['settled', 'attempts_exhausted']) this.#moves.inc({ outcome }, 0);
  }

  /** Channels of ours as they are now; what is known of others, which were closed, is forgotten. */
  seeChannels({ channels }: RebalancePlan): void {
    const present = new Set<string>(channels.map(({ channelId }) => channelId));
    for (const channel of this.#channels) {
      if (!present.has(channel)) this.#forget(channel);
    }
    this.#channels = present;
    for (const { channelId: channel, localMsat, remoteMsat } of channels) {
      this.#balance.set({ channel, side: 'local' }, sat(localMsat));
      this.#balance.set({ channel, side: 'remote' }, sat(remoteMsat));
    }
  }

  #forget(channel: string): void {
    for (const side of ['local', 'remote']) this.#balance.remove({ channel, side });
    for (const way of ['in', 'out']) this.#moved.remove({ channel, way });
    this.#fees.remove({ channel });
    this.#shortages.remove({ channel });
  }

  seeShortage(channel: string): void {
    this.#shortages.inc({ channel });
  }

  seeEnd({ outcome, attempts, durationMs }: RebalanceReport): void {
    this.#moves.inc({ outcome: outcome.kind });
    this.#seconds.observe(seconds(durationMs));
    for (const attempt of attempts) {
      if (attempt.outcome.kind === 'in_flight') this.#attempts.inc({ result: 'in_flight' });
      const [first, last] = [attempt.hops.at(0), attempt.hops.at(-1)];
      if (attempt.outcome.kind !== 'settled' || first === undefined || last === undefined) continue;
      const moved = sat(last.amountMsat);
      this.#fees.inc({ channel: last.channelId }, sat(attempt.feeMsat));
      this.#moved.inc({ channel: first.channelId, way: 'out' }, moved);
      this.#moved.inc({ channel: last.channelId, way: 'in' }, moved);
    }
  }

  /** A fault of ours ended it. */
  seeBreakOff(): void {
    this.#moves.inc({ outcome: 'broke_off' });
  }

  seeProgress(event: RebalanceEvent): void {
    switch (event.kind) {
      case 'attempt_failed': {
        const { code, position } = event.verdict;
        this.#failures.inc({ code, position });
        this.#endAttempt('failed', event.report.durationMs);
        return;
      }
      case 'attempt_not_sent':
        this.#endAttempt('not_sent', event.report.durationMs);
        return;
      case 'arrival_rejected':
        this.#endAttempt('rejected', event.report.durationMs);
        return;
      case 'probe_carried':
        this.#endAttempt('carried', event.report.durationMs);
        return;
      case 'settled':
        this.#endAttempt('settled', event.report.durationMs);
        return;
      case 'waiting':
      case 'route_found':
      case 'attempt_started':
      case 'repriced':
      case 'amount_shrunk':
      case 'tracking_unknown':
      case 'stopping':
      case 'finished':
        return;
    }
  }

  #endAttempt(result: string, durationMs: number): void {
    this.#attempts.inc({ result });
    this.#attemptSeconds.observe({ result }, seconds(durationMs));
  }
}
