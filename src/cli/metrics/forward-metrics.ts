/** Figures of forwards that wait for a rebalance. */
import type { Counter, Gauge, Histogram } from 'prom-client';
import type { JustInTimeEvent } from '../../engine/index.ts';
import { type MakeMetrics, sat, seconds } from './make-metrics.ts';

const HOLD_SECONDS = [0.1, 0.25, 0.5, 1, 2, 3, 4, 5, 6, 8, 10];

export class ForwardMetrics {
  readonly #held: Counter;
  readonly #released: Counter<'cause'>;
  readonly #resumed: Counter<'reason'>;
  readonly #passed: Counter<'reason'>;
  readonly #paidFor: Counter<'outcome'>;
  readonly #helped: Counter<'end'>;
  readonly #earned: Counter;
  readonly #spent: Counter;
  readonly #holdSeconds: Histogram;
  readonly #intercepting: Gauge;
  readonly #missed: Counter;

  constructor({ counter, gauge, histogram }: MakeMetrics, missed: Counter) {
    this.#missed = missed;
    this.#held = counter({
      name: 'forwards_held_total',
      help: 'Forwards that were let wait for a rebalance',
    });
    this.#released = counter({
      name: 'forwards_released_total',
      help: 'Forwards that had waited and went on',
      labelNames: ['cause'],
    });
    this.#resumed = counter({
      name: 'forwards_resumed_total',
      help: 'Forwards that were looked at and went on at once',
      labelNames: ['reason'],
    });
    this.#passed = counter({
      name: 'forwards_passed_total',
      help: 'Forwards that went on without being looked at',
      labelNames: ['reason'],
    });
    this.#paidFor = counter({
      name: 'forward_rebalances_total',
      help: 'Rebalances for forwards that wait, by their outcome',
      labelNames: ['outcome'],
    });
    this.#helped = counter({
      name: 'forwards_helped_total',
      help: 'Forwards that waited and got their liquidity: settled, or failed further on',
      labelNames: ['end'],
    });
    this.#earned = counter({
      name: 'forwards_earned_sat_total',
      help: 'Fees of those that settled',
    });
    this.#spent = counter({
      name: 'forwards_spent_sat_total',
      help: 'Fees of rebalances for forwards that wait',
    });
    this.#holdSeconds = histogram({
      name: 'forward_hold_seconds',
      help: 'How long forwards waited',
      buckets: HOLD_SECONDS,
    });
    this.#intercepting = gauge({
      name: 'intercepting',
      help: '1 while the node offers its forwards, else 0',
    });
    for (const end of ['settled', 'failed']) this.#helped.inc({ end }, 0);
  }

  seeBreakOff(): void {
    this.#intercepting.set(0);
  }

  see(event: JustInTimeEvent): void {
    switch (event.kind) {
      case 'interception_connected':
        this.#intercepting.set(1);
        return;
      case 'interception_lost':
        this.#intercepting.set(0);
        return;
      case 'forwards_passed':
        for (const [reason, count] of Object.entries(event.forwards)) {
          this.#passed.inc({ reason }, count);
        }
        return;
      case 'forward_resumed':
        this.#resumed.inc({ reason: event.reason });
        return;
      case 'forward_held':
        this.#held.inc();
        return;
      case 'forward_released':
        this.#released.inc({ cause: event.cause });
        this.#holdSeconds.observe(seconds(event.heldMs));
        return;
      case 'forward_paid_for':
        this.#paidFor.inc({ outcome: event.outcome });
        this.#spent.inc(sat(event.feePaidMsat));
        return;
      case 'forward_saved':
        this.#helped.inc({ end: 'settled' });
        this.#earned.inc(sat(event.earnedMsat));
        return;
      case 'forward_lost':
        this.#helped.inc({ end: 'failed' });
        return;
      case 'events_missed':
        this.#missed.inc(event.count);
        return;
      case 'node_depends_on_us':
        return;
    }
  }
}
