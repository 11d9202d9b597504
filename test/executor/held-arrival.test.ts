/** With `arrival: 'strict'`: what arrives at the hold invoice is looked at before it is taken. */
import { describe, expect, test } from 'vitest';
import type { RebalanceTerms } from '../../src/executor/rebalance-terms.ts';
import { Failure, Failure_FailureCode } from '../../src/generated/messages/failure.ts';
import type {
  CancelInvoiceOutcome,
  InvoiceArrival,
  InvoiceRecord,
  SettleInvoiceOutcome,
} from '../../src/ports.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { BLOCK_HEIGHT, IN, OUT, OUT_2, terms } from './circle-network.ts';
import { hashOf, MachineHarness, preimageOf } from './machine-harness.ts';

const HASH = hashOf(1);
const SIBLING = parseChannelId('21');
const EXPIRY = BLOCK_HEIGHT + 43;
const RIGHT: InvoiceArrival = {
  channelId: IN,
  amountMsat: 1_000_000_000n,
  expiryHeight: EXPIRY,
  state: 'accepted',
};

function started(fields: Partial<RebalanceTerms> = {}): MachineHarness {
  const machine = new MachineHarness(terms({ arrival: 'strict', ...fields }));
  machine.run({ until: 'watch_invoice' });
  return machine;
}

/** Something arrives, and the node tells. */
function arrive(
  machine: MachineHarness,
  arrivals: readonly InvoiceArrival[] = [RIGHT],
  state: InvoiceRecord['state'] = 'accepted',
): void {
  const { paymentHash } = machine.pending.find((c) => c.kind === 'send')!.request;
  machine.give({ kind: 'invoice_seen', invoice: { paymentHash, state, arrivals } });
}

const settleAnswered = (machine: MachineHarness, outcome: SettleInvoiceOutcome): number => {
  const { paymentHash, delayMs } = machine.take('settle_invoice');
  machine.give({ kind: 'invoice_settled', paymentHash, outcome });
  return delayMs;
};

const cancelAnswered = (machine: MachineHarness, outcome: CancelInvoiceOutcome): number => {
  const { paymentHash, delayMs } = machine.take('cancel_invoice');
  machine.give({ kind: 'invoice_cancelled', paymentHash, outcome });
  return delayMs;
};

const UNKNOWN = { kind: 'unknown', reason: 'no answer' } as const;

/** The payment comes back, as one does whose HTLC we gave back; all that is left to wait for ends with it. */
function comeBack(machine: MachineHarness): void {
  const { route } = machine.take('send').request;
  machine.pending = [];
  const failure = Failure.fromPartial({
    code: Failure_FailureCode.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS,
    failureSourceIndex: route.hops.length,
  });
  const attemptId = BigInt(machine.commands.filter(({ kind }) => kind === 'send').length);
  machine.give({ kind: 'sent', outcome: { kind: 'failed', failure, attemptId } });
}

const waiting = (machine: MachineHarness): string[] => machine.pending.map(({ kind }) => kind);

test('the invoice holds, and is watched before the payment is sent', () => {
  const machine = started();
  const added = machine.commands.find((command) => command.kind === 'add_invoice');
  expect(added).toMatchObject({ hold: true, paymentHash: HASH });
  expect(waiting(machine)).toEqual(['watch_invoice', 'send']);
  expect(machine.take('watch_invoice')).toMatchObject({ paymentHash: HASH, delayMs: 0 });
});

test("with arrival: 'report' nothing is watched", () => {
  const machine = started({ arrival: 'report' });
  machine.run();
  expect(machine.commands).toContainEqual(
    expect.objectContaining({ kind: 'add_invoice', hold: false }),
  );
  expect(waiting(machine)).toEqual(['send']);
});

describe('the right arrival', () => {
  test('is settled with the preimage, once', () => {
    const machine = started();
    arrive(machine);
    arrive(machine);
    const settles = machine.commands.filter(({ kind }) => kind === 'settle_invoice');
    expect(settles).toEqual([
      { kind: 'settle_invoice', paymentHash: HASH, preimage: preimageOf(HASH), delayMs: 0 },
    ]);
    settleAnswered(machine, { kind: 'settled' });
    machine.take('watch_invoice');
    expect(waiting(machine)).toEqual(['send']);
    machine.take('send');
    const preimage = preimageOf(HASH);
    machine.give({ kind: 'sent', outcome: { kind: 'settled', preimage, attemptId: 1n } });
    machine.run();
    expect(machine.report).toMatchObject({ outcome: { kind: 'settled' }, feePaidMsat: 100_000n });
    expect(machine.kinds()).not.toContain('cancel_invoice');
  });

  test('may come in parts, with more time than asked for', () => {
    const machine = started();
    const half = { ...RIGHT, amountMsat: 500_000_000n, expiryHeight: EXPIRY + 10 };
    arrive(machine, [half, half]);
    expect(waiting(machine)).toContain('settle_invoice');
  });

  test('is settled again, with pauses, until the node tells', () => {
    const machine = started();
    arrive(machine);
    const delays = [1, 2, 3, 4].map(() => settleAnswered(machine, UNKNOWN));
    expect(delays).toEqual([0, 500, 1000, 2000]);
    settleAnswered(machine, { kind: 'not_accepted', reason: 'given back at its expiry' });
    // The payment itself says how it ended.
    expect(waiting(machine)).not.toContain('settle_invoice');
    expect(machine.state.phase).toBe('sending');
  });

  test('is settled while contact to the payment is lost, too', () => {
    const machine = started();
    machine.take('send');
    machine.give({ kind: 'sent', outcome: UNKNOWN });
    expect(machine.state.phase).toBe('tracking');
    machine.give({
      kind: 'invoice_seen',
      invoice: { paymentHash: HASH, state: 'accepted', arrivals: [RIGHT] },
    });
    expect(waiting(machine)).toContain('settle_invoice');
  });

  test('is not settled on word of another invoice, nor before it is accepted', () => {
    const machine = started();
    arrive(machine, [], 'open');
    arrive(machine, [], 'canceled');
    const other = { paymentHash: hashOf(2), state: 'accepted', arrivals: [RIGHT] } as const;
    machine.give({ kind: 'invoice_seen', invoice: other });
    expect(waiting(machine)).toEqual(['watch_invoice', 'send']);
  });
});

describe('a wrong arrival', () => {
  test.each<[string, readonly InvoiceArrival[], RegExp]>([
    ['over a sibling', [{ ...RIGHT, channelId: SIBLING }], /over channel 21, which was not asked/],
    ['over the channel that it left by', [{ ...RIGHT, channelId: OUT }], /by which it had left/],
    ['1 msat short', [{ ...RIGHT, amountMsat: 999_999_999n }], /999999999 msat arrived instead/],
    ['1 block short', [{ ...RIGHT, expiryHeight: EXPIRY - 1 }], /expires before block 900043/],
    ['with a part over a sibling', [RIGHT, { ...RIGHT, channelId: SIBLING }], /channel 21/],
    ['already given back', [{ ...RIGHT, state: 'canceled' }], /^0 msat arrived/],
  ])('%s is given back', (_, arrivals, reason) => {
    const machine = started({ inChannels: [IN, OUT], outChannels: [OUT] });
    arrive(machine, arrivals);
    expect(machine.kinds()).not.toContain('settle_invoice');
    expect(cancelAnswered(machine, { kind: 'canceled' })).toBe(0);
    comeBack(machine);
    machine.run({ until: 'watch_invoice' });
    const [event] = machine.events.filter(({ kind }) => kind === 'arrival_rejected');
    expect(event).toMatchObject({
      report: { attempt: 1, outcome: { kind: 'rejected' } },
      reason: expect.stringMatching(reason),
    });
  });

  test('is given back again and again until the node tells, with no stop in sight', () => {
    const machine = started();
    arrive(machine, [{ ...RIGHT, channelId: SIBLING }]);
    const delays = Array.from({ length: 7 }, () => cancelAnswered(machine, UNKNOWN));
    expect(delays).toEqual([0, 500, 1000, 2000, 4000, 5000, 5000]);
    cancelAnswered(machine, { kind: 'canceled' });
    expect(waiting(machine)).not.toContain('cancel_invoice');
  });

  test('costs a new hash and nothing else; nobody is blamed for it', () => {
    const machine = started();
    arrive(machine, [{ ...RIGHT, channelId: SIBLING }]);
    cancelAnswered(machine, { kind: 'canceled' });
    comeBack(machine);
    machine.run({ until: 'watch_invoice' });
    machine.take('watch_invoice');
    machine.run({ until: 'watch_invoice' });
    const { request } = machine.pending.find(({ kind }) => kind === 'send') as {
      request: { paymentHash: string; route: { hops: readonly { chanId: string }[] } };
    };
    expect(request.paymentHash).toBe(hashOf(2));
    expect(request.route.hops.map(({ chanId }) => chanId)).toEqual(['10', '30', '20']);
  });

  test('twice by the same peer: it is left out, and said to be unsteerable', () => {
    const machine = started();
    for (let i = 0; i < 2; i++) {
      machine.run({ until: 'watch_invoice' });
      arrive(machine, [{ ...RIGHT, channelId: SIBLING }]);
      cancelAnswered(machine, { kind: 'canceled' });
      comeBack(machine);
      machine.run({ until: 'watch_invoice' });
    }
    expect(machine.report).toMatchObject({
      outcome: { kind: 'unsteerable', peers: [terms().self].map(() => expect.any(String)) },
      attempts: [{ outcome: { kind: 'rejected' } }, { outcome: { kind: 'rejected' } }],
      feePaidMsat: 0n,
    });
  });

  test('once, and then no route for another reason: that is the reason', () => {
    const machine = started({ maxFeePpm: 100 });
    arrive(machine, [{ ...RIGHT, channelId: SIBLING }]);
    cancelAnswered(machine, { kind: 'canceled' });
    comeBack(machine);
    machine.run({ until: 'watch_invoice' });
    machine.take('watch_invoice');
    const { route } = machine.take('send').request;
    const failure = Failure.fromPartial({
      code: Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE,
      failureSourceIndex: 1,
    });
    expect(route.hops).toHaveLength(3);
    machine.give({ kind: 'sent', outcome: { kind: 'failed', failure, attemptId: 2n } });
    machine.run();
    expect(machine.report?.outcome.kind).toBe('fee_limit');
  });
});

describe('a stop', () => {
  test('before the arrival: what arrives then is not settled', () => {
    const machine = started();
    machine.give({ kind: 'stop', cause: 'deadline' });
    arrive(machine);
    expect(machine.kinds()).not.toContain('settle_invoice');
    cancelAnswered(machine, UNKNOWN);
    arrive(machine);
    expect(machine.kinds()).not.toContain('settle_invoice');
    cancelAnswered(machine, { kind: 'canceled' });
    comeBack(machine);
    machine.run();
    expect(machine.report).toMatchObject({ outcome: { kind: 'deadline' }, feePaidMsat: 0n });
  });

  test('while it is settled: the node is asked to cancel, and settling is not tried again', () => {
    const machine = started();
    arrive(machine);
    machine.give({ kind: 'stop', cause: 'aborted' });
    settleAnswered(machine, UNKNOWN);
    expect(waiting(machine)).not.toContain('settle_invoice');
    // The first of the two had reached the node.
    cancelAnswered(machine, { kind: 'already_settled' });
    machine.take('send');
    const preimage = preimageOf(HASH);
    machine.give({ kind: 'sent', outcome: { kind: 'settled', preimage, attemptId: 1n } });
    machine.pending = machine.pending.filter(({ kind }) => kind === 'commit');
    machine.run();
    expect(machine.report?.outcome.kind).toBe('settled');
  });

  test('while it is given back: that goes on, and the rebalance ends', () => {
    const machine = started({ outChannels: [OUT, OUT_2] });
    arrive(machine, [{ ...RIGHT, channelId: SIBLING }]);
    machine.give({ kind: 'stop', cause: 'aborted' });
    expect(waiting(machine).filter((kind) => kind === 'cancel_invoice')).toHaveLength(1);
    cancelAnswered(machine, { kind: 'canceled' });
    comeBack(machine);
    machine.run();
    expect(machine.report).toMatchObject({
      outcome: { kind: 'aborted' },
      attempts: [{ outcome: { kind: 'rejected' } }],
    });
  });
});

describe('the watch', () => {
  test('begins anew, with pauses, where contact is lost', () => {
    const machine = started();
    const delays = [1, 2, 3].map(() => {
      const { paymentHash, delayMs } = machine.take('watch_invoice');
      machine.give({ kind: 'watch_lost', paymentHash, reason: 'connection lost' });
      return delayMs;
    });
    expect(delays).toEqual([0, 500, 1000]);
    machine.give({ kind: 'watch_lost', paymentHash: hashOf(9), reason: 'of another' });
    expect(waiting(machine)).toEqual(['send', 'watch_invoice']);
  });

  test('is not needed once the arrival is decided on', () => {
    const machine = started();
    arrive(machine);
    machine.take('watch_invoice');
    machine.give({ kind: 'watch_lost', paymentHash: HASH, reason: 'connection lost' });
    expect(waiting(machine)).toEqual(['send', 'settle_invoice']);
  });
});

test('asked back while it could not be seen: given back when it turns up after all', () => {
  const machine = started();
  machine.take('send');
  machine.give({ kind: 'sent', outcome: UNKNOWN });
  machine.take('track');
  machine.give({ kind: 'tracked', update: { kind: 'not_found' } });
  cancelAnswered(machine, UNKNOWN);
  machine.take('track');
  const payment = { paymentHash: HASH, state: 'in_flight', valueMsat: 0n, attempts: [] } as const;
  machine.give({ kind: 'tracked', update: { kind: 'payment', payment } });
  expect(machine.take('cancel_invoice').delayMs).toBe(500);
  machine.give({
    kind: 'invoice_seen',
    invoice: { paymentHash: HASH, state: 'accepted', arrivals: [RIGHT] },
  });
  expect(machine.kinds()).not.toContain('settle_invoice');
});
