// What a Rebalancer makes of a node that cannot send along routes.
import { describe, expect, it } from 'vitest';
import { Rebalancer } from '../../src/engine/index.ts';
import { generateNetwork } from '../../src/sim/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import { connectedTo, ldkRing, servedAs } from '../node/ldk-server/served-ldk.ts';
import { payThrough } from '../sim/pay-through.ts';

describe('over LDK Server', () => {
  it('plans priced moves', async () => {
    const network = generateNetwork({ nodes: 60, seed: 'planned over LDK Server' });
    const self = network.nodeIds()[6]!;
    const node = await connectedTo(await servedAs(network, self));
    const rebalancer = new Rebalancer({ node, store: memoryStore() });
    const plan = await rebalancer.plan({ strategy: 'balance', minBenefitMsat: 0n });
    expect(plan.channels.length).toBeGreaterThan(5);
    expect(plan.moves.length).toBeGreaterThan(5);
    for (const move of plan.moves) {
      expect(move.feeMsat).toBeGreaterThanOrEqual(0n);
      expect(move.feeMsat).toBeLessThanOrEqual(move.maxFeeMsat);
      expect(move.path.hops.length).toBeGreaterThan(1);
    }
  });

  it('plans by economy with the forwards that it has watched, and makes no more of them', async () => {
    const { node, ring } = await ldkRing();
    const rebalancer = new Rebalancer({ node, store: memoryStore() });
    const before = await rebalancer.plan();
    expect(before.moves).toEqual([]);
    expect(before.leftOut.map(({ asTarget }) => asTarget.code)).toEqual([
      'no_outflow',
      'no_outflow',
    ]);
    const { network, a, b, channelBS, channelSA } = ring;
    const amountMsat = 500_000_000n;
    for (let i = 0; i < 3; i++) {
      await payThrough(network, { from: b, to: a, channels: [channelBS, channelSA], amountMsat });
    }
    const after = await rebalancer.plan();
    const outlook = after.channels.find(({ channelId }) => channelId === channelSA)!;
    // Three in these seconds are no more than three an hour.
    expect(outlook.outflowMsat).toBeGreaterThan(0n);
    expect(outlook.outflowMsat).toBeLessThan((7n * 24n + 1n) * 3n * amountMsat);
    expect(outlook.earnedPpm).toBe(10);
  });

  it('prices a route in a dry run', async () => {
    const { node, ring } = await ldkRing();
    const report = await new Rebalancer({ node, store: memoryStore() }).rebalance({
      from: ring.channelSA,
      to: ring.channelBS,
      amountMsat: 1_000_000n,
      maxFeePpm: 5_000,
      dryRun: true,
    }).result;
    // A: 1000 + 100 ppm of what it hands on; B: 500 + 200 ppm. Its discount for what comes in is not told to LDK.
    expect(report.outcome).toMatchObject({ kind: 'dry_run', quote: { feeMsat: 700n + 1_100n } });
  });

  it('refuses to send, and says why and what to do instead', async () => {
    const { node, ring, server } = await ldkRing();
    const run = new Rebalancer({ node, store: memoryStore() }).rebalance({
      from: ring.channelSA,
      to: ring.channelBS,
      amountMsat: 1_000_000n,
      maxFeePpm: 5_000,
    });
    await expect(run.result).rejects.toThrow(
      /cannot send along a route.*no call that takes a route.*change fees or splice instead/,
    );
    expect(server.calls.filter((path) => /Send|Splice|Update/.test(path))).toEqual([]);
  });

  it('does not run by itself, but for dry runs', async () => {
    const { node } = await ldkRing();
    const rebalancer = new Rebalancer({ node, store: memoryStore() });
    expect(() => rebalancer.run()).toThrow(/cannot send along a route.*no call that takes a route/);
    const stop = new AbortController();
    const run = rebalancer.run({ dryRun: true, planInThread: false, signal: stop.signal });
    const planned = await run[Symbol.asyncIterator]().next();
    stop.abort();
    expect(planned.value).toMatchObject({ kind: expect.stringMatching(/plan|resum|wait/) });
    expect(await run.ended).toMatchObject({ endedBy: 'signal' });
  });
});
