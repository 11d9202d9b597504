import { describe, expect, test } from 'vitest';
import { claimOf, claimOfRoute } from '../../src/executor/claims.ts';
import { Failure } from '../../src/generated/messages/failure.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { A, B, IN, OUT, OWN_CHANNELS, SELF, terms } from './circle-network.ts';
import { hashOf, MachineHarness, preimageOf } from './machine-harness.ts';

const FOUND = {
  rebalanceId: 'test',
  paymentHash: null,
  outChannelId: OUT,
  inChannelId: IN,
  amountMsat: 1_000_000_000n,
  feeMsat: 100_000n,
  links: [
    { from: SELF, to: A, amountMsat: 1_000_100_000n },
    { from: A, to: B, amountMsat: 1_000_000_000n },
    { from: B, to: SELF, amountMsat: 1_000_000_000n },
  ],
};
const OURS = { ...FOUND, paymentHash: hashOf(1) };

/** Phase and claim after each step of the machine, as far as they changed. */
function seen(machine: MachineHarness): [string, unknown][] {
  const steps: [string, unknown][] = [];
  for (;;) {
    const { phase } = machine.state;
    if (steps.at(-1)?.[0] !== phase) steps.push([phase, claimOf(machine.state)]);
    const answer = machine.pending[0] && machine.honestAnswer(machine.pending[0]);
    if (answer === undefined) return steps;
    machine.pending.shift();
    machine.give(answer);
  }
}

const sending = (): MachineHarness => {
  const machine = new MachineHarness(terms());
  machine.run();
  return machine;
};

describe('a rebalance holds', () => {
  test('what its route needs, from the search until it is sent', () => {
    expect(seen(new MachineHarness(terms()))).toEqual([
      ['searching', null],
      ['drawing_secret', FOUND],
      ['journaling_invoice', OURS],
      ['adding_invoice', OURS],
      ['journaling_intent', OURS],
      ['sending', OURS],
    ]);
  });

  test('the same while nobody knows how it ended, and until that is written down', () => {
    const machine = sending();
    machine.take('send');
    machine.give({ kind: 'sent', outcome: { kind: 'unknown', reason: 'connection lost' } });
    expect([machine.state.phase, claimOf(machine.state)]).toEqual(['tracking', OURS]);
    machine.take('track');
    machine.give({ kind: 'tracked', update: { kind: 'not_found' } });
    expect([machine.state.phase, claimOf(machine.state)]).toEqual(['tracking', OURS]);
  });

  test('the same after a report that calls it in flight', () => {
    const machine = sending();
    machine.give({ kind: 'stop', cause: 'deadline' });
    machine.give({ kind: 'grace_over' });
    expect(machine.report?.outcome.kind).toBe('in_flight');
    expect(claimOf(machine.state)).toEqual(OURS);
  });

  test('nothing once the success is written down', () => {
    const machine = sending();
    const { paymentHash } = machine.take('send').request;
    const preimage = preimageOf(paymentHash);
    machine.give({ kind: 'sent', outcome: { kind: 'settled', preimage, attemptId: 1n } });
    expect(seen(machine)).toEqual([
      ['journaling_outcome', OURS],
      ['looking_up', null],
      ['journaling_end', null],
      ['finished', null],
    ]);
  });

  test('nothing once a failure is written down, and then what the next route needs', () => {
    const machine = sending();
    machine.take('send');
    const failure = Failure.fromPartial({ code: 15, failureSourceIndex: 1 });
    machine.give({ kind: 'sent', outcome: { kind: 'failed', failure, attemptId: 1n } });
    expect(seen(machine)).toMatchObject([
      ['journaling_outcome', OURS],
      ['searching', null],
      ['journaling_intent', { ...OURS, feeMsat: expect.any(BigInt), links: { length: 4 } }],
      ['sending', { paymentHash: hashOf(1) }],
    ]);
  });

  test('nothing while an invoice is cancelled', () => {
    const machine = sending();
    machine.take('send');
    machine.give({ kind: 'sent', outcome: { kind: 'not_sent', reason: 'too many hops' } });
    expect(seen(machine).slice(0, 3)).toEqual([
      ['journaling_outcome', OURS],
      ['cancelling', null],
      ['searching', null],
    ]);
  });
});

test('channels go by the ids that the node lists', () => {
  const machine = new MachineHarness(terms());
  const answer = machine.honestAnswer(machine.take('find_route'));
  if (answer?.kind !== 'route_searched' || answer.result.kind !== 'route') throw new Error();
  const listed = OWN_CHANNELS.map((own) => ({
    ...own,
    channelId: parseChannelId(`${1000 + Number(own.channelId)}`),
  }));
  const found = { path: answer.result.path, quote: answer.result.quote, ownChannels: listed };
  expect(claimOfRoute('test', found, hashOf(1))).toEqual({
    ...OURS,
    outChannelId: '1010',
    inChannelId: '1020',
  });
});
