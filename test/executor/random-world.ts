/**
 * A node, a store and a network that do whatever they may, drawn from a seed, and the rules that no sequence of it
 * may make the machine break. The world keeps the truth about each payment; the machine only hears of it.
 */
import { expect } from 'vitest';
import type { RebalanceReport } from '../../src/executor/rebalance-report.ts';
import type { RebalanceCommand, RebalanceInput } from '../../src/executor/rebalance-state.ts';
import { feeLimit, type RebalanceTerms } from '../../src/executor/rebalance-terms.ts';
import {
  ChannelUpdate,
  Failure,
  Failure_FailureCode,
} from '../../src/generated/messages/failure.ts';
import type { AttemptRecord, PaymentRecord, SendOutcome, TrackUpdate } from '../../src/ports.ts';
import { bytesToHex } from '../../src/units/bytes.ts';
import type { PaymentHash } from '../../src/units/ids.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { BLOCK_HEIGHT } from './circle-network.ts';
import { MachineHarness, preimageOf } from './machine-harness.ts';

type Send = Extract<RebalanceCommand, { kind: 'send' }>;

/** What an attempt is in truth; `lost` ones never reached the node. */
interface Sent {
  readonly command: Send;
  readonly attemptId: bigint;
  truth: 'under_way' | 'settled' | 'failed' | 'lost';
  /** The machine has been told the truth. */
  known: boolean;
  failure: Failure;
}

const CODES = Object.values(Failure_FailureCode).filter((code) => code >= 0);
const STEPS = 2000;

export class RandomWorld {
  readonly machine: MachineHarness;
  readonly #random: SeededRandom;
  readonly #terms: RebalanceTerms;
  readonly #sent: Sent[] = [];
  readonly #invoices = new Map<PaymentHash, 'open' | 'canceled' | 'settled'>();
  readonly #cancelAsked = new Set<PaymentHash>();
  /** Hashes that must not be sent again. */
  readonly #spent = new Set<PaymentHash>();
  #checked = 0;

  constructor(terms: RebalanceTerms, random: SeededRandom) {
    this.#terms = terms;
    this.#random = random;
    this.machine = new MachineHarness(terms);
    this.#check();
  }

  /** Runs to the end. */
  run(): void {
    const { machine } = this;
    for (let count = 0; machine.state.phase !== 'finished'; count++) {
      expect(count, 'the machine must come to an end').toBeLessThan(STEPS);
      this.#next();
      this.#check();
    }
    this.#checkEnd();
  }

  #next(): void {
    const { machine } = this;
    if (this.#random.chance(0.01)) {
      machine.give({ kind: 'stop', cause: this.#random.pick(['deadline', 'aborted'] as const) });
      return;
    }
    // Calls come back in any order, and a payment under way may take its time.
    const [at, command] = this.#random.pick([...machine.pending.entries()]);
    if (command.kind === 'send' && machine.pending.length > 1 && this.#random.chance(0.7)) return;
    machine.pending.splice(at, 1);
    for (const input of this.#answers(command)) machine.give(input);
  }

  #answers(command: RebalanceCommand): RebalanceInput[] {
    const { machine } = this;
    switch (command.kind) {
      case 'commit':
        if (this.#random.chance(0.01)) return [{ kind: 'commit_failed', reason: 'disk full' }];
        return [machine.honestAnswer(command)!];
      case 'find_route':
        if (this.#random.chance(0.01)) {
          return [{ kind: 'search_failed', fault: 'node', reason: 'no answer' }];
        }
        return [machine.honestAnswer(command)!];
      case 'add_invoice': {
        const added = machine.honestAnswer(command)!;
        if (added.kind === 'invoice_added') this.#invoices.set(added.paymentHash, 'open');
        return this.#random.chance(0.02)
          ? [{ kind: 'invoice_failed', reason: 'no answer' }]
          : [added];
      }
      case 'cancel_invoice':
        return [this.#cancel(command.paymentHash)];
      case 'send':
        return [{ kind: 'sent', outcome: this.#resolve(this.#sent.at(-1)!) }];
      case 'track':
        return this.#track(this.#sent.at(-1)!);
      case 'settle_invoice':
      case 'watch_invoice':
        throw new Error('no hold invoice was asked for');
      case 'start_grace':
        return [{ kind: 'grace_over' }];
      case 'draw_secret':
      case 'find_arrival':
      case 'emit':
      case 'finish':
        return [machine.honestAnswer(command)!];
    }
  }

  #cancel(paymentHash: PaymentHash): RebalanceInput {
    const answer = (kind: 'canceled' | 'already_settled' | 'not_found'): RebalanceInput => ({
      kind: 'invoice_cancelled',
      paymentHash,
      outcome: { kind },
    });
    if (this.#random.chance(0.15)) {
      const outcome = { kind: 'unknown', reason: 'no answer' } as const;
      return { kind: 'invoice_cancelled', paymentHash, outcome };
    }
    const state = this.#invoices.get(paymentHash);
    if (state === undefined) return answer('not_found');
    if (state === 'settled') return answer('already_settled');
    this.#invoices.set(paymentHash, 'canceled');
    this.#spent.add(paymentHash);
    return answer('canceled');
  }

  /** Decides what becomes of the payment, and what the call says about it. */
  #resolve(sent: Sent): SendOutcome {
    const { attemptId } = sent;
    const draw = this.#random.next();
    if (draw < 0.08) {
      sent.truth = 'lost';
      sent.known = true;
      this.#spent.add(sent.command.request.paymentHash);
      return { kind: 'not_sent', reason: 'payment is in transition' };
    }
    if (draw < 0.3) {
      if (draw < 0.12) sent.truth = 'lost';
      return { kind: 'unknown', reason: 'connection lost' };
    }
    this.#decide(sent);
    sent.known = true;
    if (sent.truth === 'settled')
      return {
        kind: 'settled',
        preimage: preimageOf(sent.command.request.paymentHash),
        attemptId,
      };
    return { kind: 'failed', failure: sent.failure, attemptId };
  }

  #decide(sent: Sent): void {
    if (sent.truth !== 'under_way') return;
    const { paymentHash, route } = sent.command.request;
    const open = this.#invoices.get(paymentHash) === 'open';
    sent.truth = open && this.#random.chance(0.15) ? 'settled' : 'failed';
    if (sent.truth === 'settled') this.#invoices.set(paymentHash, 'settled');
    const hop = this.#random.pick(route.hops);
    const withUpdate = this.#random.chance(0.5);
    sent.failure = Failure.fromPartial({
      code: this.#random.pick(CODES),
      failureSourceIndex: this.#random.between(0, route.hops.length),
      ...(withUpdate ? { channelUpdate: this.#update(hop.chanId) } : {}),
    });
    if (sent.truth === 'failed' && sent.failure.failureSourceIndex === route.hops.length) {
      const refusals: readonly number[] = [1, 2, 5, 23];
      if (refusals.includes(sent.failure.code)) this.#spent.add(paymentHash);
    }
  }

  #update(chanId: string): ChannelUpdate {
    return ChannelUpdate.fromPartial({
      chanId,
      channelFlags: this.#random.between(0, 3),
      timeLockDelta: this.#random.between(0, 200),
      feeRate: this.#random.pick([0, 100, 101, 400, 5000]),
      baseFee: this.#random.pick([0, 1000]),
      messageFlags: this.#random.between(0, 1),
      htlcMaximumMsat: BigInt(this.#random.pick([1_000, 999_999_999, 2_000_000_000])),
    });
  }

  #track(sent: Sent): RebalanceInput[] {
    const heard: RebalanceInput[] = [];
    const { paymentHash } = sent.command.request;
    const told = (update: TrackUpdate): RebalanceInput => ({ kind: 'tracked', update });
    if (sent.truth === 'lost') {
      const before = this.#records(paymentHash, sent.attemptId - 1n);
      const update: TrackUpdate =
        before.length === 0
          ? { kind: 'not_found' }
          : { kind: 'payment', payment: this.#payment(paymentHash, 'failed', before) };
      return [this.#random.chance(0.3) ? lost : told(update)];
    }
    if (this.#random.chance(0.6)) {
      const seen = this.#random.chance(0.5) ? sent.attemptId : sent.attemptId - 1n;
      const attempts = this.#records(paymentHash, seen);
      heard.push(
        told({ kind: 'payment', payment: this.#payment(paymentHash, 'in_flight', attempts) }),
      );
    }
    if (this.#random.chance(0.4)) return [...heard, lost];
    this.#decide(sent);
    sent.known = true;
    const state = sent.truth === 'settled' ? 'settled' : 'failed';
    const attempts = this.#records(paymentHash, sent.attemptId);
    return [
      ...heard,
      told({ kind: 'payment', payment: this.#payment(paymentHash, state, attempts) }),
    ];
  }

  #payment(
    paymentHash: PaymentHash,
    state: PaymentRecord['state'],
    attempts: readonly AttemptRecord[],
  ): PaymentRecord {
    return { paymentHash, state, valueMsat: 0n, attempts };
  }

  #records(paymentHash: PaymentHash, upTo: bigint): AttemptRecord[] {
    return this.#sent
      .filter((sent) => sent.command.request.paymentHash === paymentHash && sent.attemptId <= upTo)
      .filter((sent) => sent.truth !== 'lost')
      .map((sent) => ({
        attemptId: sent.attemptId,
        state: sent.truth === 'under_way' || sent.truth === 'lost' ? 'in_flight' : sent.truth,
        route: sent.command.request.route,
        attemptTimeNs: sent.attemptId,
        failure: sent.truth === 'failed' ? sent.failure : null,
        preimage: null,
      }));
  }

  // ---- the rules

  /** Looks at the commands that are new. */
  #check(): void {
    const { commands } = this.machine;
    this.#checkTakingBack();
    for (; this.#checked < commands.length; this.#checked++) {
      const command = commands[this.#checked]!;
      if (command.kind === 'send') this.#checkSend(command);
      if (command.kind === 'finish') this.#checkReport(command.report);
      if (command.kind === 'cancel_invoice') this.#cancelAsked.add(command.paymentHash);
      if (command.kind === 'add_invoice') {
        const preimage = bytesToHex(command.request.preimage);
        const written = this.machine.journal.some(
          (record) => record.kind === 'invoice' && bytesToHex(record.preimage) === preimage,
        );
        expect(written, 'the preimage is written down before the invoice exists').toBe(true);
      }
    }
  }

  /** After a stop the node is asked to cancel the invoice until it tells what became of it. */
  #checkTakingBack(): void {
    const { state, pending } = this.machine;
    if (state.phase !== 'sending' && state.phase !== 'tracking') return;
    const { invoice } = state.live;
    if (state.run.stop === null || invoice === 'canceled' || invoice === 'settled') return;
    const waiting = pending.map((command) => command.kind);
    if (state.phase === 'tracking' && state.notFound && waiting.includes('track')) return;
    expect(waiting, 'an invoice that may still be paid is taken back').toContain('cancel_invoice');
  }

  #checkReport({ outcome }: RebalanceReport): void {
    const underWay = this.#sent.some((sent) => !sent.known && sent.truth !== 'lost');
    if (underWay) expect(outcome.kind, 'what is under way is reported so').toBe('in_flight');
  }

  #checkSend(command: Send): void {
    const { paymentHash, route } = command.request;
    const { journal } = this.machine;
    expect(this.machine.report, 'nothing is sent after the report').toBeUndefined();
    for (const sent of this.#sent) {
      expect(sent.known || sent.truth === 'lost', 'no attempt while another may be under way').toBe(
        true,
      );
      expect(sent.truth, 'no attempt after a success').not.toBe('settled');
    }
    const number = this.#sent.length + 1;
    expect(number, 'attempts stay within their limit').toBeLessThanOrEqual(this.#terms.maxAttempts);
    const last = journal.at(-1);
    expect(last, 'the intent is written down before it is sent').toMatchObject({
      kind: 'intent',
      attempt: number,
      paymentHash,
      route,
    });
    const outcomes = journal.filter((record) => record.kind === 'outcome');
    expect(outcomes, 'each outcome is written down before the next attempt').toHaveLength(
      number - 1,
    );
    expect(this.#spent.has(paymentHash), 'a spent hash is not used again').toBe(false);
    expect(this.#invoices.get(paymentHash)).toBe('open');
    const amountMsat = route.hops.at(-1)!.amtToForwardMsat;
    expect(amountMsat).toBeGreaterThanOrEqual(this.#terms.minAmountMsat);
    expect(amountMsat).toBeLessThanOrEqual(this.#terms.amountMsat);
    expect(route.totalAmtMsat - amountMsat).toBeLessThanOrEqual(feeLimit(this.#terms, amountMsat));
    expect(route.totalTimeLock - BLOCK_HEIGHT).toBeLessThanOrEqual(this.#terms.maxCltvBlocks);
    this.#sent.push({
      command,
      attemptId: BigInt(number),
      truth: 'under_way',
      known: false,
      failure: Failure.fromPartial({}),
    });
  }

  #checkEnd(): void {
    const { report, afterwards, journal, state } = this.machine;
    if (report === undefined) throw new Error('the machine ended without a report');
    expect(state.phase).toBe('finished');
    expect(afterwards !== undefined, 'what was under way is followed to its end').toBe(
      report.outcome.kind === 'in_flight',
    );
    const settled = this.#sent.find((sent) => sent.truth === 'settled' && sent.known);
    if (afterwards !== undefined) {
      expect(afterwards.outcome.kind === 'settled').toBe(settled !== undefined);
      expect(afterwards.movedMsat > 0n).toBe(settled !== undefined);
    }
    const { outcome } = report;
    if (settled !== undefined && outcome.kind !== 'in_flight') expect(outcome.kind).toBe('settled');
    if (outcome.kind === 'settled') {
      const { route } = settled!.command.request;
      expect(report.movedMsat + report.feePaidMsat).toBe(route.totalAmtMsat);
    } else {
      expect(report.movedMsat).toBe(0n);
      expect(report.feePaidMsat).toBe(0n);
    }
    for (const [paymentHash, state] of this.#invoices) {
      const told = report.invoices.find((invoice) => invoice.paymentHash === paymentHash);
      expect(told, 'each invoice is accounted for').toBeDefined();
      if (told?.state === 'settled') expect(state).toBe('settled');
      else expect(this.#cancelAsked.has(paymentHash), 'an unpaid invoice is cancelled').toBe(true);
      if (told?.state === 'canceled') expect(state).toBe('canceled');
    }
    const written = (kind: string): number =>
      journal.filter((record) => record.kind === kind).length;
    expect(report.attempts).toHaveLength(written('intent'));
    const { notes } = afterwards ?? report;
    if (notes.some((note) => note.includes('journal'))) return;
    expect(written('outcome'), 'each attempt has its outcome in the journal').toBe(
      written('intent'),
    );
    expect(written('end')).toBe(written('invoice') > 0 ? 1 : 0);
  }
}

const lost: RebalanceInput = { kind: 'track_lost', reason: 'connection lost' };
