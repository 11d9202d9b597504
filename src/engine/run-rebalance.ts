/** Drives the state machine of a rebalance: performs what it asks for, and feeds back what happened. */
import { startRebalance, step } from '../executor/rebalance-machine.ts';
import type { RebalanceEvent, RebalanceReport } from '../executor/rebalance-report.ts';
import type {
  RebalanceCommand,
  RebalanceInput,
  RebalanceState,
} from '../executor/rebalance-state.ts';
import type { RebalanceTerms } from '../executor/rebalance-terms.ts';
import type { PaymentHash } from '../units/ids.ts';
import { answerCommand, type EngineParts, messageOf } from './answer-command.ts';
import { Inbox } from './inbox.ts';

export interface RunOptions {
  /** Milliseconds from now. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: RebalanceEvent) => void;
}

/**
 * One rebalance from its terms to its report. If the call of a payment that the report calls in flight comes back
 * later, its outcome still goes into the journal.
 *
 * Rejects where engine and machine disagree, which is a fault of Ballast; open invoices are cancelled then as far as
 * possible.
 */
export function runRebalance(
  terms: RebalanceTerms,
  parts: EngineParts,
  options: RunOptions,
): Promise<RebalanceReport> {
  return new RebalanceRun(terms, parts, options).start();
}

/** A fault of our own making among the inputs, to be thrown by the loop. */
type Delivery = RebalanceInput | { readonly kind: 'fault'; readonly error: unknown };

class RebalanceRun {
  readonly #terms: RebalanceTerms;
  readonly #parts: EngineParts;
  readonly #options: RunOptions;
  readonly #inbox = new Inbox<Delivery>();
  readonly #report = Promise.withResolvers<RebalanceReport>();
  /** Ends timers and pauses once the report is out. */
  readonly #over = new AbortController();
  #tracker: AbortController | undefined;
  #graceStarted = false;

  constructor(terms: RebalanceTerms, parts: EngineParts, options: RunOptions) {
    this.#terms = terms;
    this.#parts = parts;
    this.#options = options;
  }

  start(): Promise<RebalanceReport> {
    this.#loop().catch((error: unknown) => this.#report.reject(error));
    return this.#report.promise;
  }

  async #loop(): Promise<void> {
    const { clock, log } = this.#parts;
    const { rebalanceId } = this.#terms;
    this.#watchForStop();
    let { state, commands } = startRebalance(this.#terms, clock.now());
    try {
      for (;;) {
        if (state.phase !== 'tracking') this.#tracker?.abort();
        for (const command of commands) this.#perform(command);
        if (state.phase === 'finished') return;
        const input = await this.#inbox.take();
        if (input.kind === 'fault') throw input.error;
        const from = state.phase;
        ({ state, commands } = step(state, input, clock.now()));
        log.debug('rebalance step', { rebalanceId, input: input.kind, from, to: state.phase });
      }
    } catch (error) {
      this.#tracker?.abort();
      this.#over.abort();
      await this.#cancelOpenInvoice(state);
      throw error;
    }
  }

  #watchForStop(): void {
    const { signal, deadlineMs } = this.#options;
    const abort = (): void => this.#inbox.put({ kind: 'stop', cause: 'aborted' });
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true, signal: this.#over.signal });
    this.#after(deadlineMs, { kind: 'stop', cause: 'deadline' });
  }

  #after(milliseconds: number, input: RebalanceInput): void {
    const over = this.#over.signal;
    void this.#parts.clock.sleep(milliseconds, over).then(() => {
      if (!over.aborted) this.#inbox.put(input);
    });
  }

  /** Starts a command; its answer comes by way of the inbox. */
  #perform(command: RebalanceCommand): void {
    switch (command.kind) {
      case 'emit':
        this.#options.onEvent(command.event);
        return;
      case 'finish':
        this.#over.abort();
        this.#report.resolve(command.report);
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
        answerCommand(command, this.#parts, this.#over.signal).then(
          (input) => this.#inbox.put(input),
          (error: unknown) => this.#inbox.put({ kind: 'fault', error }),
        );
    }
  }

  /** Follows the payment until its stream says something final, or ends; replaces a tracker that still runs. */
  async #track(command: Extract<RebalanceCommand, { kind: 'track' }>): Promise<void> {
    this.#tracker?.abort();
    const tracker = new AbortController();
    this.#tracker = tracker;
    const { signal } = tracker;
    const tell = (input: RebalanceInput): void => {
      if (!signal.aborted) this.#inbox.put(input);
    };
    if (command.delayMs > 0) await this.#parts.clock.sleep(command.delayMs, signal);
    if (signal.aborted) return;
    try {
      for await (const update of this.#parts.node.trackPayment(command.paymentHash, { signal })) {
        tell({ kind: 'tracked', update });
        if (signal.aborted || update.kind === 'not_found') return;
        if (update.payment.state !== 'in_flight') return;
      }
      tell({ kind: 'track_lost', reason: 'the node ended the stream before the payment ended' });
    } catch (error) {
      tell({ kind: 'track_lost', reason: messageOf(error) });
    }
  }

  async #cancelOpenInvoice(state: RebalanceState): Promise<void> {
    const paymentHash = openInvoice(state);
    if (paymentHash === undefined) return;
    const { rebalanceId } = this.#terms;
    try {
      const outcome = await this.#parts.node.cancelInvoice(paymentHash);
      this.#parts.log.warn('a rebalance broke off', {
        rebalanceId,
        paymentHash,
        invoice: outcome.kind,
      });
    } catch (error) {
      const reason = messageOf(error);
      this.#parts.log.warn('a rebalance broke off and left an invoice', {
        rebalanceId,
        paymentHash,
        reason,
      });
    }
  }
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
    case 'detached':
      return state.run.invoice?.paymentHash;
  }
}
