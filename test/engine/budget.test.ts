/** Limits on all fees together, over many rebalances and over restarts. A direct circle costs 100,000 msat. */
import { describe, expect, test } from 'vitest';
import type { RebalanceRequest, RebalanceRun, Rebalancer } from '../../src/engine/index.ts';
import type { FeeBudget } from '../../src/executor/fee-ledger.ts';
import type { Store } from '../../src/ports.ts';
import { memoryStore } from '../../src/store/index.ts';
import { settleMicrotasks } from '../sim/circle.ts';
import { AMOUNT_MSAT, eventKinds, eventOf, Square, until } from './square.ts';

const FEE_MSAT = 100_000n;
const DAY_MS = 86_400_000;

function world(budget: FeeBudget, store: Store = memoryStore()) {
  const square = new Square();
  const rebalancer = square.rebalancer({ budget, store });
  return { square, store, budget, rebalancer, pay: payer(square, rebalancer) };
}

const payer =
  (square: Square, rebalancer: Rebalancer) =>
  (request: Partial<RebalanceRequest> = {}): RebalanceRun =>
    rebalancer.rebalance({
      from: square.out,
      to: square.in,
      amountMsat: AMOUNT_MSAT,
      maxFeePpm: 1000,
      ...request,
    });

const endOf = async (run: RebalanceRun): Promise<string> => (await run.result).outcome.kind;

describe('a limit', () => {
  test.each<[string, FeeBudget]>([
    ['on all fees ever', { ever: { allMsat: 2n * FEE_MSAT } }],
    ['on a channel', { ever: { perChannelMsat: 2n * FEE_MSAT } }],
    ['on a pair', { ever: { perPairMsat: 2n * FEE_MSAT } }],
    ['on a day', { perDay: { allMsat: 2n * FEE_MSAT } }],
  ])('%s: two are paid, the third is told why not', async (_, budget) => {
    const { pay, square } = world(budget);
    const before = square.ownTotalMsat();
    expect([await endOf(pay()), await endOf(pay())]).toEqual(['settled', 'settled']);
    expect((await pay().result).outcome).toMatchObject({
      kind: 'budget',
      leftMsat: 0n,
      cheapestFeeMsat: FEE_MSAT,
    });
    expect(before - square.ownTotalMsat()).toBe(2n * FEE_MSAT);
  });

  test('that the request itself has is not the one that was too tight', async () => {
    const { pay } = world({ ever: { allMsat: 80_000n } });
    expect(await endOf(pay())).toBe('budget');
    expect(await endOf(pay({ maxFeePpm: 90 }))).toBe('fee_limit');
  });

  test('leaves room for a cheaper way', async () => {
    const { pay } = world({ ever: { allMsat: 2n * FEE_MSAT - 1n } });
    await pay().result;
    const half = pay({ amountMsat: AMOUNT_MSAT / 2n });
    expect(await half.result).toMatchObject({ outcome: { kind: 'settled' }, feePaidMsat: 50_000n });
  });

  test('per day is whole again on the next', async () => {
    const { pay, square } = world({ perDay: { allMsat: FEE_MSAT } });
    expect([await endOf(pay()), await endOf(pay())]).toEqual(['settled', 'budget']);
    await square.clock.advance(DAY_MS);
    expect([await endOf(pay()), await endOf(pay())]).toEqual(['settled', 'budget']);
  });

  test('outlives the process', async () => {
    const { pay, square, store, budget } = world({ ever: { allMsat: 2n * FEE_MSAT } });
    await pay().result;
    const again = payer(square, square.rebalancer({ budget, store }));
    expect([await endOf(again()), await endOf(again())]).toEqual(['settled', 'budget']);
  });
});

test('fees at risk count: at once is no way around the limit', async () => {
  const { pay, square } = world({ ever: { allMsat: 2n * FEE_MSAT } });
  const before = square.ownTotalMsat();
  square.network.holdHtlcsAt(square.bob);
  const runs = [pay(), pay(), pay(), pay()];
  await Promise.all(runs.slice(0, 2).map((run) => eventOf(run, 'attempt_started')));
  await Promise.all(runs.slice(2).map((run) => eventOf(run, 'waiting')));
  square.network.releaseHtlcs(square.bob);
  const ends = await Promise.all(runs.map(endOf));
  expect(ends).toEqual(['settled', 'settled', 'budget', 'budget']);
  expect(before - square.ownTotalMsat()).toBe(2n * FEE_MSAT);
});

test('a share that was put at risk and not paid is free again', async () => {
  const { pay, square } = world({ ever: { allMsat: FEE_MSAT } });
  square.network.holdHtlcsAt(square.bob);
  const controller = new AbortController();
  const first = pay({ signal: controller.signal });
  await eventOf(first, 'attempt_started');
  const second = pay();
  await eventOf(second, 'waiting');
  controller.abort();
  square.network.releaseHtlcs(square.bob, 'fail');
  expect(await endOf(first)).toBe('aborted');
  expect(await endOf(second)).toBe('settled');
});

test('a success is booked once, though more happens while it is written down', async () => {
  const inner = memoryStore();
  const written = Promise.withResolvers<void>();
  let held = false;
  const store: Store = {
    ...inner,
    commit: async (batch) => {
      if (batch.some(({ kind }) => kind === 'outcome') && !held) {
        held = true;
        await written.promise;
      }
      await inner.commit(batch);
    },
  };
  const { pay } = world({ ever: { allMsat: 2n * FEE_MSAT } }, store);
  const controller = new AbortController();
  const first = pay({ signal: controller.signal });
  await eventOf(first, 'attempt_started');
  await until(() => held);
  controller.abort();
  await settleMicrotasks();
  written.resolve();
  expect(await endOf(first)).toBe('settled');
  expect(await endOf(pay())).toBe('settled');
  expect(await endOf(pay())).toBe('budget');
});

test('what breaks off before it is sent holds nothing', async () => {
  const square = new Square({ outMsat: 1_500_000_000n });
  let draws = 0;
  const entropy = {
    // The second draw is the first preimage.
    bytes: (length: number) => new Uint8Array(++draws === 2 ? 1 : length).fill(draws),
  };
  const pay = payer(
    square,
    square.rebalancer({ entropy, budget: { ever: { allMsat: FEE_MSAT } } }),
  );
  await expect(pay().result).rejects.toThrow(/1 bytes instead of 32/);
  const run = pay();
  expect(await endOf(run)).toBe('settled');
  expect(await eventKinds(run)).not.toContain('waiting');
});

describe('another budget', () => {
  test('counts from the next payment on, with what was paid before it', async () => {
    const square = new Square();
    const rebalancer = square.rebalancer({ budget: { ever: { allMsat: 0n } } });
    const request = { from: square.out, to: square.in, amountMsat: AMOUNT_MSAT, maxFeePpm: 1000 };
    expect((await rebalancer.rebalance(request).result).outcome.kind).toBe('budget');
    expect(rebalancer.status().leftMsat).toEqual({ ever: 0n, perDay: null });
    rebalancer.setBudget({ ever: { allMsat: 1_000_000n } });
    const { outcome, feePaidMsat } = await rebalancer.rebalance(request).result;
    expect(outcome.kind).toBe('settled');
    const leftMsat = 1_000_000n - feePaidMsat;
    expect(rebalancer.status().leftMsat).toEqual({ ever: leftMsat, perDay: null });
    rebalancer.setBudget({ perDay: { allMsat: feePaidMsat } });
    expect(rebalancer.status().leftMsat).toEqual({ ever: null, perDay: 0n });
    expect((await rebalancer.rebalance(request).result).outcome.kind).toBe('budget');
  });

  test('lets one go on that waits for a share of the old', async () => {
    const square = new Square();
    square.network.holdHtlcsAt(square.ann);
    const rebalancer = square.rebalancer({ budget: { ever: { allMsat: 150_000n } } });
    const request = { from: square.out, to: square.in, amountMsat: AMOUNT_MSAT, maxFeePpm: 1000 };
    const first = rebalancer.rebalance(request);
    await eventOf(first, 'attempt_started');
    const second = rebalancer.rebalance(request);
    await eventOf(second, 'waiting');
    expect(rebalancer.status().underWay).toHaveLength(1);
    rebalancer.setBudget({});
    await eventOf(second, 'attempt_started');
    expect(rebalancer.status().underWay).toHaveLength(2);
    square.network.releaseHtlcs(square.ann);
    await Promise.all([first.result, second.result]);
    expect(rebalancer.status().underWay).toEqual([]);
    expect(rebalancer.status().corridors).toBeGreaterThan(0);
  });

  test('is refused where it cannot be meant', () => {
    const rebalancer = new Square().rebalancer();
    expect(() => rebalancer.setBudget({ ever: { allMsat: -1n } })).toThrow(RangeError);
    expect(() => rebalancer.setBudget({ always: {} } as never)).toThrow(TypeError);
  });
});
