import { describe, expect, test } from 'vitest';
import {
  ChannelUpdate,
  Failure,
  Failure_FailureCode,
} from '../../src/generated/messages/failure.ts';
import type { Route } from '../../src/generated/messages/route.ts';
import type { AttemptRecord, PaymentRecord } from '../../src/ports.ts';
import { AB, IN, OUT, OUT_2, OWN_CHANNELS, SNAPSHOT, terms } from './circle-network.ts';
import { hashOf, MachineHarness, preimageOf } from './machine-harness.ts';

type Code = keyof typeof Failure_FailureCode;

function started(fields: Parameters<typeof terms>[0] = {}): MachineHarness {
  const machine = new MachineHarness(terms(fields));
  machine.run();
  return machine;
}

/** Lets the attempt under way fail. */
function fail(
  machine: MachineHarness,
  code: Code,
  failureSourceIndex: number,
  more: Partial<Failure> = {},
): Route {
  const { route } = machine.take('send').request;
  const failure = Failure.fromPartial({
    code: Failure_FailureCode[code],
    failureSourceIndex,
    ...more,
  });
  const attemptId = BigInt(machine.commands.filter((c) => c.kind === 'send').length);
  machine.give({ kind: 'sent', outcome: { kind: 'failed', failure, attemptId } });
  return route;
}

const settle = (machine: MachineHarness, preimage?: Uint8Array): void => {
  const { paymentHash } = machine.take('send').request;
  preimage ??= preimageOf(paymentHash);
  machine.give({ kind: 'sent', outcome: { kind: 'settled', preimage, attemptId: 1n } });
};

/** The node does not tell what became of the invoice. Gives the pause after which it had been asked. */
function refuseToCancel(machine: MachineHarness): number {
  const { paymentHash, delayMs } = machine.take('cancel_invoice');
  const outcome = { kind: 'unknown', reason: 'no answer' } as const;
  machine.give({ kind: 'invoice_cancelled', paymentHash, outcome });
  return delayMs;
}

const channels = (route: Route): string[] => route.hops.map((hop) => hop.chanId);

describe('the way to a payment', () => {
  test('writes down the preimage, then makes the invoice, writes the intent, and sends', () => {
    const machine = started();
    expect(machine.kinds()).toEqual([
      'find_route',
      'draw_secret',
      'commit',
      'add_invoice',
      'commit',
      'send',
    ]);
    expect(machine.journal.map((record) => record.kind)).toEqual(['start', 'invoice', 'intent']);
    const invoice = machine.commands.find((command) => command.kind === 'add_invoice');
    expect(invoice?.request).toMatchObject({ valueMsat: 0n, cltvDelta: 40, expirySeconds: 660 });
    const { request } = machine.take('send');
    expect(request.paymentHash).toBe(hashOf(1));
    expect(channels(request.route)).toEqual(['10', '30', '20']);
    expect(request.route.totalAmtMsat).toBe(1_000_100_000n);
    expect(request.route.hops.at(-1)?.mppRecord?.totalAmtMsat).toBe(1_000_000_000n);
  });

  test('a success is looked up and written down, and its invoice is not cancelled', () => {
    const machine = started();
    settle(machine);
    machine.run({ until: 'find_arrival' });
    machine.take('find_arrival');
    machine.give({
      kind: 'arrival_found',
      arrivals: [
        { channelId: IN, amountMsat: 1_000_000_000n, expiryHeight: 900_040, state: 'settled' },
      ],
    });
    machine.run();
    expect(machine.state.phase).toBe('finished');
    expect(machine.kinds()).not.toContain('cancel_invoice');
    expect(machine.journal.at(-1)).toMatchObject({
      kind: 'end',
      reason: 'settled',
      feePaidMsat: 100_000n,
      movedMsat: 1_000_000_000n,
    });
    expect(machine.report).toMatchObject({
      outcome: { kind: 'settled' },
      movedMsat: 1_000_000_000n,
      feePaidMsat: 100_000n,
      feePpm: 100,
      arrivedAsAsked: true,
      invoices: [{ state: 'settled' }],
    });
    expect(machine.eventKinds()).toEqual(['route_found', 'attempt_started', 'settled', 'finished']);
  });

  test('a preimage that is not ours is noted; one that is, or is missing, is not', () => {
    const notes = (preimage?: Uint8Array): readonly string[] | undefined => {
      const machine = started();
      settle(machine, preimage);
      machine.run();
      expect(machine.report?.outcome.kind).toBe('settled');
      return machine.report?.notes;
    };
    expect(notes()).toEqual([]);
    expect(notes(new Uint8Array())).toEqual([]);
    expect(notes(new Uint8Array(32))).toEqual([expect.stringContaining('not ours')]);
  });

  test('a payment that could not be written down is the last, and is written with the end', () => {
    const machine = started({ totalMsat: 3_000_000_000n });
    settle(machine);
    machine.take('commit');
    machine.give({ kind: 'commit_failed', reason: 'disk full' });
    machine.run();
    expect(machine.report).toMatchObject({
      outcome: { kind: 'settled', endedBy: { kind: 'store_error' } },
      movedMsat: 1_000_000_000n,
    });
    expect(machine.kinds().filter((kind) => kind === 'send')).toHaveLength(1);
    expect(machine.journal.slice(-2)).toMatchObject([
      { kind: 'outcome', outcome: { kind: 'settled' } },
      { kind: 'end', reason: 'settled' },
    ]);
  });

  test.each([
    [null, null],
    [3_000_000_000n, { kind: 'unsteerable' }],
  ])(
    'an arrival over the channel that it left by moved nothing, its fee is paid, and no other follows (total %s)',
    (totalMsat, endedBy) => {
      const machine = started({ totalMsat });
      settle(machine);
      machine.run({ until: 'find_arrival' });
      machine.take('find_arrival');
      machine.give({
        kind: 'arrival_found',
        arrivals: [
          { channelId: OUT, amountMsat: 1_000_000_000n, expiryHeight: 900_040, state: 'settled' },
        ],
      });
      machine.run();
      expect(machine.journal.at(-1)).toMatchObject({ movedMsat: 0n, feePaidMsat: 100_000n });
      expect(machine.report).toMatchObject({
        outcome: { kind: 'settled', endedBy },
        movedMsat: 0n,
        feePaidMsat: 100_000n,
        feePpm: 100,
        notes: [expect.stringMatching(/by which it had left, so nothing moved/)],
      });
    },
  );

  test('an arrival over another channel than was asked for is noted', () => {
    const machine = started();
    settle(machine);
    machine.run({ until: 'find_arrival' });
    machine.take('find_arrival');
    const channelId = '21' as typeof IN;
    machine.give({
      kind: 'arrival_found',
      arrivals: [
        { channelId, amountMsat: 1_000_000_000n, expiryHeight: 900_040, state: 'settled' },
      ],
    });
    machine.run();
    expect(machine.report).toMatchObject({
      arrivedAsAsked: false,
      notes: [expect.stringContaining('over channel 21 instead of 20')],
    });
  });

  test('a dry run makes no invoice and leaves no trace', () => {
    const machine = started({ dryRun: true });
    expect(machine.kinds()).toEqual(['find_route', 'finish']);
    expect(machine.report?.outcome).toMatchObject({
      kind: 'dry_run',
      quote: { feeMsat: 100_000n },
    });
  });

  test('a route that fails its check is not sent', () => {
    const machine = new MachineHarness(terms());
    const found = machine.honestAnswer(machine.take('find_route'));
    if (found?.kind !== 'route_searched') throw new Error('no search was answered');
    // The graph says otherwise than the path was priced with.
    const policy = { ...SNAPSHOT.policy(SNAPSHOT.directionFrom(AB, SNAPSHOT.nodeId(1))!)! };
    const update = {
      channelId: AB,
      from: SNAPSHOT.nodeId(1),
      policy: { ...policy, feeRatePpm: 101 },
    };
    machine.give({ ...found, snapshot: SNAPSHOT.withPolicies([update]) });
    machine.run();
    expect(machine.kinds()).not.toContain('send');
    expect(machine.report?.outcome).toMatchObject({
      kind: 'internal_error',
      message: expect.stringContaining('fee_insufficient'),
    });
    expect(machine.report?.invoices).toEqual([{ paymentHash: hashOf(1), state: 'canceled' }]);
  });

  test('a route over a channel that was not asked for is not sent', () => {
    const machine = new MachineHarness(terms());
    const command = machine.take('find_route');
    const other = { ...command, request: { ...command.request, outChannels: [OUT_2] } };
    machine.give(machine.honestAnswer(other)!);
    machine.run();
    expect(machine.kinds()).not.toContain('send');
    expect(machine.report?.outcome.kind).toBe('internal_error');
  });

  test.each([
    ['fee_limit', { maxFeePpm: 99 }],
    ['cltv_limit', { maxCltvBlocks: 82 }],
  ])('a route beyond the %s is not sent, even if a search finds it', (code, limit) => {
    const machine = new MachineHarness(terms(limit));
    const command = machine.take('find_route');
    const loose = { ...command.request, maxFeeMsat: 1_000_000n, maxCltvBlocks: 2016 };
    machine.give(machine.honestAnswer({ ...command, request: loose })!);
    machine.run();
    expect(machine.kinds()).not.toContain('send');
    expect(machine.report?.outcome).toMatchObject({
      kind: 'internal_error',
      message: expect.stringContaining(code),
    });
  });

  test('the last hop names the channel as the peer knows it', () => {
    const machine = new MachineHarness(terms());
    const found = machine.honestAnswer(machine.take('find_route'));
    if (found?.kind !== 'route_searched') throw new Error('no search was answered');
    const alias = '777' as typeof IN;
    const ownChannels = OWN_CHANNELS.map((own) =>
      own.channelId === IN ? { ...own, inboundChannelId: alias } : own,
    );
    machine.give({ ...found, ownChannels });
    machine.run();
    expect(channels(machine.take('send').request.route)).toEqual(['10', '30', '777']);
  });

  test('own channels that the node lists under other ids than the graph go by the latter in routes', () => {
    const [listedOut, listedIn] = ['710', '720'] as (typeof IN)[];
    const machine = new MachineHarness(
      terms({ outChannels: [listedOut!], inChannels: [listedIn!] }),
    );
    const command = machine.take('find_route');
    expect(command.request).toMatchObject({ outChannels: ['710'], inChannels: ['720'] });
    const inGraphIds = { ...command.request, outChannels: [OUT], inChannels: [IN] };
    const found = machine.honestAnswer({ ...command, request: inGraphIds });
    if (found?.kind !== 'route_searched') throw new Error('no search was answered');
    const listed = (id: typeof IN) => (id === OUT ? listedOut! : id === IN ? listedIn! : id);
    const ownChannels = OWN_CHANNELS.map((own) => ({ ...own, channelId: listed(own.channelId) }));
    machine.give({ ...found, ownChannels });
    machine.run();
    const send = machine.pending[0];
    expect(send?.kind === 'send' && channels(send.request.route)).toEqual(['10', '30', '20']);
    settle(machine);
    machine.run();
    expect(machine.report).toMatchObject({
      outcome: { kind: 'settled' },
      attempts: [{ hops: [{ channelId: '710' }, { channelId: '30' }, { channelId: '720' }] }],
    });
  });
});

describe('learning from failures', () => {
  test('a lack of balance closes the pair for the amount; the same invoice serves the next route', () => {
    const machine = started();
    fail(machine, 'TEMPORARY_CHANNEL_FAILURE', 1);
    machine.run();
    expect(channels(machine.take('send').request.route)).toEqual(['10', '31', '32', '20']);
    expect(machine.kinds().filter((kind) => kind === 'add_invoice')).toHaveLength(1);
    expect(machine.journal.map((record) => record.kind)).toEqual([
      'start',
      'invoice',
      'intent',
      'outcome',
      'intent',
    ]);
  });

  const dearer = ChannelUpdate.fromPartial({
    chanId: '30',
    timeLockDelta: 40,
    baseFee: 0,
    feeRate: 150,
    messageFlags: 0,
    channelFlags: 0,
    timestamp: 1,
  });

  test('other terms are believed once: the same path again, then never', () => {
    const machine = started();
    fail(machine, 'FEE_INSUFFICIENT', 1, { channelUpdate: dearer });
    machine.run();
    const second = fail(machine, 'FEE_INSUFFICIENT', 1, {
      channelUpdate: { ...dearer, feeRate: 160 },
    });
    expect(channels(second)).toEqual(['10', '30', '20']);
    expect(second.totalAmtMsat).toBe(1_000_150_000n);
    machine.run();
    expect(channels(machine.take('send').request.route)).toEqual(['10', '31', '32', '20']);
    expect(machine.eventKinds().filter((kind) => kind === 'repriced')).toHaveLength(1);
  });

  test('terms above the fee limit are not paid', () => {
    const machine = started({ maxFeePpm: 120 });
    fail(machine, 'FEE_INSUFFICIENT', 1, { channelUpdate: dearer });
    machine.run();
    expect(machine.report?.outcome).toMatchObject({
      kind: 'fee_limit',
      cheapestFeeMsat: 150_000n,
      cheapestFeePpm: 150,
    });
    expect(machine.report?.feePaidMsat).toBe(0n);
  });

  test('other terms without an update leave the channel out', () => {
    const machine = started();
    fail(machine, 'FEE_INSUFFICIENT', 1);
    machine.run();
    expect(channels(machine.take('send').request.route)).toEqual(['10', '31', '32', '20']);
  });

  test('an update that shows what we knew blames how the payment arrived', () => {
    const machine = started({ outChannels: [OUT, OUT_2] });
    const known = { ...dearer, feeRate: 100 };
    fail(machine, 'FEE_INSUFFICIENT', 1, { channelUpdate: known });
    machine.run();
    // The first node is blamed itself, and both of our channels lead to it.
    expect(machine.report?.outcome).toMatchObject({ kind: 'no_route' });
  });

  test('an own channel that refuses is left out for the run', () => {
    const machine = started({ outChannels: [OUT, OUT_2] });
    const first = fail(machine, 'UNKNOWN_NEXT_PEER', 0);
    machine.run();
    const second = fail(machine, 'UNKNOWN_NEXT_PEER', 0);
    expect([channels(first)[0], channels(second)[0]].sort()).toEqual(['10', '11']);
    machine.run();
    expect(machine.report?.outcome).toMatchObject({
      kind: 'no_route',
      reason: { code: 'no_outgoing_channel' },
    });
    expect(machine.report?.attempts).toHaveLength(2);
  });

  test('an unreadable failure leaves out what lies between our own channels', () => {
    const machine = started();
    fail(machine, 'UNREADABLE_FAILURE', 0);
    machine.run();
    expect(channels(machine.take('send').request.route)).toEqual(['10', '31', '32', '20']);
  });

  test('the amount is halved toward the minimum when balances are lacking everywhere', () => {
    const machine = started({ minAmountMsat: 300_000_000n });
    const sent: bigint[] = [];
    while (machine.report === undefined) {
      sent.push(fail(machine, 'TEMPORARY_CHANNEL_FAILURE', 1).hops.at(-1)!.amtToForwardMsat);
      machine.run();
    }
    expect(sent).toEqual([
      ...[1_000_000_000n, 1_000_000_000n, 1_000_000_000n],
      ...[500_000_000n, 500_000_000n, 500_000_000n],
      ...[300_000_000n, 300_000_000n, 300_000_000n],
    ]);
    expect(machine.report.outcome).toMatchObject({ kind: 'no_route', reason: { code: 'avoided' } });
    expect(machine.eventKinds().filter((kind) => kind === 'amount_shrunk')).toHaveLength(2);
    expect(machine.report.invoices).toEqual([{ paymentHash: hashOf(1), state: 'canceled' }]);
  });

  test('attempts are counted', () => {
    const machine = started({ maxAttempts: 2 });
    fail(machine, 'TEMPORARY_CHANNEL_FAILURE', 1);
    machine.run();
    fail(machine, 'TEMPORARY_CHANNEL_FAILURE', 1);
    machine.run();
    expect(machine.report?.outcome.kind).toBe('attempts_exhausted');
  });
});

describe('hashes and invoices', () => {
  test('a refused arrival gets a new hash, after its invoice is cancelled, once', () => {
    const machine = started();
    fail(machine, 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS', 3);
    machine.run();
    expect(machine.kinds().slice(6)).toEqual([
      'commit',
      'cancel_invoice',
      'find_route',
      'draw_secret',
      'commit',
      'add_invoice',
      'commit',
      'send',
    ]);
    fail(machine, 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS', 3);
    machine.run();
    expect(machine.report?.outcome).toMatchObject({ kind: 'refused' });
    expect(machine.report?.invoices.map((invoice) => invoice.paymentHash)).toEqual([
      hashOf(1),
      hashOf(2),
    ]);
  });

  test('a node that refuses to send gets a new hash, once', () => {
    const machine = started();
    const refuse = (): void => {
      machine.take('send');
      machine.give({
        kind: 'sent',
        outcome: { kind: 'not_sent', reason: 'route has too many hops' },
      });
      machine.run();
    };
    refuse();
    expect(machine.pending[0]).toMatchObject({ kind: 'send', request: { paymentHash: hashOf(2) } });
    refuse();
    expect(machine.report?.outcome).toMatchObject({
      kind: 'node_error',
      message: expect.stringContaining('too many hops'),
    });
  });

  test('without a confirmed cancellation no other hash is used, and the journal gets no end', () => {
    const machine = started();
    fail(machine, 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS', 3);
    machine.run({ until: 'cancel_invoice' });
    const delays = Array.from({ length: 5 }, () => {
      expect(machine.report).toBeUndefined();
      return refuseToCancel(machine);
    });
    expect(delays).toEqual([0, 500, 1000, 2000, 4000]);
    expect(machine.report).toMatchObject({
      outcome: { kind: 'node_error' },
      invoices: [{ paymentHash: hashOf(1), state: 'unknown' }],
    });
    // The report waits no longer, but the node is asked on.
    expect([refuseToCancel(machine), refuseToCancel(machine)]).toEqual([8000, 16_000]);
    expect(machine.journal.at(-1)?.kind).toBe('outcome');
    machine.run();
    expect(machine.journal.at(-1)).toMatchObject({ kind: 'end', reason: 'node_error' });
    expect(machine.afterwards?.invoices).toEqual([{ paymentHash: hashOf(1), state: 'canceled' }]);
  });

  test('an invoice that may exist although adding it failed is cancelled', () => {
    const machine = new MachineHarness(terms());
    machine.run({ until: 'add_invoice' });
    machine.take('add_invoice');
    machine.give({ kind: 'invoice_failed', reason: 'deadline' });
    machine.run();
    expect(machine.report).toMatchObject({
      outcome: { kind: 'node_error' },
      invoices: [{ paymentHash: hashOf(1), state: 'canceled' }],
    });
  });

  test('an invoice that the node was not allowed to make is not cancelled, and the journal gets its end', () => {
    const machine = new MachineHarness(terms());
    machine.run({ until: 'add_invoice' });
    machine.take('add_invoice');
    machine.give({ kind: 'invoice_failed', reason: 'no permission', denied: true });
    machine.run();
    expect(machine.kinds()).not.toContain('cancel_invoice');
    expect(machine.journal.at(-1)).toMatchObject({ kind: 'end', reason: 'node_error' });
    expect(machine.report).toMatchObject({
      outcome: { kind: 'node_error', message: 'the node did not make the invoice: no permission' },
      invoices: [],
      notes: [],
    });
  });

  test.each([0, 1])('nothing is sent when commit %i fails', (which) => {
    const machine = new MachineHarness(terms());
    machine.run({ until: 'commit' });
    for (let i = 0; i < which; i++) {
      machine.give(machine.honestAnswer(machine.take('commit'))!);
      machine.run({ until: 'commit' });
    }
    machine.take('commit');
    machine.give({ kind: 'commit_failed', reason: 'disk full' });
    machine.run();
    expect(machine.kinds()).not.toContain('send');
    expect(machine.report?.outcome).toMatchObject({ kind: 'store_error' });
  });
});

describe('an unknown outcome', () => {
  function lost(): { machine: MachineHarness; route: Route } {
    const machine = started();
    const { route } = machine.take('send').request;
    machine.give({ kind: 'sent', outcome: { kind: 'unknown', reason: 'connection lost' } });
    return { machine, route };
  }

  function payment(fields: Partial<PaymentRecord>): PaymentRecord {
    return {
      paymentHash: hashOf(1),
      state: 'in_flight',
      valueMsat: 1_000_000_000n,
      attempts: [],
      ...fields,
    };
  }

  const attempt = (route: Route, fields: Partial<AttemptRecord>): AttemptRecord => ({
    attemptId: 5n,
    state: 'in_flight',
    route,
    attemptTimeNs: 1n,
    failure: null,
    preimage: null,
    ...fields,
  });

  test('is tracked and not resent, whatever is seen, until it is decided', () => {
    const { machine, route } = lost();
    machine.take('track');
    for (const seen of [payment({}), payment({ attempts: [attempt(route, {})] })]) {
      machine.give({ kind: 'tracked', update: { kind: 'payment', payment: seen } });
      expect(machine.pending).toEqual([]);
    }
    machine.give({ kind: 'track_lost', reason: 'connection lost' });
    expect(machine.take('track').delayMs).toBe(500);
    const settled = attempt(route, { state: 'settled', preimage: new Uint8Array(32) });
    machine.give({
      kind: 'tracked',
      update: { kind: 'payment', payment: payment({ attempts: [settled] }) },
    });
    machine.run();
    expect(machine.kinds().filter((kind) => kind === 'send')).toHaveLength(1);
    expect(machine.report?.outcome.kind).toBe('settled');
    expect(machine.eventKinds()).toContain('tracking_unknown');
  });

  test('that failed goes on with the next route under the same hash', () => {
    const { machine, route } = lost();
    const failure = Failure.fromPartial({
      code: Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE,
      failureSourceIndex: 1,
    });
    const attempts = [attempt(route, { state: 'failed', failure })];
    machine.take('track');
    machine.give({
      kind: 'tracked',
      update: { kind: 'payment', payment: payment({ state: 'failed', attempts }) },
    });
    machine.run();
    const next = machine.take('send').request;
    expect(next.paymentHash).toBe(hashOf(1));
    expect(channels(next.route)).toEqual(['10', '31', '32', '20']);
  });

  test('that the node does not know ends the run, after the invoice is cancelled and it was asked again', () => {
    const { machine } = lost();
    machine.take('track');
    machine.give({ kind: 'tracked', update: { kind: 'not_found' } });
    machine.run({ until: 'track' });
    expect(machine.kinds().at(-2)).toBe('cancel_invoice');
    machine.take('track');
    machine.give({ kind: 'tracked', update: { kind: 'not_found' } });
    machine.run();
    expect(machine.report).toMatchObject({
      outcome: { kind: 'node_error' },
      attempts: [{ outcome: { kind: 'not_sent' } }],
      invoices: [{ state: 'canceled' }],
    });
    expect(machine.kinds().filter((kind) => kind === 'send')).toHaveLength(1);
  });

  test('that the node does not know, with its invoice cancelled before: it is asked once more', () => {
    const machine = started();
    machine.give({ kind: 'stop', cause: 'aborted' });
    machine.give(machine.honestAnswer(machine.take('cancel_invoice'))!);
    machine.take('send');
    machine.give({ kind: 'sent', outcome: { kind: 'unknown', reason: 'connection lost' } });
    for (const delayMs of [0, 500]) {
      expect(machine.take('track').delayMs).toBe(delayMs);
      expect(machine.state.phase).toBe('tracking');
      machine.give({ kind: 'tracked', update: { kind: 'not_found' } });
    }
    machine.run();
    machine.take('start_grace');
    machine.run();
    expect(machine.report).toMatchObject({
      outcome: { kind: 'aborted' },
      attempts: [{ outcome: { kind: 'not_sent' } }],
      invoices: [{ state: 'canceled' }],
    });
  });

  test('that the node does not know, but whose invoice is paid, is followed on', () => {
    const { machine } = lost();
    machine.take('track');
    machine.give({ kind: 'tracked', update: { kind: 'not_found' } });
    const { paymentHash } = machine.take('cancel_invoice');
    machine.give({ kind: 'invoice_cancelled', paymentHash, outcome: { kind: 'already_settled' } });
    machine.take('track');
    machine.give({ kind: 'tracked', update: { kind: 'not_found' } });
    expect(machine.state.phase).toBe('tracking');
    machine.take('track');
    machine.give({
      kind: 'tracked',
      update: { kind: 'payment', payment: payment({ state: 'settled' }) },
    });
    machine.run();
    expect(machine.report?.outcome.kind).toBe('settled');
  });

  test('behind the record of an earlier attempt counts as not seen', () => {
    const machine = started();
    const earlier = fail(machine, 'TEMPORARY_CHANNEL_FAILURE', 1);
    machine.run();
    machine.take('send');
    machine.give({ kind: 'sent', outcome: { kind: 'unknown', reason: 'connection lost' } });
    machine.take('track');
    const old = attempt(earlier, { attemptId: 1n, state: 'failed' });
    machine.give({
      kind: 'tracked',
      update: { kind: 'payment', payment: payment({ state: 'failed', attempts: [old] }) },
    });
    expect(machine.state.phase).toBe('tracking');
    expect(machine.pending.map((command) => command.kind)).toEqual(['cancel_invoice']);
  });

  test('that shows after its invoice was taken back, and failed, goes on with a new hash', () => {
    const { machine, route } = lost();
    machine.take('track');
    machine.give({ kind: 'tracked', update: { kind: 'not_found' } });
    machine.run({ until: 'track' });
    machine.take('track');
    const failure = Failure.fromPartial({
      code: Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE,
      failureSourceIndex: 1,
    });
    const attempts = [attempt(route, { state: 'failed', failure })];
    machine.give({
      kind: 'tracked',
      update: { kind: 'payment', payment: payment({ state: 'failed', attempts }) },
    });
    machine.run();
    expect(machine.take('send').request.paymentHash).toBe(hashOf(2));
  });

  test('that the node does not know: taking back is tried, with pauses, until it is told', () => {
    const { machine } = lost();
    machine.take('track');
    machine.give({ kind: 'tracked', update: { kind: 'not_found' } });
    const pauses: number[] = [];
    for (let i = 0; i < 3; i++) {
      refuseToCancel(machine);
      pauses.push(machine.take('track').delayMs);
      machine.give({ kind: 'tracked', update: { kind: 'not_found' } });
    }
    expect(pauses).toEqual([500, 1000, 2000]);
    machine.run({ until: 'track' });
    machine.take('track');
    machine.give({ kind: 'tracked', update: { kind: 'not_found' } });
    machine.run();
    expect(machine.report).toMatchObject({
      attempts: [{ outcome: { kind: 'not_sent' } }],
      invoices: [{ state: 'canceled' }],
    });
  });
});

describe('deadline and abort', () => {
  test('before anything was sent: nothing is', () => {
    const machine = new MachineHarness(terms());
    machine.give({ kind: 'stop', cause: 'aborted' });
    machine.run();
    expect(machine.kinds()).toEqual(['find_route', 'finish']);
    expect(machine.report?.outcome.kind).toBe('aborted');
  });

  test('between intent and sending: the journal says that it was not sent', () => {
    const machine = new MachineHarness(terms());
    machine.run({ until: 'add_invoice' });
    machine.run({ until: 'commit' });
    machine.give({ kind: 'stop', cause: 'deadline' });
    machine.run();
    expect(machine.kinds()).not.toContain('send');
    expect(machine.journal.at(-2)).toMatchObject({
      kind: 'outcome',
      outcome: { kind: 'not_sent' },
    });
    expect(machine.report?.outcome.kind).toBe('deadline');
  });

  test('under way: the invoice is taken back, and the payment given time to fail', () => {
    const machine = started();
    machine.give({ kind: 'stop', cause: 'deadline' });
    machine.run();
    machine.take('start_grace');
    machine.run();
    fail(machine, 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS', 3);
    machine.run();
    expect(machine.report).toMatchObject({
      outcome: { kind: 'deadline' },
      invoices: [{ state: 'canceled' }],
    });
  });

  test('under way and stuck: reported as in flight, and its late end is still written down', () => {
    const machine = started();
    machine.give({ kind: 'stop', cause: 'aborted' });
    machine.take('start_grace');
    machine.run({ until: 'send' });
    const { paymentHash } = machine.take('cancel_invoice');
    machine.give({ kind: 'invoice_cancelled', paymentHash, outcome: { kind: 'canceled' } });
    machine.give({ kind: 'grace_over' });
    expect(machine.report).toMatchObject({
      outcome: { kind: 'in_flight', cause: 'aborted', paymentHash, invoice: 'canceled' },
      attempts: [{ outcome: { kind: 'in_flight' } }],
      movedMsat: 0n,
    });
    expect(machine.journal.map((record) => record.kind)).toEqual(['start', 'invoice', 'intent']);
    fail(machine, 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS', 3);
    machine.run();
    expect(machine.state.phase).toBe('finished');
    expect(machine.journal.slice(3)).toMatchObject([
      { kind: 'outcome', outcome: { kind: 'failed' } },
      { kind: 'end', reason: 'aborted', movedMsat: 0n },
    ]);
  });

  test('under way, with a node that does not cancel: it is asked until it tells, before the report and after', () => {
    const machine = started();
    machine.give({ kind: 'stop', cause: 'aborted' });
    machine.take('start_grace');
    const pauses = Array.from({ length: 6 }, () => refuseToCancel(machine));
    machine.give({ kind: 'grace_over' });
    expect(machine.report).toMatchObject({
      outcome: {
        kind: 'in_flight',
        invoice: 'unknown',
        message: expect.stringMatching(/may still/),
      },
      invoices: [{ state: 'unknown' }],
    });
    pauses.push(refuseToCancel(machine));
    expect(pauses).toEqual([0, 500, 1000, 2000, 4000, 5000, 5000]);
    machine.give(machine.honestAnswer(machine.take('cancel_invoice'))!);
    expect(machine.pending.map((command) => command.kind)).toEqual(['send']);
    fail(machine, 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS', 3);
    machine.run();
    expect(machine.journal.at(-1)).toMatchObject({ kind: 'end', reason: 'aborted' });
    expect(machine.afterwards?.invoices).toEqual([{ paymentHash: hashOf(1), state: 'canceled' }]);
  });

  test('reported as in flight, and settled after all: that is what the journal says', () => {
    const machine = started();
    machine.give({ kind: 'stop', cause: 'deadline' });
    machine.take('start_grace');
    machine.give({ kind: 'grace_over' });
    settle(machine);
    machine.pending = machine.pending.filter((command) => command.kind !== 'cancel_invoice');
    machine.run();
    expect(machine.journal.slice(3)).toMatchObject([
      { kind: 'outcome', outcome: { kind: 'settled' } },
      { kind: 'end', reason: 'settled', feePaidMsat: 100_000n, movedMsat: 1_000_000_000n },
    ]);
    expect(machine.report?.outcome.kind).toBe('in_flight');
    expect(machine.eventKinds().at(-1)).toBe('finished');
  });

  test('under way, but it settles: that is what counts', () => {
    const machine = started();
    machine.give({ kind: 'stop', cause: 'deadline' });
    machine.take('start_grace');
    const { paymentHash } = machine.take('cancel_invoice');
    machine.give({ kind: 'invoice_cancelled', paymentHash, outcome: { kind: 'already_settled' } });
    settle(machine);
    machine.run();
    expect(machine.report).toMatchObject({ outcome: { kind: 'settled' }, feePaidMsat: 100_000n });
  });
});

test('an answer to a question that was not asked is a fault', () => {
  const machine = started();
  expect(() => machine.give({ kind: 'committed' })).toThrow(/sending cannot take "committed"/);
});

test('terms without a fee limit do not start', () => {
  const { maxFeePpm: _, ...unlimited } = terms();
  expect(() => new MachineHarness(unlimited)).toThrow(/fee limit/);
});
