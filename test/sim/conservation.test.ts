import fc from 'fast-check';
import { expect, it } from 'vitest';
import { generateNetwork } from '../../src/sim/generator.ts';
import type { SimulatedNetwork } from '../../src/sim/network.ts';
import { SeededRandom } from '../../src/sim/random.ts';
import type { SendToRouteResult } from '../../src/sim/records.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';
import { testSeed } from '../seeded-random.ts';
import { invoiceOf, ManualClock, routeAlong } from './circle.ts';

/** A walk over announced channels; it may meet itself, which is a circle. */
function randomWalk(network: SimulatedNetwork, random: SeededRandom) {
  const { channels } = network.description();
  const from = random.pick(network.nodeIds());
  const walk: ChannelId[] = [];
  let at: NodeId = from;
  const length = 1 + random.below(6);
  for (let i = 0; i < length; i++) {
    const next = channels.filter(({ node1, node2 }) => node1 === at || node2 === at);
    const { channelId, node1, node2 } = random.pick(next);
    walk.push(channelId);
    at = node1 === at ? node2 : node1;
  }
  return { from, to: at, walk };
}

function pay(network: SimulatedNetwork, random: SeededRandom): Promise<SendToRouteResult> {
  const { from, to, walk } = randomWalk(network, random);
  const invoice = invoiceOf(network.node(to), { cltvDelta: 40, preimage: random.bytes(32) });
  const amountMsat = BigInt(1 + random.below(2 ** random.below(32)));
  const { paymentAddr, paymentHash } = invoice;
  const route = routeAlong({ network, from, channels: walk, amountMsat, paymentAddr });
  if (random.chance(0.1)) route.totalAmtMsat -= 1n;
  return network.node(from).sendToRoute({ paymentHash, route });
}

function breakSomething(network: SimulatedNetwork, random: SeededRandom): void {
  const nodeId = random.pick(network.nodeIds());
  const { channelId, node1, node2 } = random.pick(network.description().channels);
  const faults = [
    () => network.setOnline(nodeId, random.chance(0.5)),
    () => network.setLinkUp(channelId, random.chance(0.5)),
    () => network.holdHtlcsAt(nodeId),
    () => network.releaseHtlcs(nodeId, random.chance(0.5) ? 'resume' : 'fail'),
    () => network.setDelay(nodeId, random.below(50)),
    () => network.setAllowCircularRoute(nodeId, random.chance(0.5)),
    () => network.mineBlocks(1),
    () =>
      network.updatePolicy({
        channelId,
        from: random.chance(0.5) ? node1 : node2,
        policy: { feeBaseMsat: BigInt(random.below(5000)) },
        announce: random.chance(0.5),
      }),
  ];
  random.pick(faults)();
}

function expectSound(network: SimulatedNetwork, totalMsat: bigint): void {
  expect(network.totalMsat()).toBe(totalMsat);
  for (const { channelId, capacitySat } of network.description().channels) {
    const { balance1Msat, balance2Msat, inFlightMsat } = network.balances(channelId);
    expect(balance1Msat >= 0n && balance2Msat >= 0n && inFlightMsat >= 0n).toBe(true);
    expect(balance1Msat + balance2Msat + inFlightMsat).toBe(capacitySat * 1000n);
  }
}

function repairAll(network: SimulatedNetwork): void {
  for (const nodeId of network.nodeIds()) network.setOnline(nodeId, true);
  for (const { channelId } of network.description().channels) network.setLinkUp(channelId, true);
  for (const nodeId of network.nodeIds()) network.releaseHtlcs(nodeId);
}

it('no millisatoshi is lost, and nothing stays locked once faults end', async () => {
  let settled = 0;
  let failed = 0;
  const property = fc.asyncProperty(
    fc.nat(),
    fc.integer({ min: 3, max: 12 }),
    async (seed, nodes) => {
      const clock = new ManualClock();
      const network = generateNetwork({ nodes, seed, clock });
      const random = new SeededRandom(seed).fork('play');
      const totalMsat = network.totalMsat();
      const sent: Promise<SendToRouteResult>[] = [];
      for (let step = 0; step < 40; step++) {
        if (random.chance(0.4)) breakSomething(network, random);
        else sent.push(pay(network, random));
        if (random.chance(0.3)) await clock.advance(random.below(100));
        expectSound(network, totalMsat);
      }
      repairAll(network);
      await clock.advance(60_000);
      expectSound(network, totalMsat);
      expect(network.pendingHtlcs()).toEqual([]);
      for (const result of await Promise.all(sent)) {
        if (result.kind === 'attempt' && result.attempt.state === 'settled') settled++;
        else failed++;
      }
    },
  );
  await fc.assert(property, { seed: testSeed(31_337), numRuns: 60 });
  // Both ends must occur often, or the test has tested nothing.
  expect(settled).toBeGreaterThan(50);
  expect(failed).toBeGreaterThan(50);
});

it('the same seed gives the same history, another seed another', async () => {
  const history = async (seed: number): Promise<string> => {
    const clock = new ManualClock();
    const network = generateNetwork({ nodes: 12, seed, clock });
    const random = new SeededRandom(seed).fork('play');
    const log: unknown[] = [network.description()];
    for (let step = 0; step < 60; step++) {
      if (random.chance(0.3)) breakSomething(network, random);
      else log.push(await settledNow(pay(network, random), clock));
      log.push(network.pendingHtlcs());
    }
    for (const nodeId of network.nodeIds()) log.push(network.node(nodeId).listChannels());
    return JSON.stringify(log, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
  };
  const first = await history(5);
  expect(await history(5)).toBe(first);
  expect(await history(6)).not.toBe(first);
});

/** The result if it comes within a second of simulated time. */
async function settledNow(sent: Promise<SendToRouteResult>, clock: ManualClock): Promise<unknown> {
  let result: SendToRouteResult | 'pending' = 'pending';
  void sent.then((outcome) => {
    result = outcome;
  });
  await clock.advance(1000);
  return result;
}
