/**
 * Figures of a run for Prometheus. Labels are bounded: channels are our own, and those that are gone are forgotten;
 * everything else is one of a fixed set of words. Sums count from the start of the process.
 */
import { type Counter, collectDefaultMetrics, Gauge, type Histogram, Registry } from 'prom-client';
import type { OperatorEvent, RebalancerStatus } from '../../engine/index.ts';
import { ForwardMetrics } from './forward-metrics.ts';
import { type MakeMetrics, makeMetrics, sat, seconds } from './make-metrics.ts';
import type { ServedFigures } from './metrics-server.ts';
import { MoveMetrics } from './move-metrics.ts';

const PLAN_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface MetricsTerms {
  readonly dryRun: boolean;
  readonly status: () => RebalancerStatus;
  /** Forwards that wait now. */
  readonly holding: () => number;
  readonly now: () => number;
}

export class RunMetrics implements ServedFigures {
  readonly #registry = new Registry();
  readonly #terms: MetricsTerms;
  readonly #rounds: Counter<'result'>;
  readonly #planSeconds: Histogram;
  readonly #lastPlan: Gauge;
  readonly #missed: Counter;
  readonly #moves: MoveMetrics;
  readonly #forwards: ForwardMetrics;
  #failed: Extract<OperatorEvent, { kind: 'round_failed' }> | undefined;
  #plannedAtMs: number | undefined;

  constructor(terms: MetricsTerms) {
    this.#terms = terms;
    // Heap, event loop and the like, of this process.
    collectDefaultMetrics({ register: this.#registry });
    const make = makeMetrics(this.#registry);
    this.#rounds = make.counter({
      name: 'rounds_total',
      help: 'Plans that were made, and that could not be',
      labelNames: ['result'],
    });
    for (const result of ['planned', 'failed']) this.#rounds.inc({ result }, 0);
    this.#planSeconds = make.histogram({
      name: 'plan_seconds',
      help: 'Time that plans took',
      buckets: PLAN_SECONDS,
    });
    this.#lastPlan = make.gauge({
      name: 'last_plan_timestamp_seconds',
      help: 'When the last plan was begun',
    });
    this.#missed = make.counter({
      name: 'events_missed_total',
      help: 'Events that these figures lack',
    });
    this.#moves = new MoveMetrics(make);
    this.#forwards = new ForwardMetrics(make, this.#missed);
    this.#ask(make);
  }

  #ask(make: MakeMetrics): void {
    const { status, holding, dryRun } = this.#terms;
    make.gauge({ name: 'dry_run', help: '1 where nothing is sent, else 0' }).set(dryRun ? 1 : 0);
    make.asked(
      { name: 'payments_under_way', help: 'Payments that may still move money' },
      () => status().underWay.length,
    );
    make.asked(
      { name: 'belief_corridors', help: 'Directed pairs of nodes of which something is known' },
      () => status().corridors,
    );
    make.asked({ name: 'forwards_held', help: 'Forwards that wait now' }, holding);
    new Gauge({
      name: 'ballast_budget_left_sat',
      help: 'What may still be paid in fees, where there is a limit',
      labelNames: ['span'],
      registers: [this.#registry],
      collect() {
        const { ever, perDay } = status().leftMsat;
        this.reset();
        if (ever !== null) this.set({ span: 'ever' }, sat(ever));
        if (perDay !== null) this.set({ span: 'day' }, sat(perDay));
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  metrics(): Promise<string> {
    return this.#registry.metrics();
  }

  health(): { readonly ok: boolean; readonly [name: string]: unknown } {
    const plannedAtMs = this.#plannedAtMs;
    const failed = this.#failed;
    return {
      ok: failed === undefined,
      lastPlanSecondsAgo:
        plannedAtMs === undefined ? null : Math.round(seconds(this.#terms.now() - plannedAtMs)),
      failedRounds: failed?.failures ?? 0,
      reason: failed?.message ?? null,
    };
  }

  see(event: OperatorEvent): void {
    switch (event.kind) {
      case 'planned':
        this.#failed = undefined;
        this.#plannedAtMs = event.atMs;
        this.#rounds.inc({ result: 'planned' });
        this.#planSeconds.observe(seconds(event.durationMs));
        this.#lastPlan.set(seconds(event.atMs));
        this.#moves.seeChannels(event.plan);
        return;
      case 'round_failed':
        this.#failed = event;
        this.#rounds.inc({ result: 'failed' });
        return;
      case 'progress':
        this.#moves.seeProgress(event.event);
        return;
      case 'move_ended':
      case 'resumed_ended':
        this.#moves.seeEnd(event.report);
        return;
      case 'move_broke_off':
        this.#moves.seeBreakOff();
        return;
      case 'shortage':
        this.#moves.seeShortage(event.channelId);
        return;
      case 'just_in_time':
        this.#forwards.see(event.event);
        return;
      case 'just_in_time_failed':
        this.#forwards.seeBreakOff();
        return;
      case 'events_missed':
        this.#missed.inc(event.count);
        return;
      case 'resumed':
      case 'move_started':
      case 'waiting':
        return;
    }
  }
}
