/**
 * A node and a network that do whatever they may, drawn from a seed. They keep the truth about each payment and each
 * invoice; the machine only hears of it.
 */
import type { RebalanceCommand, RebalanceInput } from '../../src/executor/rebalance-state.ts';
import { Failure } from '../../src/generated/messages/failure.ts';
import type {
  AttemptRecord,
  CancelInvoiceOutcome,
  InvoiceArrival,
  PaymentRecord,
  SendOutcome,
  TrackUpdate,
} from '../../src/ports.ts';
import type { PaymentHash } from '../../src/units/ids.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { preimageOf } from './machine-harness.ts';
import { drawArrival, drawFailure, refusedAtTheEnd } from './random-answers.ts';

export type Command<K extends RebalanceCommand['kind']> = Extract<RebalanceCommand, { kind: K }>;

/** What an attempt is in truth. */
export interface Sent {
  readonly command: Command<'send'>;
  readonly attemptId: bigint;
  /**
   * `queued`: the node has the request, and may run it at any time; `held`: it waits at our hold invoice; `lost`: it never
   * reached the node.
   */
  truth: 'queued' | 'under_way' | 'held' | 'settled' | 'failed' | 'lost';
  /** The machine has been told the truth. */
  known: boolean;
  failure: Failure;
  /** Of one that is, or was, held. */
  arrival: InvoiceArrival | null;
}

export interface Invoice {
  readonly hold: boolean;
  state: 'open' | 'canceled' | 'settled';
}

const FINAL_REFUSALS: readonly number[] = [1, 2, 5, 23];
const lost: RebalanceInput = { kind: 'track_lost', reason: 'connection lost' };

export class RandomNode {
  readonly sent: Sent[] = [];
  readonly invoices: Map<PaymentHash, Invoice> = new Map();
  /** Hashes that must not be sent again. */
  readonly spent: Set<PaymentHash> = new Set();
  readonly #random: SeededRandom;
  /** How often a question, or the answer to it, is lost. */
  readonly #loss: number;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#loss = random.pick([0.05, 0.15, 0.5]);
  }

  addSent(command: Command<'send'>, truth: Sent['truth'] = 'under_way'): void {
    this.sent.push({
      command,
      attemptId: BigInt(this.sent.length + 1),
      truth,
      known: false,
      failure: Failure.fromPartial({}),
      arrival: null,
    });
  }

  /** The attempt under way, or the last one. */
  lastOf(paymentHash: PaymentHash): Sent | undefined {
    return this.sent.findLast(({ command }) => command.request.paymentHash === paymentHash);
  }

  // ---- invoices

  addInvoice(added: RebalanceInput, hold: boolean): RebalanceInput {
    if (added.kind !== 'invoice_added') throw new Error('an invoice was to be added');
    const { paymentHash } = added;
    if (this.#random.chance(0.98)) {
      this.invoices.set(paymentHash, { hold, state: 'open' });
      return added;
    }
    if (this.#random.chance(0.5)) this.invoices.set(paymentHash, { hold, state: 'open' });
    return { kind: 'invoice_failed', reason: 'no answer' };
  }

  cancel(paymentHash: PaymentHash): RebalanceInput {
    const heard = !this.#random.chance(this.#loss);
    // An answer may be lost, and so may the question.
    const outcome: CancelInvoiceOutcome =
      heard || this.#random.chance(0.5)
        ? this.#cancelled(paymentHash)
        : { kind: 'unknown', reason: 'not asked' };
    const told = heard ? outcome : ({ kind: 'unknown', reason: 'no answer' } as const);
    return { kind: 'invoice_cancelled', paymentHash, outcome: told };
  }

  #cancelled(paymentHash: PaymentHash): CancelInvoiceOutcome {
    const invoice = this.invoices.get(paymentHash);
    if (invoice === undefined) return { kind: 'not_found' };
    if (invoice.state === 'settled') return { kind: 'already_settled' };
    invoice.state = 'canceled';
    this.spent.add(paymentHash);
    for (const sent of this.sent) {
      if (sent.truth !== 'held' || sent.command.request.paymentHash !== paymentHash) continue;
      sent.truth = 'failed';
      sent.failure = refusedAtTheEnd(sent.command.request.route);
    }
    return { kind: 'canceled' };
  }

  /** Answers nothing (`null`) as long as nothing arrives. */
  watch({ paymentHash }: Command<'watch_invoice'>): RebalanceInput | null {
    const sent = this.lastOf(paymentHash);
    if (this.#random.chance(this.#loss))
      return { kind: 'watch_lost', paymentHash, reason: 'no contact' };
    if (sent === undefined || sent.truth !== 'held') return null;
    const arrivals = sent.arrival === null ? [] : [sent.arrival];
    return { kind: 'invoice_seen', invoice: { paymentHash, state: 'accepted', arrivals } };
  }

  settle({ paymentHash }: Command<'settle_invoice'>): RebalanceInput {
    const sent = this.lastOf(paymentHash);
    const heard = !this.#random.chance(this.#loss);
    const reaches = heard || this.#random.chance(0.5);
    const held = sent?.truth === 'held';
    if (reaches && held) {
      sent.truth = 'settled';
      this.invoices.get(paymentHash)!.state = 'settled';
    }
    if (!heard) {
      return {
        kind: 'invoice_settled',
        paymentHash,
        outcome: { kind: 'unknown', reason: 'no answer' },
      };
    }
    const is = this.invoices.get(paymentHash)?.state === 'settled';
    const refused = { kind: 'not_accepted', reason: 'no HTLC' } as const;
    return { kind: 'invoice_settled', paymentHash, outcome: is ? { kind: 'settled' } : refused };
  }

  // ---- payments

  /** What the call says about the payment; `null` while it hangs. */
  send({ request }: Command<'send'>): SendOutcome | null {
    const sent = this.lastOf(request.paymentHash)!;
    const { attemptId } = sent;
    const draw = this.#random.next();
    if (draw < 0.06 && sent.truth === 'under_way') {
      sent.truth = 'lost';
      sent.known = true;
      this.spent.add(request.paymentHash);
      return { kind: 'not_sent', reason: 'payment is in transition' };
    }
    if (this.#random.chance(this.#loss)) {
      if (sent.truth === 'under_way') {
        sent.truth = this.#random.pick(['lost', 'queued', 'under_way'] as const);
      }
      return { kind: 'unknown', reason: 'connection lost' };
    }
    this.#goOn(sent);
    if (sent.truth === 'held') return null;
    sent.known = true;
    if (sent.truth === 'settled') {
      return { kind: 'settled', preimage: preimageOf(request.paymentHash), attemptId };
    }
    return { kind: 'failed', failure: sent.failure, attemptId };
  }

  track({ paymentHash }: Command<'track'>): RebalanceInput[] {
    const sent = this.lastOf(paymentHash)!;
    const told = (update: TrackUpdate): RebalanceInput => ({ kind: 'tracked', update });
    const payment = (state: PaymentRecord['state'], upTo: bigint): RebalanceInput =>
      told({
        kind: 'payment',
        payment: { paymentHash, state, valueMsat: 0n, attempts: this.#records(paymentHash, upTo) },
      });
    if (sent.truth === 'queued' && this.#random.chance(0.3)) sent.truth = 'under_way';
    if (sent.truth === 'lost' || sent.truth === 'queued') {
      if (this.#random.chance(0.3)) return [lost];
      const before = this.#records(paymentHash, sent.attemptId - 1n);
      return [
        before.length === 0 ? told({ kind: 'not_found' }) : payment('failed', sent.attemptId - 1n),
      ];
    }
    const heard: RebalanceInput[] = [];
    if (this.#random.chance(0.6)) {
      const seen = this.#random.chance(0.5) ? sent.attemptId : sent.attemptId - 1n;
      heard.push(payment('in_flight', seen));
      // A settled attempt decides, whatever the payment's own state.
      if (sent.truth === 'settled' && seen === sent.attemptId) sent.known = true;
    }
    if (this.#random.chance(this.#loss)) return [...heard, lost];
    this.#goOn(sent);
    if (sent.truth === 'held') return [...heard, lost];
    sent.known = true;
    return [...heard, payment(sent.truth === 'settled' ? 'settled' : 'failed', sent.attemptId)];
  }

  /** The caller is gone: the request may have reached the node or not. */
  cutOff({ request }: Command<'send'>): void {
    const sent = this.lastOf(request.paymentHash)!;
    if (sent.truth !== 'under_way') return;
    sent.truth = this.#random.pick(['lost', 'queued', 'under_way'] as const);
  }

  /** Only what is written down is known to the next process. */
  forgetUnless(written: (paymentHash: PaymentHash, attempt: number) => boolean): void {
    for (const sent of this.sent) {
      sent.known = written(sent.command.request.paymentHash, Number(sent.attemptId));
    }
  }

  /** What the node had queued, it runs. */
  runQueued(): void {
    for (const sent of this.sent) {
      if (sent.truth !== 'queued') continue;
      sent.truth = 'under_way';
      this.#goOn(sent, 0.7);
    }
  }

  /** The payment goes as far as it can. */
  #goOn(sent: Sent, arriving = 0.15): void {
    if (sent.truth !== 'under_way') return;
    const { paymentHash, route } = sent.command.request;
    const invoice = this.invoices.get(paymentHash)!;
    const arrives = this.#random.chance(invoice.hold ? Math.max(0.4, arriving) : arriving);
    if (arrives && invoice.state === 'open') {
      if (invoice.hold) {
        sent.truth = 'held';
        sent.arrival = drawArrival(sent.command.request, this.#random);
      } else {
        sent.truth = 'settled';
        invoice.state = 'settled';
      }
      return;
    }
    sent.truth = 'failed';
    sent.failure = drawFailure(route, this.#random);
    if (sent.failure.failureSourceIndex === route.hops.length) {
      if (FINAL_REFUSALS.includes(sent.failure.code)) this.spent.add(paymentHash);
    }
  }

  #records(paymentHash: PaymentHash, upTo: bigint): AttemptRecord[] {
    return this.sent
      .filter((sent) => sent.command.request.paymentHash === paymentHash && sent.attemptId <= upTo)
      .filter(({ truth }) => truth !== 'lost' && truth !== 'queued')
      .map((sent) => ({
        attemptId: sent.attemptId,
        state: sent.truth === 'settled' || sent.truth === 'failed' ? sent.truth : 'in_flight',
        route: sent.command.request.route,
        attemptTimeNs: sent.attemptId,
        failure: sent.truth === 'failed' ? sent.failure : null,
        preimage: null,
      }));
  }
}
