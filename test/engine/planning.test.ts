/** Plans on the simulated network: from what it forwarded, to rebalances that are worth it. */
import { describe, expect, it } from 'vitest';
import { DemandWatch } from '../../src/engine/demand-watch.ts';
import { PlanRequestError, type RebalancePlan } from '../../src/engine/index.ts';
import type { LightningNode } from '../../src/ports.ts';
import { memoryStore } from '../../src/store/index.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { payThrough } from '../sim/pay-through.ts';
import { eventOf, Square } from './square.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Ann pays Bob through us, until our channel to Bob has little left. */
async function busySquare(): Promise<Square> {
  const square = new Square();
  const { network, self, ann, bob } = square;
  for (const channelId of [square.out, square.in]) {
    network.updatePolicy({ channelId, from: self, policy: { feeRatePpm: 1000 } });
  }
  for (let i = 0; i < 16; i++) {
    await square.clock.advance(DAY_MS / 16);
    const channels = [square.out, square.in];
    await payThrough(network, { from: ann, to: bob, channels, amountMsat: 50_000_000n });
  }
  return square;
}

const reasonOf = (plan: RebalancePlan, channelId: ChannelId) =>
  plan.leftOut.find((channel) => channel.channelId === channelId);

describe('plan', () => {
  it('finds the move that pays, from forwards alone', async () => {
    const square = await busySquare();
    const plan = await square.rebalancer().plan();
    const [move] = plan.moves;
    expect(move).toMatchObject({
      outChannelId: square.out,
      inChannelId: square.in,
      feePpm: 100,
    });
    expect(move!.netMsat).toBeGreaterThan(20_000n);
    expect(move!.probability).toBeGreaterThan(0.2);
    expect(move!.probability).toBeLessThan(1);
    // One channel to Bob is down.
    expect(reasonOf(plan, square.sibling)).toMatchObject({
      asSource: { code: 'inactive' },
      asTarget: { code: 'inactive' },
    });
    const to = plan.channels.find(({ channelId }) => channelId === square.in)!;
    expect(to.outflowMsat).toBeGreaterThan(to.localMsat);
    expect(to.earnedPpm).toBeCloseTo(1000, 6);
    expect(to.localWorthPpm).toBeGreaterThan(500);
    // Nothing was sent or written.
    expect(await square.store.records()).toEqual([]);
  });

  it('gives moves that rebalance makes for no more than they are worth', async () => {
    const square = await busySquare();
    const rebalancer = square.rebalancer();
    const { moves } = await rebalancer.plan({ forecastShare: 1, minBenefitMsat: 20_000n });
    const before = square.ourSideMsat(square.in);
    let movedMsat = 0n;
    for (const { outChannelId, inChannelId, amountMsat, maxFeeMsat } of moves) {
      const request = { from: outChannelId, to: inChannelId, amountMsat, maxFeeMsat };
      const report = await rebalancer.rebalance(request).result;
      expect(report.outcome.kind).toBe('settled');
      movedMsat += report.movedMsat;
    }
    expect(movedMsat).toBeGreaterThan(0n);
    expect(square.ourSideMsat(square.in)).toBe(before + movedMsat);
    // What was filled has enough now, and is not taken from for a day, though its channel is the fuller one by then.
    const next = await rebalancer.plan({ forecastShare: 1, minBenefitMsat: 20_000n });
    expect(next.moves).toEqual([]);
    expect(reasonOf(next, square.in)?.asSource).toMatchObject({ code: 'cool_down' });
    expect(reasonOf(next, square.out)?.asTarget).toMatchObject({ code: 'cool_down' });
  });

  it('leaves alone what has failed, until its time is over', async () => {
    const square = await busySquare();
    const rebalancer = square.rebalancer();
    const [move] = (await rebalancer.plan()).moves;
    const { network } = square;
    // Ann has nothing towards anybody any more.
    for (const channelId of [square.annBob, square.annCleo, square.annDan]) {
      const balanceMsat = network.bandwidthMsat(channelId, square.ann);
      network.shiftBalance({ channelId, from: square.ann, amountMsat: balanceMsat });
    }
    const report = await rebalancer.rebalance({
      from: move!.outChannelId,
      to: move!.inChannelId,
      amountMsat: move!.amountMsat,
      maxFeeMsat: move!.maxFeeMsat,
      attemptCostMsat: 0n,
      attemptCostPpm: 0,
      minProbability: 0,
    }).result;
    expect(['attempts_exhausted', 'no_route', 'fee_limit']).toContain(report.outcome.kind);
    const quiet = await rebalancer.plan({ strategy: 'balance' });
    expect(quiet.moves).toEqual([]);
    expect(reasonOf(quiet, square.in)?.asTarget).toMatchObject({ code: 'quiet', failures: 1 });
    await square.clock.advance(3 * 60_000);
    const later = await rebalancer.plan({ strategy: 'balance' });
    expect(reasonOf(later, square.in)?.asTarget.code).not.toBe('quiet');
  });

  it('does not plan with what a rebalance under way holds', async () => {
    const square = await busySquare();
    const rebalancer = square.rebalancer({ maxPerChannel: 1 });
    square.network.holdHtlcsAt(square.ann);
    const run = rebalancer.rebalance({
      from: square.out,
      to: square.in,
      amountMsat: 100_000_000n,
      maxFeePpm: 500,
    });
    await eventOf(run, 'attempt_started');
    const plan = await rebalancer.plan();
    expect(plan.moves).toEqual([]);
    expect(reasonOf(plan, square.out)?.asSource).toEqual({ code: 'no_balance', roomMsat: 0n });
    square.network.releaseHtlcs(square.ann);
    expect((await run.result).outcome.kind).toBe('settled');
  });

  it('says what the node does not tell, where it matters', async () => {
    const square = await busySquare();
    const silent: LightningNode = {
      ...square.node,
      forwardingHistory: async () => {
        throw new Error('permission denied');
      },
    };
    const rebalancer = square.rebalancer({ node: silent });
    await expect(rebalancer.plan()).rejects.toThrow('permission denied');
    const settings = { earnedShare: 0.5 };
    await expect(rebalancer.plan({ strategy: 'balance', settings })).rejects.toThrow('denied');
    const { moves } = await rebalancer.plan({ strategy: 'balance' });
    expect(moves.length).toBeGreaterThan(0);
  });

  it('takes what is known of demand', async () => {
    const square = new Square();
    const { network, self } = square;
    network.updatePolicy({ channelId: square.in, from: self, policy: { feeRatePpm: 1000 } });
    const rebalancer = square.rebalancer();
    expect((await rebalancer.plan()).moves).toEqual([]);
    const flow = (msatPerDay: number) => ({ msatPerDay, squaresPerDay: msatPerDay * 5e7 });
    const demand = [{ channelId: square.in, out: flow(5e9), in: flow(0) }];
    const { moves } = await rebalancer.plan({ demand });
    expect(moves[0]).toMatchObject({ inChannelId: square.in });
  });
});

describe('a request for a plan that cannot be meant', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [null, 'a plan must be an object, but is null'],
    [{ strategie: 'balance' }, 'a plan has no field "strategie"; its fields are strategy, '],
    [
      { strategy: 'greedy' },
      "strategy must be 'economic', 'balance' or 'explicit', but is \"greedy\"",
    ],
    [{ horizonMs: '7' }, 'horizonMs must be a number from 60,000 to 31,536,000,000, but is "7"'],
    [{ fillAheadMs: 0 }, 'fillAheadMs must be a number from 60,000 to 31,536,000,000, but is 0'],
    [{ settings: { maxFeePpm: -1 } }, 'settings.maxFeePpm must be a number from 0 to 1,000,000'],
    [{ settings: { minRatio: 2 } }, 'settings.minRatio must be a number from 0 to 1, but is 2'],
    [{ settings: [] }, 'settings must be an object, but is []'],
    [{ rules: [{ maxFeePpm: 1 }] }, 'rules[0].channels is missing; name channels'],
    [{ rules: [{ channels: 5 }] }, 'rules[0].channels must be a name, or a list of names'],
    [{ rules: [{ channels: 'a', use: 'any' }] }, "rules[0].use must be 'both', 'source', 'target'"],
    [{ tags: { hubs: [1] } }, 'tags.hubs must be a name, or a list of names'],
    [{ amountsMsat: [] }, 'amountsMsat must be a list of one to eight amounts'],
    [{ amountsMsat: [5] }, 'amountsMsat must be a list of one to eight amounts'],
    [{ minAmountMsat: 0n }, 'minAmountMsat must be a bigint of msat from 1 to'],
    [{ attemptCostMsat: -1n }, 'attemptCostMsat must be a bigint of msat that is not negative'],
    [{ maxMoves: 1.5 }, 'maxMoves must be a whole number from 1 to 1,000, but is 1.5'],
    [{ maxCltvBlocks: 5 }, 'maxCltvBlocks must be a whole number from 44 to 2,016, but is 5'],
    [{ demand: [{ channelId: 'x' }] }, 'demand[0].channelId must be a channel id; parseChannelId'],
    [{ demand: [{ channelId: '5', out: {} }] }, 'demand[0].in is missing'],
    [
      { demand: [{ channelId: '5', out: { msatPerDay: 1 }, in: {} }] },
      'demand[0].out.squaresPerDay is missing',
    ],
    [{ avoid: { nodes: ['02'] } }, 'avoid.nodes must be a list of node ids, but is ["02"]'],
    [{ avoid: { pairs: [{}] } }, 'avoid.pairs must be a list of pairs of node ids'],
  ];

  it.each(cases.map(([request, message]) => ({ request, message })))(
    '$message',
    async ({ request, message }) => {
      const made = new Square().rebalancer().plan(request as never);
      await expect(made).rejects.toThrow(PlanRequestError);
      await expect(made).rejects.toThrow(message);
    },
  );
});

describe('plans of what was missed', () => {
  /** Ann asks for more than our channel to Bob has, again and again. */
  async function askedSquare(): Promise<{
    readonly square: Square;
    readonly stop: () => Promise<void>;
  }> {
    const square = new Square({ outMsat: 6_000_000_000n });
    const { network, self, ann, bob, clock } = square;
    network.updatePolicy({ channelId: square.in, from: self, policy: { feeRatePpm: 1000 } });
    const stop = new AbortController();
    const watch = new DemandWatch({
      node: square.node,
      store: square.store,
      clock,
      entropy: { bytes: (length) => new Uint8Array(length) },
      log: { debug: () => {}, info: () => {}, warn: () => {} },
    });
    const watching = watch.start(stop.signal);
    for (let i = 0; i < 12; i++) {
      await clock.advance(DAY_MS / 12);
      const amountMsat = 1_100_000_000n + BigInt(i) * 50_000_000n;
      const payment = { from: ann, to: bob, channels: [square.out, square.in], amountMsat };
      await expect(payThrough(network, payment)).rejects.toThrow();
    }
    return {
      square,
      stop: async () => {
        stop.abort();
        await watching;
      },
    };
  }

  it('find the move that history alone does not', async () => {
    const { square, stop } = await askedSquare();
    await stop();
    const plan = await square.rebalancer().plan();
    const [move] = plan.moves;
    expect(move).toMatchObject({ outChannelId: square.out, inChannelId: square.in });
    const to = plan.channels.find(({ channelId }) => channelId === square.in)!;
    expect(to.outflowMsat).toBeGreaterThan(to.localMsat);
    expect(to.localWorthPpm).toBeGreaterThan(500);
    // A node that nobody has listened to.
    const unwatched = square.rebalancer({ store: memoryStore() });
    expect((await unwatched.plan()).moves).toEqual([]);
    // What the caller says of a channel counts alone.
    const none = { msatPerDay: 0, squaresPerDay: 0 };
    const demand = [square.in, square.out].map((channelId) => ({ channelId, out: none, in: none }));
    expect((await square.rebalancer().plan({ demand })).moves).toEqual([]);
  });
});
