/** What no sequence of answers may make the machine do, checked from what it asks for against what is true. */
import { expect } from 'vitest';
import type { RebalanceReport } from '../../src/executor/rebalance-report.ts';
import { feeLimit, type RebalanceTerms } from '../../src/executor/rebalance-terms.ts';
import { bytesToHex } from '../../src/units/bytes.ts';
import type { PaymentHash } from '../../src/units/ids.ts';
import { BLOCK_HEIGHT, IN, OUT, OUT_2 } from './circle-network.ts';
import { type MachineHarness, preimageOf } from './machine-harness.ts';
import type { Command, RandomNode, Sent } from './random-node.ts';

export class MoneyRules {
  readonly #terms: RebalanceTerms;
  readonly #machine: MachineHarness;
  readonly #node: RandomNode;
  readonly #cancelAsked = new Set<PaymentHash>();
  readonly #isRecovered: boolean;
  #checked = 0;

  constructor(terms: RebalanceTerms, machine: MachineHarness, node: RandomNode) {
    this.#terms = terms;
    this.#machine = machine;
    this.#node = node;
    this.#isRecovered = machine.commands.every(({ kind }) => kind !== 'find_route');
  }

  /** Looks at the state, and at the commands that are new. */
  check(): void {
    const { commands } = this.#machine;
    for (; this.#checked < commands.length; this.#checked++) {
      const command = commands[this.#checked]!;
      if (command.kind === 'send') this.#checkSend(command);
      if (command.kind === 'finish') this.#checkReport(command.report);
      if (command.kind === 'cancel_invoice') this.#cancelAsked.add(command.paymentHash);
      if (command.kind === 'settle_invoice') this.#checkSettle(command);
      if (command.kind === 'add_invoice') this.#checkInvoice(command);
      if (command.kind === 'commit') this.#checkNotSent(command);
    }
    this.#checkTakingBack();
    this.#checkHeld();
  }

  /** After a stop the node is asked to cancel the invoice until it tells what became of it. */
  #checkTakingBack(): void {
    const { state } = this.#machine;
    if (state.phase !== 'sending' && state.phase !== 'tracking') return;
    const { invoice } = state.live;
    if (state.run.stop === null || invoice === 'canceled' || invoice === 'settled') return;
    this.#expectPending('cancel_invoice', 'an invoice that may still be paid is taken back');
  }

  /** What waits at our own invoice locks the whole circle. */
  #checkHeld(): void {
    const { state } = this.#machine;
    if (state.phase !== 'sending' && state.phase !== 'tracking') return;
    const { hold, paymentHash } = state.live;
    if (hold === null || this.#node.lastOf(paymentHash)?.truth !== 'held') return;
    const by = hold.kind === 'waiting' ? 'watch_invoice' : 'settle_invoice';
    const taken = hold.kind === 'rejecting' || this.#cancelAsked.has(paymentHash);
    this.#expectPending(taken ? 'cancel_invoice' : by, 'a held arrival is settled or given back');
  }

  #expectPending(kind: string, rule: string): void {
    const { state, pending } = this.#machine;
    const waiting = pending.map((command) => command.kind);
    // It is asked on after the next look for a payment that the node did not know.
    if (state.phase === 'tracking' && state.notFound && waiting.includes('track')) return;
    expect(waiting, rule).toContain(kind);
  }

  #checkInvoice({ request, hold }: Command<'add_invoice'>): void {
    const preimage = bytesToHex(request.preimage);
    const written = this.#machine.journal.some(
      (record) => record.kind === 'invoice' && bytesToHex(record.preimage) === preimage,
    );
    expect(written, 'the preimage is written down before the invoice exists').toBe(true);
    expect(hold).toBe(this.#terms.arrival === 'strict');
  }

  /** What the node has queued may run yet: it must find a cancelled invoice. */
  #checkNotSent({ batch }: Command<'commit'>): void {
    for (const record of batch) {
      if (record.kind !== 'outcome' || record.outcome.kind !== 'not_sent') continue;
      const { paymentHash } = record;
      if (this.#node.lastOf(paymentHash)?.truth !== 'queued') continue;
      expect(this.#node.invoices.get(paymentHash)?.state, 'nothing is given up early').toBe(
        'canceled',
      );
    }
  }

  #checkSettle({ paymentHash, preimage }: Command<'settle_invoice'>): void {
    const { arrival, command } = this.#node.lastOf(paymentHash)!;
    expect(preimage).toEqual(preimageOf(paymentHash));
    expect(this.#cancelAsked.has(paymentHash), 'what is given back is not settled').toBe(false);
    const last = command.request.route.hops.at(-1)!;
    expect(arrival!.channelId, 'only an arrival on the right channel is settled').toBe(IN);
    expect(arrival!.amountMsat, 'an underpaid arrival is never settled').toBe(
      last.amtToForwardMsat,
    );
    expect(arrival!.expiryHeight, 'nor one with too little time').toBe(last.expiry);
  }

  #checkReport({ outcome }: RebalanceReport): void {
    const underWay = this.#node.sent.some((sent) => !sent.known && !this.#isHarmless(sent));
    if (underWay) expect(outcome.kind, 'what is under way is reported so').toBe('in_flight');
  }

  /** It is nowhere, or can only run into a cancelled invoice. */
  #isHarmless({ truth, command }: Sent): boolean {
    if (truth === 'lost') return true;
    const invoice = this.#node.invoices.get(command.request.paymentHash);
    return (truth === 'queued' || truth === 'failed') && invoice?.state === 'canceled';
  }

  #checkSend(command: Command<'send'>): void {
    const { paymentHash, route } = command.request;
    const { journal, report } = this.#machine;
    const { sent, spent, invoices } = this.#node;
    expect(report, 'nothing is sent after the report').toBeUndefined();
    for (const { known, truth } of sent) {
      const over = known || truth === 'lost';
      expect(over, 'no attempt while another may be under way').toBe(true);
      expect(truth, 'no attempt after a success').not.toBe('settled');
    }
    const number = sent.length + 1;
    expect(number, 'attempts stay within their limit').toBeLessThanOrEqual(this.#terms.maxAttempts);
    const intent = { kind: 'intent', attempt: number, paymentHash, route };
    expect(journal.at(-1), 'the intent is written down before it is sent').toMatchObject(intent);
    const outcomes = journal.filter((record) => record.kind === 'outcome').length;
    expect(outcomes, 'each outcome is written down before the next attempt').toBe(number - 1);
    expect(spent.has(paymentHash), 'a spent hash is not used again').toBe(false);
    expect(invoices.get(paymentHash)?.state).toBe('open');
    expect([OUT, OUT_2]).toContain(route.hops[0]!.chanId);
    const amountMsat = route.hops.at(-1)!.amtToForwardMsat;
    expect(amountMsat).toBeGreaterThanOrEqual(this.#terms.minAmountMsat);
    expect(amountMsat).toBeLessThanOrEqual(this.#terms.amountMsat);
    expect(route.totalAmtMsat - amountMsat).toBeLessThanOrEqual(feeLimit(this.#terms, amountMsat));
    expect(route.totalTimeLock - BLOCK_HEIGHT).toBeLessThanOrEqual(this.#terms.maxCltvBlocks);
    this.#node.addSent(command);
  }

  checkEnd(): void {
    const { report, afterwards, state } = this.#machine;
    if (report === undefined) throw new Error('the machine ended without a report');
    expect(state.phase).toBe('finished');
    const settled = this.#node.sent.find((sent) => sent.truth === 'settled');
    if (settled !== undefined) expect(settled.known, 'a success is never missed').toBe(true);
    expect(
      this.#node.sent.every(({ known, truth }) => known || truth !== 'held'),
      'nothing is left at a hold invoice',
    ).toBe(true);
    this.#checkMoney(report, settled);
    if (afterwards !== undefined) this.#checkAfterwards(report, afterwards, settled);
    else expect(report.outcome.kind).not.toBe('in_flight');
    this.#checkInvoices(afterwards ?? report);
    this.#checkJournal(report, settled);
  }

  #checkMoney({ outcome, ...report }: RebalanceReport, settled: Sent | undefined): void {
    if (outcome.kind !== 'in_flight') {
      expect(outcome.kind === 'settled').toBe(settled !== undefined);
    }
    if (outcome.kind === 'settled') {
      const { route } = settled!.command.request;
      expect(report.movedMsat + report.feePaidMsat).toBe(route.totalAmtMsat);
    } else {
      expect(report.movedMsat).toBe(0n);
      expect(report.feePaidMsat).toBe(0n);
    }
  }

  /** A second report comes where the first left a payment, or an invoice, unresolved. */
  #checkAfterwards(
    report: RebalanceReport,
    afterwards: RebalanceReport,
    settled: Sent | undefined,
  ): void {
    if (report.outcome.kind !== 'in_flight') {
      expect(report.invoices.map((invoice) => invoice.state)).toContain('unknown');
    }
    expect(afterwards.outcome.kind === 'settled').toBe(settled !== undefined);
    expect(afterwards.movedMsat > 0n).toBe(settled !== undefined);
  }

  #checkInvoices(report: RebalanceReport): void {
    const told = new Map(report.invoices.map((invoice) => [invoice.paymentHash, invoice.state]));
    for (const [paymentHash, { state }] of this.#node.invoices) {
      expect(state, 'no invoice is left open').not.toBe('open');
      // One that was rebuilt from the journal tells of the last only.
      if (!told.has(paymentHash) && this.#isRecovered) continue;
      expect(told.get(paymentHash), 'each invoice is accounted for').toBe(state);
    }
  }

  #checkJournal(report: RebalanceReport, settled: Sent | undefined): void {
    const { journal } = this.#machine;
    const written = (kind: string): number =>
      journal.filter((record) => record.kind === kind).length;
    expect(report.attempts).toHaveLength(written('intent'));
    expect(written('end')).toBeLessThanOrEqual(1);
    if (written('end') === 0) return;
    expect(journal.at(-1)?.kind, 'nothing follows the end').toBe('end');
    expect(written('outcome'), 'with the end, each attempt has its outcome').toBe(
      written('intent'),
    );
    const paid = journal.some(
      (record) => record.kind === 'outcome' && record.outcome.kind === 'settled',
    );
    expect(paid, 'what was paid is in the journal').toBe(settled !== undefined);
  }
}
