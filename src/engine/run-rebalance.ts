/** Drives the state machine of a rebalance: performs what it asks for, and feeds back what happened. */
import { startRebalance, step } from '../executor/rebalance-machine.ts';
import type { RebalanceEvent, RebalanceReport } from '../executor/rebalance-report.ts';
import type {
  RebalanceCommand,
  RebalanceInput,
  RebalanceState,
  Step,
} from '../executor/rebalance-state.ts';
import type { RebalanceTerms } from '../executor/rebalance-terms.ts';
import type { PaymentHash } from '../units/ids.ts';
import { answerCommand, asked, type EngineParts, messageOf } from './answer-command.ts';
import { Inbox } from './inbox.ts';

export interface RunOptions {
  /** Milliseconds from now. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: RebalanceEvent) => void;
}

export interface RunningRebalance {
  /**
   * Rejects where engine and machine disagree, which is a fault of Ballast; open invoices are cancelled then as far as
   * possible.
   */
  readonly report: Promise<RebalanceReport>;
  /**
   * Comes when no payment of this rebalance is followed any more: `null` once every end is known, otherwise the hash of
   * the payment that is left unresolved. Never rejects.
   */
  readonly left: Promise<PaymentHash | null>;
}

/**
 * One rebalance from its terms to its report. A payment that the report calls in flight is followed on, and its end
 * goes into the journal, for as long as the node is not closed.
 */
export function runRebalance(
  terms: RebalanceTerms,
  parts: EngineParts,
  options: RunOptions,
): RunningRebalance {
  return new RebalanceRun(terms, parts, options).start();
}

/** Besides inputs: a fault of our own making, to be thrown by the loop, and word that the node was closed. */
type Delivery =
  | RebalanceInput
  | { readonly kind: 'fault'; readonly error: unknown }
  | { readonly kind: 'node_closed'; readonly reason: string };

class RebalanceRun {
  readonly #terms: RebalanceTerms;
  readonly #parts: EngineParts;
  readonly #options: RunOptions;
  readonly #inbox = new Inbox<Delivery>();
  readonly #report = Promise.withResolvers<RebalanceReport>();
  /** Ends the timers of deadline and grace once the report is out. */
  readonly #reported = new AbortController();
  /** Ends pauses once nothing is waited for any more. */
  readonly #ended = new AbortController();
  #tracker: AbortController | undefined;
  #graceStarted = false;

  constructor(terms: RebalanceTerms, parts: EngineParts, options: RunOptions) {
    this.#terms = terms;
    this.#parts = parts;
    this.#options = options;
  }

  start(): RunningRebalance {
    return { report: this.#report.promise, left: this.#run() };
  }

  async #run(): Promise<PaymentHash | null> {
    let state: RebalanceState | undefined;
    try {
      this.#watchForStop();
      let next = startRebalance(this.#terms, this.#parts.clock.now());
      for (;;) {
        state = next.state;
        if (state.phase !== 'tracking') this.#tracker?.abort();
        for (const command of next.commands) this.#perform(command);
        if (state.phase === 'finished') return null;
        const delivery = await this.#inbox.take();
        if (delivery.kind === 'fault') throw delivery.error;
        if (delivery.kind === 'node_closed' && state.run.reported) return this.#leave(state);
        next = this.#step(state, delivery);
      }
    } catch (error) {
      this.#report.reject(error);
      if (state !== undefined) await this.#breakOff(state, error);
      return state === undefined ? null : paymentUnderWay(state);
    } finally {
      this.#tracker?.abort();
      this.#reported.abort();
      this.#ended.abort();
    }
  }

  #step(state: RebalanceState, delivery: Exclude<Delivery, { kind: 'fault' }>): Step {
    const { clock, log } = this.#parts;
    const { rebalanceId } = this.#terms;
    const input: RebalanceInput =
      delivery.kind === 'node_closed' ? { kind: 'track_lost', reason: delivery.reason } : delivery;
    const next = step(state, input, clock.now());
    const [from, to] = [state.phase, next.state.phase];
    log.debug('rebalance step', { rebalanceId, input: input.kind, from, to });
    return next;
  }

  /** The report is out, and nobody can be asked any more. */
  #leave(state: RebalanceState): PaymentHash | null {
    const paymentHash = paymentUnderWay(state);
    const { rebalanceId } = this.#terms;
    this.#parts.log.warn('the node was closed with a payment under way', {
      rebalanceId,
      paymentHash,
    });
    return paymentHash;
  }

  #watchForStop(): void {
    const { signal, deadlineMs } = this.#options;
    const abort = (): void => this.#inbox.put({ kind: 'stop', cause: 'aborted' });
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true, signal: this.#reported.signal });
    this.#after(deadlineMs, { kind: 'stop', cause: 'deadline' });
  }

  #after(milliseconds: number, input: RebalanceInput): void {
    const reported = this.#reported.signal;
    this.#parts.clock.sleep(milliseconds, reported).then(
      () => {
        if (!reported.aborted) this.#inbox.put(input);
      },
      (error: unknown) => this.#inbox.put({ kind: 'fault', error }),
    );
  }

  /** Starts a command; its answer comes by way of the inbox. */
  #perform(command: RebalanceCommand): void {
    switch (command.kind) {
      case 'emit':
        this.#options.onEvent(command.event);
        return;
      case 'finish':
        this.#finish(command.report);
        return;
      case 'start_grace':
        if (!this.#graceStarted) this.#after(this.#parts.graceMs, { kind: 'grace_over' });
        this.#graceStarted = true;
        return;
      case 'track':
        void this.#track(command);
        return;
      case 'find_route':
      case 'draw_secret':
      case 'commit':
      case 'add_invoice':
      case 'send':
      case 'cancel_invoice':
      case 'find_arrival':
        answerCommand(command, this.#parts, this.#ended.signal).then(
          (input) => this.#inbox.put(input),
          (error: unknown) => this.#inbox.put({ kind: 'fault', error }),
        );
    }
  }

  #finish(report: RebalanceReport): void {
    if (this.#reported.signal.aborted) {
      const { rebalanceId, outcome, feePaidMsat } = report;
      const end = outcome.kind;
      this.#parts.log.info('a payment reported as in flight has ended', {
        rebalanceId,
        end,
        feePaidMsat,
      });
    }
    this.#reported.abort();
    this.#report.resolve(report);
  }

  /** Follows the payment until its stream says something final, or ends; replaces a tracker that still runs. */
  async #track(command: Extract<RebalanceCommand, { kind: 'track' }>): Promise<void> {
    this.#tracker?.abort();
    const tracker = new AbortController();
    this.#tracker = tracker;
    const { signal } = tracker;
    const tell = (delivery: Delivery): void => {
      if (!signal.aborted) this.#inbox.put(delivery);
    };
    try {
      if (command.delayMs > 0) await this.#parts.clock.sleep(command.delayMs, signal);
      if (signal.aborted) return;
      for await (const update of this.#parts.node.trackPayment(command.paymentHash, { signal })) {
        tell({ kind: 'tracked', update });
        if (signal.aborted || update.kind === 'not_found') return;
        if (update.payment.state !== 'in_flight') return;
      }
      tell({ kind: 'track_lost', reason: 'the node ended the stream before the payment ended' });
    } catch (error) {
      tell({ kind: isClosed(error) ? 'node_closed' : 'track_lost', reason: messageOf(error) });
    }
  }

  /** A fault of our own: nothing more is sent, and what is open is cancelled as far as possible. */
  async #breakOff(state: RebalanceState, error: unknown): Promise<void> {
    const { node, log } = this.#parts;
    const { rebalanceId } = this.#terms;
    const paymentHash = openInvoice(state);
    log.warn('a rebalance broke off', { rebalanceId, paymentHash, fault: messageOf(error) });
    if (paymentHash === undefined) return;
    const invoice = await asked(() => node.cancelInvoice(paymentHash)).then(
      (outcome) => outcome.kind,
      messageOf,
    );
    log.info('its invoice was taken back', { rebalanceId, paymentHash, invoice });
  }
}

/** What `LightningNode.close` promises of calls after it. */
const isClosed = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'closed';

/** Hash of the payment that may be under way in this state. */
function paymentUnderWay(state: RebalanceState): PaymentHash | null {
  return state.phase === 'sending' || state.phase === 'tracking' ? state.live.paymentHash : null;
}

/** Hash of an invoice that may be open in this state. */
function openInvoice(state: RebalanceState): PaymentHash | undefined {
  switch (state.phase) {
    case 'finished':
      return undefined;
    case 'journaling_invoice':
    case 'adding_invoice':
      return state.secret.paymentHash;
    case 'cancelling':
      return state.paymentHash;
    case 'searching':
    case 'drawing_secret':
    case 'journaling_intent':
    case 'sending':
    case 'tracking':
    case 'journaling_outcome':
    case 'looking_up':
    case 'journaling_end':
      return state.run.invoice?.paymentHash;
  }
}
