/** Drives the state machine of a rebalance: performs what it asks for, and feeds back what happened. */
import { claimOf } from '../executor/claims.ts';
import { mayMoveMoney, openInvoice, paymentUnderWay } from '../executor/open-ends.ts';
import { step } from '../executor/rebalance-machine.ts';
import type { RebalanceEvent, RebalanceReport } from '../executor/rebalance-report.ts';
import type {
  RebalanceCommand,
  RebalanceInput,
  RebalanceState,
  Step,
} from '../executor/rebalance-state.ts';
import type { PaymentHash } from '../units/ids.ts';
import { answerCommand, type EngineParts } from './answer-command.ts';
import { asked, messageOf } from './asked.ts';
import { cleanUp } from './clean-up.ts';
import { findRoute } from './find-route.ts';
import { Inbox } from './inbox.ts';
import { isClosed, type NodeClosed, NodeStreams } from './node-streams.ts';
import { pause } from './pause.ts';
import { Stops } from './stops.ts';

export interface RunOptions {
  readonly rebalanceId: string;
  /** Milliseconds from now; `null`: none. */
  readonly deadlineMs: number | null;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: RebalanceEvent) => void;
}

/**
 * One rebalance from its first step to its report. A payment that the report calls in flight is followed on, and its end
 * goes into the journal, for as long as the node is not closed. Rejects where engine and machine disagree, which is a
 * fault of Ballast; open invoices are cancelled then as far as possible.
 */
export function runRebalance(
  first: Step,
  parts: EngineParts,
  options: RunOptions,
): Promise<RebalanceReport> {
  return new RebalanceRun(first, parts, options).start();
}

/** Besides inputs: a fault of our own making, to be thrown by the loop, and word that the node was closed. */
type Delivery = RebalanceInput | { readonly kind: 'fault'; readonly error: unknown } | NodeClosed;

class RebalanceRun {
  readonly #first: Step;
  readonly #parts: EngineParts;
  readonly #options: RunOptions;
  readonly #inbox = new Inbox<Delivery>();
  readonly #report = Promise.withResolvers<RebalanceReport>();
  readonly #stops: Stops;
  /** Ends pauses once nothing is waited for any more. */
  readonly #ended = new AbortController();
  readonly #streams: NodeStreams;
  /** Nobody can be asked any more. */
  #nodeClosed = false;
  #last: RebalanceReport | undefined;

  constructor(first: Step, parts: EngineParts, options: RunOptions) {
    this.#first = first;
    this.#parts = parts;
    this.#options = options;
    const { node, clock, entropy } = parts;
    const tell = (word: Delivery): void => this.#inbox.put(word);
    this.#streams = new NodeStreams({ node, clock, entropy, tell });
    const onFault = (error: unknown): void => tell({ kind: 'fault', error });
    this.#stops = new Stops({ clock, tell, onFault });
  }

  start(): Promise<RebalanceReport> {
    void this.#run();
    return this.#report.promise;
  }

  /** Never rejects: what goes wrong is the report's. */
  async #run(): Promise<void> {
    let state: RebalanceState | undefined;
    try {
      this.#stops.watch(this.#options);
      let next = this.#first;
      for (;;) {
        this.#reserve(state, next.state);
        state = next.state;
        if (state.phase !== 'tracking') this.#streams.endTracking();
        if (state.phase !== 'sending' && state.phase !== 'tracking') this.#streams.endWatching();
        for (const command of next.commands) this.#perform(command);
        if (state.phase === 'finished') return await this.#tidy();
        const delivery = await this.#inbox.take();
        if (delivery.kind === 'fault') throw delivery.error;
        if (delivery.kind === 'node_closed') this.#nodeClosed = true;
        if (this.#nodeClosed && state.run.reported) return this.#leave(state);
        next = this.#step(state, delivery);
      }
    } catch (error) {
      this.#report.reject(error);
      if (state !== undefined) await this.#breakOff(state, error);
    } finally {
      this.#stops.end();
      this.#streams.endTracking();
      this.#streams.endWatching();
      this.#ended.abort();
    }
  }

  #step(state: RebalanceState, delivery: Exclude<Delivery, { kind: 'fault' }>): Step {
    const { dates, log } = this.#parts;
    const { rebalanceId } = this.#options;
    const input: RebalanceInput =
      delivery.kind === 'node_closed' ? { kind: 'track_lost', reason: delivery.reason } : delivery;
    const next = step(state, input, dates.now());
    const [from, to] = [state.phase, next.state.phase];
    log.debug('rebalance step', { rebalanceId, input: input.kind, from, to });
    return next;
  }

  async #tidy(): Promise<void> {
    if (this.#parts.cleanUp && this.#last !== undefined) await cleanUp(this.#last, this.#parts);
  }

  /** The report is out, and nobody can be asked any more. */
  #leave(state: RebalanceState): void {
    const { rebalanceId } = this.#options;
    this.#giveUp(state);
    const [paymentHash, invoice] = [paymentUnderWay(state), openInvoice(state)];
    this.#parts.log.warn('the node was closed before all of a rebalance had ended', {
      rebalanceId,
      paymentHash,
      invoice,
    });
  }

  /** What may still move money stays held, for nobody learns of its end; the rest is free. */
  #giveUp(state: RebalanceState): void {
    const { reservations } = this.#parts;
    const { rebalanceId } = this.#options;
    if (mayMoveMoney(state)) reservations.lose(rebalanceId);
    else reservations.set(rebalanceId, null);
  }

  /** What the rebalance holds as it goes on from one state to the next. */
  #reserve(from: RebalanceState | undefined, to: RebalanceState): void {
    const { reservations } = this.#parts;
    const { rebalanceId } = this.#options;
    const isWritten = from?.phase === 'journaling_outcome' && to.phase !== from.phase;
    if (isWritten && from.outcome.kind === 'settled') {
      const { startedAtMs, durationMs } = from.live.report;
      reservations.book(claimOf(from)!, startedAtMs + durationMs);
    }
    // While it searches, the search itself claims what it finds.
    if (to.phase !== 'searching' || from?.phase !== 'searching') {
      reservations.set(rebalanceId, claimOf(to));
    }
  }

  /** Starts a command; its answer comes by way of the inbox. */
  #perform(command: RebalanceCommand): void {
    switch (command.kind) {
      case 'emit':
        this.#options.onEvent(command.event);
        return;
      case 'observe':
        this.#parts.beliefs.observe(command);
        return;
      case 'finish':
        this.#finish(command.report);
        return;
      case 'start_grace':
        this.#stops.startGrace(this.#parts.graceMs);
        return;
      case 'track':
        void this.#streams.track(command);
        return;
      case 'watch_invoice':
        void this.#streams.watch(command);
        return;
      case 'cancel_invoice':
        void this.#cancel(command);
        return;
      case 'find_route':
        this.#answer(this.#findRoute(command));
        return;
      case 'draw_secret':
      case 'commit':
      case 'add_invoice':
      case 'send':
      case 'settle_invoice':
      case 'find_arrival':
        this.#answer(answerCommand(command, this.#parts, this.#ended.signal));
    }
  }

  #answer(answer: Promise<RebalanceInput>): void {
    answer.then(
      (input) => this.#inbox.put(input),
      (error: unknown) => this.#inbox.put({ kind: 'fault', error }),
    );
  }

  #findRoute(command: Extract<RebalanceCommand, { kind: 'find_route' }>): Promise<RebalanceInput> {
    const { rebalanceId, onEvent } = this.#options;
    const { stopped } = this.#stops;
    const onWaiting = (payments: readonly PaymentHash[]): void =>
      onEvent({ kind: 'waiting', payments });
    return findRoute({ rebalanceId, command, stopped, onWaiting }, this.#parts);
  }

  #finish(report: RebalanceReport): void {
    this.#last = report;
    if (this.#stops.ended) {
      const { rebalanceId, outcome, feePaidMsat } = report;
      const end = outcome.kind;
      this.#parts.log.info('a payment reported as in flight has ended', {
        rebalanceId,
        end,
        feePaidMsat,
      });
    }
    this.#stops.end();
    this.#report.resolve(report);
  }

  async #cancel(command: Extract<RebalanceCommand, { kind: 'cancel_invoice' }>): Promise<void> {
    const { node, clock, entropy } = this.#parts;
    const { paymentHash, delayMs } = command;
    const ended = this.#ended.signal;
    try {
      await pause(delayMs, { clock, entropy, signal: ended });
      if (ended.aborted) return;
      const outcome = await asked(() => node.cancelInvoice(paymentHash));
      this.#inbox.put({ kind: 'invoice_cancelled', paymentHash, outcome });
    } catch (error) {
      if (isClosed(error)) this.#nodeClosed = true;
      const outcome = { kind: 'unknown', reason: messageOf(error) } as const;
      this.#inbox.put({ kind: 'invoice_cancelled', paymentHash, outcome });
    }
  }

  /** A fault of our own: nothing more is sent, and what is open is cancelled as far as possible. */
  async #breakOff(state: RebalanceState, error: unknown): Promise<void> {
    const { node, log } = this.#parts;
    const { rebalanceId } = this.#options;
    const paymentHash = openInvoice(state);
    this.#giveUp(state);
    log.warn('a rebalance broke off', { rebalanceId, paymentHash, fault: messageOf(error) });
    if (paymentHash === undefined) return;
    const invoice = await asked(() => node.cancelInvoice(paymentHash)).then(
      (outcome) => outcome.kind,
      messageOf,
    );
    log.info('its invoice was taken back', { rebalanceId, paymentHash, invoice });
  }
}
