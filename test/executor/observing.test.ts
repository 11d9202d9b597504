/** What the machine hands to the beliefs when an attempt has ended, however its end became known. */
import { describe, expect, test } from 'vitest';
import { recover } from '../../src/executor/recovering.ts';
import {
  ChannelUpdate,
  type Failure,
  type Failure_FailureCode,
} from '../../src/generated/messages/failure.ts';
import type { LiquidityFact } from '../../src/liquidity/liquidity-fact.ts';
import type { AttemptRecord, JournalRecord } from '../../src/ports.ts';
import { A, AB, B, BLOCK_HEIGHT, OUT, SELF, SNAPSHOT, terms } from './circle-network.ts';
import { hashOf, MachineHarness, preimageOf } from './machine-harness.ts';
import { failure } from './routes.ts';

const AMOUNT = 1_000_000_000n;
const WITH_FEE = 1_000_100_000n;

function started(fields: Parameters<typeof terms>[0] = {}): MachineHarness {
  const machine = new MachineHarness(terms(fields));
  machine.run({ until: 'send' });
  return machine;
}

function endAs(
  machine: MachineHarness,
  code: keyof typeof Failure_FailureCode,
  index: number,
  more: Partial<Failure> = {},
): void {
  machine.take('send');
  const outcome = { kind: 'failed', failure: failure(code, index, more), attemptId: 1n } as const;
  machine.give({ kind: 'sent', outcome });
  machine.run();
}

const round = (kind: 'carried' | 'moved'): LiquidityFact[] => [
  { kind, from: SELF, to: A, amountMsat: WITH_FEE },
  { kind, from: A, to: B, amountMsat: AMOUNT },
  { kind, from: B, to: SELF, amountMsat: AMOUNT },
];

describe('an attempt teaches', () => {
  test('what carried it, and what did not', () => {
    const machine = started();
    endAs(machine, 'TEMPORARY_CHANNEL_FAILURE', 1);
    expect(machine.observed).toEqual([
      [round('carried')[0], { kind: 'lacked', from: A, to: B, amountMsat: AMOUNT }],
    ]);
    expect(machine.commands).toContainEqual({
      kind: 'observe',
      facts: machine.observed[0],
      snapshot: SNAPSHOT,
      self: SELF,
    });
  });

  test('before the next search, which is to use it', () => {
    const machine = started();
    endAs(machine, 'TEMPORARY_CHANNEL_FAILURE', 1);
    const kinds = machine.commands.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('find_route')).toBeGreaterThan(kinds.indexOf('observe'));
  });

  test('nothing where our own channel refused', () => {
    const machine = started();
    endAs(machine, 'TEMPORARY_CHANNEL_FAILURE', 0);
    expect(machine.observed).toEqual([]);
  });

  test('nothing where it was not sent', () => {
    const machine = started();
    machine.take('send');
    machine.give({ kind: 'sent', outcome: { kind: 'not_sent', reason: 'no' } });
    machine.run();
    expect(machine.observed).toEqual([]);
  });

  test('that all of it has moved, once it settled', () => {
    const machine = started();
    const { paymentHash } = machine.take('send').request;
    const preimage = preimageOf(paymentHash);
    machine.give({ kind: 'sent', outcome: { kind: 'settled', preimage, attemptId: 1n } });
    machine.run();
    expect(machine.observed).toEqual([round('moved')]);
  });

  test('that a probe was carried all the way round', () => {
    const machine = started({ probe: true });
    endAs(machine, 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS', 3);
    expect(machine.observed).toEqual([round('carried')]);
  });

  test('the same of an arrival that we gave back ourselves', () => {
    const machine = started({ arrival: 'strict' });
    const { paymentHash } = machine.pending.find((c) => c.kind === 'send')!.request;
    const stray = { channelId: OUT, amountMsat: AMOUNT, expiryHeight: BLOCK_HEIGHT + 43 };
    machine.give({
      kind: 'invoice_seen',
      invoice: { paymentHash, state: 'accepted', arrivals: [{ ...stray, state: 'accepted' }] },
    });
    machine.pending = machine.pending.filter(({ kind }) => kind === 'send');
    // Whatever the failure reads like on its way back.
    endAs(machine, 'UNREADABLE_FAILURE', 0);
    expect(machine.observed).toEqual([round('carried')]);
  });

  test('no suspicion while the path has a second chance with other terms', () => {
    const dearer = ChannelUpdate.fromPartial({
      chanId: AB,
      timestamp: 1_700_000_000,
      timeLockDelta: 80,
      htlcMinimumMsat: 1n,
      feeRate: 300,
      messageFlags: 1,
      htlcMaximumMsat: 10_000_000_000n,
    });
    const machine = started();
    endAs(machine, 'FEE_INSUFFICIENT', 1, { channelUpdate: dearer });
    expect(machine.eventKinds()).toContain('repriced');
    expect(machine.observed).toEqual([[round('carried')[0]]]);
    const other = started();
    endAs(other, 'FEE_INSUFFICIENT', 1);
    expect(other.observed[0]).toContainEqual({ kind: 'suspect', from: A, to: B });
  });
});

describe('known only by tracking', () => {
  const journal = (): JournalRecord[] => started().journal.filter(({ kind }) => kind !== 'end');

  function tracked(
    state: 'settled' | 'failed',
    record: Partial<AttemptRecord> | null,
  ): readonly (readonly LiquidityFact[])[] {
    const machine = new MachineHarness(recover(journal(), 2_000_000));
    if (machine.state.phase !== 'tracking') throw new Error('nothing is tracked');
    const { route } = machine.state.live;
    const base = { attemptId: 9n, state, route, attemptTimeNs: 1n, failure: null, preimage: null };
    const attempts = record === null ? [] : [{ ...base, ...record }];
    const payment = { paymentHash: hashOf(1), state, valueMsat: AMOUNT, attempts };
    machine.take('track');
    machine.give({ kind: 'tracked', update: { kind: 'payment', payment } });
    machine.take('commit');
    machine.give({ kind: 'committed' });
    return machine.observed;
  }

  test('after a restart of ours it teaches just as much', () => {
    expect(tracked('settled', {})).toEqual([round('moved')]);
    const lacked = { failure: failure('TEMPORARY_CHANNEL_FAILURE', 1) };
    expect(tracked('failed', lacked)).toEqual([
      [round('carried')[0], { kind: 'lacked', from: A, to: B, amountMsat: AMOUNT }],
    ]);
  });

  test('a failure that the node has lost teaches nothing', () => {
    expect(tracked('failed', null)).toEqual([]);
    expect(tracked('failed', { failure: null })).toEqual([]);
  });
});
