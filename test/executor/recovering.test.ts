/** A rebalance rebuilt from every beginning that its journal may have. */
import { describe, expect, test } from 'vitest';
import { claimOf } from '../../src/executor/claims.ts';
import { recover } from '../../src/executor/recovering.ts';
import { Failure, Failure_FailureCode } from '../../src/generated/messages/failure.ts';
import type { AttemptRecord, JournalRecord, PaymentRecord, SendOutcome } from '../../src/ports.ts';
import { A, B, IN, OUT, SELF, terms } from './circle-network.ts';
import { hashOf, MachineHarness, preimageOf } from './machine-harness.ts';

type Of<Kind extends JournalRecord['kind']> = Extract<JournalRecord, { kind: Kind }>;

const failed = (
  code: keyof typeof Failure_FailureCode,
  failureSourceIndex: number,
): SendOutcome => ({
  kind: 'failed',
  failure: Failure.fromPartial({ code: Failure_FailureCode[code], failureSourceIndex }),
  attemptId: 7n,
});
const settled = (number: number): SendOutcome => ({
  kind: 'settled',
  preimage: preimageOf(hashOf(number)),
  attemptId: 7n,
});

/** What the machine itself writes, with these outcomes of its attempts; the end is left off. */
function journalOf(
  outcomes: readonly SendOutcome[] = [],
  fields: Parameters<typeof terms>[0] = {},
): JournalRecord[] {
  const machine = new MachineHarness(terms(fields));
  machine.run();
  for (const outcome of outcomes) {
    machine.take('send');
    machine.give({ kind: 'sent', outcome });
    machine.run();
  }
  return machine.journal.filter(({ kind }) => kind !== 'end');
}

function recovered(records: readonly JournalRecord[]): MachineHarness {
  return new MachineHarness(recover(records, 2_000_000));
}

const lastIntent = (records: readonly JournalRecord[]): Of<'intent'> =>
  records.findLast((record): record is Of<'intent'> => record.kind === 'intent')!;

const kinds = (records: readonly JournalRecord[]): string => records.map((r) => r.kind).join(' ');

/** The node's word about the payment of the last intent. */
function track(
  machine: MachineHarness,
  state: PaymentRecord['state'],
  attempts: readonly Partial<AttemptRecord>[],
): void {
  const { paymentHash, route } = machine.state.phase === 'tracking' ? machine.state.live : never();
  const full = attempts.map((attempt) => ({
    attemptId: 9n,
    state,
    route,
    attemptTimeNs: 9n,
    failure: null,
    preimage: null,
    ...attempt,
  }));
  machine.take('track');
  const payment = { paymentHash, state, valueMsat: 0n, attempts: full };
  machine.give({ kind: 'tracked', update: { kind: 'payment', payment } });
}

function never(): never {
  throw new Error('the recovered rebalance follows no payment');
}

test('with an invoice, and nothing sent: the invoice is taken back', () => {
  const records = journalOf().slice(0, 2);
  expect(kinds(records)).toBe('start invoice');
  const machine = recovered(records);
  expect(machine.take('cancel_invoice')).toMatchObject({ paymentHash: hashOf(1), delayMs: 0 });
  // It may never have been made.
  const outcome = { kind: 'not_found' } as const;
  machine.give({ kind: 'invoice_cancelled', paymentHash: hashOf(1), outcome });
  machine.run();
  expect(kinds(machine.journal)).toBe('end');
  expect(machine.report).toMatchObject({
    rebalanceId: 'test',
    outcome: { kind: 'interrupted' },
    attempts: [],
    feePaidMsat: 0n,
    startedAtMs: records[0]!.atMs,
  });
});

test('with no more than its beginning: it ends', () => {
  const machine = recovered(journalOf().slice(0, 1));
  machine.run();
  expect(kinds(machine.journal)).toBe('end');
  expect(machine.kinds()).toEqual(['commit', 'finish']);
});

test('without a beginning it is not a rebalance', () => {
  expect(() => recovered(journalOf().slice(1))).toThrow(/no beginning/);
});

describe('with an intent', () => {
  const records = journalOf();
  const start = (): MachineHarness => recovered(records);

  test('the payment is followed, its invoice taken back, its claim held; nothing is sent', () => {
    expect(kinds(records)).toBe('start invoice intent');
    const machine = start();
    expect(machine.kinds()).toEqual(['start_grace', 'cancel_invoice', 'track']);
    expect(machine.events).toEqual([{ kind: 'stopping', cause: 'interrupted', attempt: 1 }]);
    expect(claimOf(machine.state)).toEqual({
      rebalanceId: 'test',
      paymentHash: hashOf(1),
      outChannelId: OUT,
      inChannelId: IN,
      amountMsat: 1_000_000_000n,
      feeMsat: 100_000n,
      links: [
        { from: SELF, to: A, amountMsat: 1_000_100_000n },
        { from: A, to: B, amountMsat: 1_000_000_000n },
        { from: B, to: SELF, amountMsat: 1_000_000_000n },
      ],
    });
  });

  test('it settled: booked and reported as a success, with what the journal knows of it', () => {
    const machine = start();
    track(machine, 'settled', [{}]);
    expect(machine.take('commit').batch).toMatchObject([
      { kind: 'outcome', attempt: 1, paymentHash: hashOf(1), outcome: { kind: 'settled' } },
    ]);
    machine.give({ kind: 'committed' });
    machine.pending = machine.pending.filter(({ kind }) => kind === 'find_arrival');
    machine.run();
    expect(machine.report).toMatchObject({
      outcome: { kind: 'settled' },
      movedMsat: 1_000_000_000n,
      feePaidMsat: 100_000n,
      attempts: [
        {
          hops: [
            { channelId: '10', amountMsat: 1_000_100_000n, feeMsat: 100_000n },
            { channelId: '30', amountMsat: 1_000_000_000n, feeMsat: 0n },
            { channelId: '20', amountMsat: 1_000_000_000n, feeMsat: 0n },
          ],
          cltvBlocks: expect.any(Number),
        },
      ],
    });
    expect(machine.kinds()).not.toContain('send');
  });

  test('it failed, its record still there or gone: the end', () => {
    for (const attempts of [[{}], []]) {
      const machine = start();
      track(machine, 'failed', attempts);
      machine.pending = machine.pending.filter(({ kind }) => kind === 'commit');
      machine.run();
      expect(kinds(machine.journal)).toBe('outcome end');
      expect(machine.report).toMatchObject({
        outcome: { kind: 'interrupted' },
        attempts: [{ outcome: { kind: 'failed' } }],
      });
    }
  });

  test('the node knows no such payment: only with the invoice cancelled is that the end', () => {
    const machine = start();
    const unknown = (): void => {
      machine.take('track');
      machine.give({ kind: 'tracked', update: { kind: 'not_found' } });
    };
    unknown();
    expect(machine.state.phase).toBe('tracking');
    machine.give(machine.honestAnswer(machine.take('cancel_invoice'))!);
    unknown();
    machine.pending = machine.pending.filter(({ kind }) => kind === 'commit');
    machine.run();
    expect(machine.report).toMatchObject({
      outcome: { kind: 'interrupted' },
      attempts: [{ outcome: { kind: 'not_sent' } }],
      invoices: [{ state: 'canceled' }],
    });
  });

  test('it hangs: reported as in flight after the grace, and followed on', () => {
    const machine = start();
    track(machine, 'in_flight', [{}]);
    machine.give(machine.honestAnswer(machine.take('cancel_invoice'))!);
    machine.give({ kind: 'grace_over' });
    expect(machine.report?.outcome).toMatchObject({
      kind: 'in_flight',
      cause: 'interrupted',
      paymentHash: hashOf(1),
      resolvesAtHeight: lastIntent(records).route.totalTimeLock,
      invoice: 'canceled',
    });
    expect(claimOf(machine.state)).not.toBeNull();
  });
});

describe('with an outcome', () => {
  test('that settled: looked up and ended, not followed', () => {
    const records = journalOf([settled(1)]);
    expect(kinds(records)).toBe('start invoice intent outcome');
    const machine = recovered(records);
    expect(machine.kinds()).toEqual(['find_arrival']);
    expect(claimOf(machine.state)).toBeNull();
    machine.run();
    expect(machine.kinds()).not.toContain('cancel_invoice');
    expect(machine.journal).toMatchObject([
      { kind: 'end', reason: 'settled', feePaidMsat: 100_000n, movedMsat: 1_000_000_000n },
    ]);
    expect(machine.report).toMatchObject({ invoices: [{ state: 'settled' }] });
  });

  test('that failed, and nothing after it: the invoice is taken back', () => {
    const records = journalOf([failed('TEMPORARY_CHANNEL_FAILURE', 1)]).slice(0, 4);
    expect(kinds(records)).toBe('start invoice intent outcome');
    const machine = recovered(records);
    machine.run();
    expect(machine.kinds()).toEqual(['cancel_invoice', 'commit', 'finish']);
    expect(machine.report).toMatchObject({
      attempts: [{ outcome: { kind: 'failed', verdict: { code: 'TEMPORARY_CHANNEL_FAILURE' } } }],
      invoices: [{ paymentHash: hashOf(1), state: 'canceled' }],
    });
  });

  test('and a second attempt: the record of the first is not taken for its end', () => {
    const records = journalOf([failed('TEMPORARY_CHANNEL_FAILURE', 1)]);
    expect(kinds(records)).toBe('start invoice intent outcome intent');
    const machine = recovered(records);
    const first = records.find((record): record is Of<'intent'> => record.kind === 'intent')!;
    track(machine, 'failed', [{ attemptId: 7n, route: first.route }]);
    expect(machine.state).toMatchObject({ phase: 'tracking', notFound: true });
    machine.give(machine.honestAnswer(machine.take('cancel_invoice'))!);
    track(machine, 'settled', [
      { attemptId: 7n, state: 'failed', route: first.route },
      { attemptId: 8n, state: 'settled' },
    ]);
    machine.pending = machine.pending.filter(({ kind }) => kind === 'commit');
    machine.run();
    expect(machine.report).toMatchObject({
      outcome: { kind: 'settled' },
      attempts: [{ outcome: { kind: 'failed' } }, { outcome: { kind: 'settled' } }],
      feePaidMsat: lastIntent(records).feeMsat,
    });
  });

  test('of each payment towards a total: what settled is counted, what is open taken back', () => {
    const records = journalOf([settled(1), settled(2)], { totalMsat: 3_000_000_000n });
    expect(kinds(records)).toBe(
      'start invoice intent outcome invoice intent outcome invoice intent',
    );
    const sum = { movedMsat: 2_000_000_000n, feePaidMsat: 200_000n };
    // The third has its invoice, but was not sent.
    const unsent = recovered(records.slice(0, -1));
    expect(unsent.kinds()).toEqual(['cancel_invoice']);
    unsent.run();
    expect(unsent.journal.at(-1)).toMatchObject({ kind: 'end', reason: 'settled', ...sum });
    expect(unsent.report).toMatchObject({
      outcome: { kind: 'settled', endedBy: { kind: 'interrupted' } },
      ...sum,
      // Where they arrived is not in the journal.
      arrivals: [],
    });
    expect(unsent.report?.notes.length).toBeGreaterThan(0);
    // The third was sent, and settles too.
    const sent = recovered(records);
    track(sent, 'settled', [{ state: 'settled' }]);
    sent.pending = sent.pending.filter(({ kind }) => kind === 'commit');
    sent.run();
    expect(sent.report).toMatchObject({ movedMsat: 3_000_000_000n, feePaidMsat: 300_000n });
    // The second has settled, and nothing was begun after it.
    const between = recovered(records.slice(0, 7));
    expect(between.kinds()).toEqual(['find_arrival']);
    between.run();
    expect(between.report).toMatchObject(sum);
    expect(between.kinds()).not.toContain('send');
  });

  test('and a second invoice: that one is taken back, the first was before it', () => {
    const refused = failed('INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS', 3);
    const records = journalOf([refused]);
    expect(kinds(records)).toBe('start invoice intent outcome invoice intent');
    const unsent = recovered(records.slice(0, -1));
    expect(unsent.take('cancel_invoice').paymentHash).toBe(hashOf(2));
    const sent = recovered(records);
    expect(sent.take('cancel_invoice').paymentHash).toBe(hashOf(2));
    expect(sent.take('track').paymentHash).toBe(hashOf(2));
    // Ids that belong to the first hash say nothing about the second.
    expect(sent.state).toMatchObject({ run: { invoice: { lastAttemptId: null } } });
  });
});
