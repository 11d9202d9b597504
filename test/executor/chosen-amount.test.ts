import { describe, expect, test } from 'vitest';
import type { RebalanceInput } from '../../src/executor/rebalance-state.ts';
import type { RebalanceTerms } from '../../src/executor/rebalance-terms.ts';
import { terms } from './circle-network.ts';
import { MachineHarness } from './machine-harness.ts';

const MILLION = 1_000_000_000n;

/** The honest answer, for an amount and with a probability of the test's. */
function searched(
  machine: MachineHarness,
  { amountMsat, probability }: { readonly amountMsat: bigint; readonly probability: number },
): RebalanceInput {
  const command = machine.take('find_route');
  const answer = machine.honestAnswer({ ...command, request: { ...command.request, amountMsat } });
  if (answer?.kind !== 'route_searched' || answer.result.kind !== 'route') throw new Error('none');
  return { ...answer, result: { ...answer.result, probability } };
}

const started = (fields: Partial<RebalanceTerms>): MachineHarness =>
  new MachineHarness(terms({ minProbability: 0.01, ...fields }));

describe('the amount of an attempt', () => {
  test('may be any of those that the search was offered', () => {
    const machine = started({ minAmountMsat: MILLION / 10n });
    const { smaller } = machine.take('find_route');
    expect(smaller.map(({ amountMsat }) => amountMsat)).toEqual([
      MILLION / 2n,
      MILLION / 4n,
      MILLION / 8n,
      MILLION / 10n,
    ]);
    // 1,000 ppm of each.
    expect(smaller[0]).toMatchObject({ maxFeeMsat: 500_000n });
  });

  test('is what is sent, and the next one may be larger again', () => {
    const machine = started({ minAmountMsat: MILLION / 10n });
    machine.give(searched(machine, { amountMsat: MILLION / 2n, probability: 0.5 }));
    machine.run();
    const { route } = machine.take('send').request;
    expect(route.totalAmtMsat - route.totalFeesMsat).toBe(MILLION / 2n);
    expect(machine.events.find(({ kind }) => kind === 'amount_shrunk')).toMatchObject({
      fromMsat: MILLION,
      toMsat: MILLION / 2n,
    });
  });

  test('below the least one is never sent', () => {
    const machine = started({ minAmountMsat: MILLION / 2n });
    machine.give(searched(machine, { amountMsat: MILLION / 4n, probability: 0.5 }));
    machine.run();
    expect(machine.kinds()).not.toContain('send');
    expect(machine.report?.outcome).toMatchObject({
      kind: 'internal_error',
      message: expect.stringContaining('not asked for'),
    });
  });

  test('of a probe is no other than the one asked for', () => {
    const machine = started({ probe: true, minAmountMsat: MILLION / 10n });
    expect(machine.pending.find(({ kind }) => kind === 'find_route')).toMatchObject({
      smaller: [],
    });
    machine.give(searched(machine, { amountMsat: MILLION / 2n, probability: 0.5 }));
    machine.run();
    expect(machine.kinds()).not.toContain('send');
  });
});

describe('a circle that hardly ever succeeds', () => {
  test('is not tried', () => {
    const machine = started({});
    machine.give(searched(machine, { amountMsat: MILLION, probability: 0.005 }));
    machine.run();
    expect(machine.kinds()).not.toContain('send');
    expect(machine.report?.outcome).toMatchObject({ kind: 'unlikely', probability: 0.005 });
  });

  test('is given up only when the least amount is as unlikely', () => {
    const machine = started({ minAmountMsat: 300_000_000n });
    const asked: bigint[] = [];
    while (machine.report === undefined && asked.length < 9) {
      const command = machine.pending.find((pending) => pending.kind === 'find_route');
      if (command?.kind !== 'find_route') break;
      const { amountMsat } = command.request;
      asked.push(amountMsat);
      machine.give(searched(machine, { amountMsat, probability: 0.005 }));
    }
    machine.run();
    expect(asked).toEqual([MILLION, MILLION / 2n, 300_000_000n]);
    expect(machine.report?.outcome.kind).toBe('unlikely');
  });

  test('is shown by a dry run, and tried where the request says so', () => {
    const dry = started({ dryRun: true });
    dry.give(searched(dry, { amountMsat: MILLION, probability: 0.005 }));
    expect(dry.report?.outcome.kind).toBe('dry_run');
    const brave = started({ minProbability: 0.001 });
    brave.give(searched(brave, { amountMsat: MILLION, probability: 0.005 }));
    brave.run();
    expect(brave.kinds()).toContain('send');
  });
});
