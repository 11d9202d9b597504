/** Many rebalances of one node at once. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RebalanceRun, RebalancerOptions } from '../../src/engine/index.ts';
import type { LightningNode } from '../../src/ports.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { AMOUNT_MSAT, eventKinds, eventOf, Square, until } from './square.ts';

/** The square with a count of payments under way, and at most. */
function counted(square: Square): { now: number; most: number } {
  const count = { now: 0, most: 0 };
  const { node } = square;
  square.node = {
    ...node,
    sendToRoute: async (request) => {
      count.now++;
      count.most = Math.max(count.most, count.now);
      const outcome = await node.sendToRoute(request);
      count.now--;
      return outcome;
    },
  };
  return count;
}

/** Four rebalances, of which so many are to have a payment under way at once, all held at Bob. */
async function held(
  square: Square,
  options: Partial<RebalancerOptions>,
  expected: number,
): Promise<{ readonly runs: readonly RebalanceRun[]; readonly count: { most: number } }> {
  const count = counted(square);
  const rebalancer = square.rebalancer(options);
  square.network.holdHtlcsAt(square.bob);
  const { out: from, in: to } = square;
  const request = { from, to, amountMsat: AMOUNT_MSAT, maxFeePpm: 1000 };
  const started = Array.from({ length: 4 }, () => rebalancer.rebalance(request));
  await until(() => count.now >= expected);
  // Room for one more, if there were one.
  let turns = 0;
  await until(() => ++turns > 50);
  return { runs: started, count };
}

const endsOf = (runs: readonly RebalanceRun[]): Promise<string[]> =>
  Promise.all(runs.map(async (run) => (await run.result).outcome.kind));

describe('payments are under way at once', () => {
  test.each<[string, Partial<RebalancerOptions>, number]>([
    ['as many as asked for, where nothing is in the way', { maxConcurrent: 4 }, 4],
    ['no more than maxConcurrent', { maxConcurrent: 2 }, 2],
    ['no more than maxPerChannel', { maxConcurrent: 4, maxPerChannel: 3 }, 3],
    ['no more than maxPerPeer', { maxConcurrent: 4, maxPerPeer: 1 }, 1],
    ['no more than maxAttemptsPerMinute', { maxConcurrent: 4, maxAttemptsPerMinute: 3 }, 3],
  ])('%s', async (_, options, most) => {
    const square = new Square();
    const { runs, count } = await held(square, options, most);
    expect(count.most).toBe(most);
    square.network.releaseHtlcs(square.bob);
    let open = runs.length;
    for (const run of runs) {
      void run.result.then(() => {
        open--;
      });
    }
    await until(
      () => open === 0,
      () => square.clock.advance(100),
    );
    expect(await endsOf(runs)).toEqual(['settled', 'settled', 'settled', 'settled']);
    expect(count.most).toBe(most);
  });

  test('no more than the liquidity, whoever asks first; the others wait', async () => {
    const square = new Square({ outMsat: 2_500_000_000n });
    const { runs, count } = await held(square, { maxConcurrent: 4 }, 2);
    expect(count.most).toBe(2);
    await eventOf(runs[3]!, 'waiting');
    square.network.releaseHtlcs(square.bob);
    const ends = await endsOf(runs);
    expect(ends).toEqual(['settled', 'settled', 'no_route', 'no_route']);
  });

  test('not with a share of the slots that are kept free', async () => {
    const square = new Square();
    const { node } = square;
    const slots = { maxOutgoingHtlcs: 12, maxIncomingHtlcs: 12 };
    square.node = {
      ...node,
      ownChannels: async () => (await node.ownChannels()).map((own) => ({ ...own, ...slots })),
    };
    const { runs, count } = await held(square, { maxConcurrent: 4, freeSlots: 10 }, 4);
    // Half of the twelve are kept at most.
    expect(count.most).toBe(4);
    square.network.releaseHtlcs(square.bob);
    await endsOf(runs);
    const few = new Square();
    const fewNode = few.node;
    few.node = {
      ...fewNode,
      ownChannels: async () =>
        (await fewNode.ownChannels()).map((own) => ({ ...own, maxOutgoingHtlcs: 4 })),
    };
    const second = await held(few, { maxConcurrent: 4, freeSlots: 10 }, 2);
    expect(second.count.most).toBe(2);
    few.network.releaseHtlcs(few.bob);
    expect(await endsOf(second.runs)).toEqual(['settled', 'settled', 'settled', 'settled']);
  });
});

test('one that has another way does not wait', async () => {
  const square = new Square({ outMsat: 1_500_000_000n });
  square.network.holdHtlcsAt(square.bob);
  const rebalancer = square.rebalancer();
  const { out, in: back } = square;
  const one = rebalancer.rebalance({
    from: out,
    to: back,
    amountMsat: AMOUNT_MSAT,
    maxFeePpm: 1000,
  });
  await eventOf(one, 'attempt_started');
  const other = rebalancer.rebalance({
    from: square.in,
    to: square.out,
    amountMsat: 100_000_000n,
    maxFeePpm: 1000,
  });
  await eventOf(other, 'attempt_started');
  square.network.releaseHtlcs(square.bob);
  expect(await endsOf([one, other])).toEqual(['settled', 'settled']);
  expect(await eventKinds(other)).not.toContain('waiting');
});

/** What our node says about an attempt that asks more of our first channel than it has. */
function refusals(square: Square): { count: number } {
  const seen = { count: 0 };
  const { node } = square;
  const sendToRoute: LightningNode['sendToRoute'] = async (request) => {
    const outcome = await node.sendToRoute(request);
    if (outcome.kind === 'failed' && outcome.failure.failureSourceIndex === 0) seen.count++;
    return outcome;
  };
  square.node = { ...node, sendToRoute };
  return seen;
}

test('random crowds: nothing is planned twice, no limit broken, and everyone comes to an end', async () => {
  const reached = new Map<string, number>();
  const property = fc.asyncProperty(fc.noShrink(fc.integer()), async (seed) => {
    const random = new SeededRandom(seed);
    const square = new Square({ seed, outMsat: 3_000_000_000n, sibling: random.chance(0.5) });
    const refused = refusals(square);
    const before = square.ownTotalMsat();
    const allMsat = random.pick([200_000n, 10_000_000n]);
    for (const nodeId of [square.ann, square.bob, square.cleo]) {
      square.network.setDelay(nodeId, random.pick([0, 10, 500]));
    }
    const rebalancer = square.rebalancer({
      maxConcurrent: 8,
      budget: { ever: { allMsat } },
      maxAttemptsPerMinute: random.pick([10, 1000]),
    });
    const amounts = [200_000_000n, 700_000_000n, 1_200_000_000n];
    const controllers = Array.from({ length: 8 }, () => new AbortController());
    const runs = controllers.map(({ signal }) =>
      rebalancer.rebalance({
        from: square.out,
        to: random.pick([square.in, square.bob]),
        amountMsat: random.pick(amounts),
        maxFeePpm: 1000,
        arrival: random.pick(['strict', 'report'] as const),
        signal,
      }),
    );
    let open = runs.length;
    for (const run of runs) {
      void run.result.then(() => {
        open--;
      });
    }
    controllers[7]!.abort();
    await until(
      () => open === 0,
      async () => {
        await square.clock.advance(random.pick([5, 50, 500]));
        if (random.chance(0.02)) random.pick(controllers).abort();
      },
    );
    const reports = await Promise.all(runs.map(({ result }) => result));
    const paid = reports.reduce((sum, report) => sum + report.feePaidMsat, 0n);
    expect(refused.count, 'our own node had what was planned with').toBe(0);
    expect(before - square.ownTotalMsat()).toBe(paid);
    expect(paid).toBeLessThanOrEqual(allMsat);
    expect(square.network.pendingHtlcs()).toEqual([]);
    for (const { outcome } of reports) {
      reached.set(outcome.kind, (reached.get(outcome.kind) ?? 0) + 1);
    }
  });
  await fc.assert(property, { seed: testSeed(31), numRuns: 12 });
  expect([...reached.keys()]).toEqual(expect.arrayContaining(['settled', 'no_route', 'aborted']));
});
