import fc from 'fast-check';
import { expect, test } from 'vitest';
import type {
  ForwardResolution,
  InterceptorConnection,
  OfferedForward,
} from '../../src/sim/forward-gate.ts';
import { generateNetwork } from '../../src/sim/generator.ts';
import type { SimulatedNetwork } from '../../src/sim/network.ts';
import { SeededRandom } from '../../src/sim/random.ts';
import { Traffic } from '../../src/sim/traffic.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import type { NodeId } from '../../src/units/ids.ts';
import { testSeed } from '../seeded-random.ts';

const MINUTE_MS = 60_000;

/** A client that answers when it likes, not always well, and comes and goes. */
class FickleClient {
  readonly #network: SimulatedNetwork;
  readonly #nodeId: NodeId;
  readonly #random: SeededRandom;
  readonly #open: OfferedForward[] = [];
  #connection: InterceptorConnection | undefined;
  #reads = true;
  offers = 0;
  ends = 0;

  constructor(network: SimulatedNetwork, nodeId: NodeId, random: SeededRandom) {
    this.#network = network;
    this.#nodeId = nodeId;
    this.#random = random;
  }

  act(): void {
    if (this.#connection === undefined) this.#connect();
    else if (this.#random.chance(0.1)) this.leave();
    else if (this.#random.chance(0.2)) this.#reads = false;
    else {
      this.#reads = true;
      this.#connection.ready();
      for (const offer of this.#open.splice(0)) {
        if (this.#random.chance(0.3)) this.#open.push(offer);
        else this.#answer(offer);
      }
    }
  }

  leave(): void {
    this.#connection?.disconnect();
    this.#connection = undefined;
    this.#open.length = 0;
    this.#reads = true;
  }

  #connect(): void {
    const result = this.#network.node(this.#nodeId).interceptForwards({
      offer: (offer) => {
        this.offers++;
        this.#open.push(offer);
        return this.#reads;
      },
    });
    if (result.kind === 'connected') this.#connection = result.connection;
  }

  #answer(offer: OfferedForward): void {
    const random = this.#random;
    const resolution: ForwardResolution = random.chance(0.8)
      ? { kind: 'resume' }
      : random.pick([
          { kind: 'fail', code: 'TEMPORARY_CHANNEL_FAILURE' },
          { kind: 'fail_encrypted' },
          { kind: 'resume_modified', inAmountMsat: offer.incomingAmountMsat + 5n },
          { kind: 'settle', preimage: new Uint8Array(32) },
        ] as const);
    void this.#connection?.resolve(offer.circuit, resolution).then(({ kind }) => {
      if (kind !== 'error') return;
      this.ends++;
      this.leave();
    });
  }
}

function disturb(
  network: SimulatedNetwork,
  clients: readonly NodeId[],
  random: SeededRandom,
): void {
  const nodeId = random.pick(clients);
  const channels = network.node(nodeId).listChannels();
  const { channelId, pendingHtlcs } = random.pick(channels);
  const forwarded = pendingHtlcs.find(({ incoming }) => incoming);
  const faults = [
    () => network.setLinkUp(channelId, false),
    () => network.setLinkUp(channelId, true),
    () => network.setOnline(nodeId, random.chance(0.7)),
    () => network.setInterception(nodeId, { required: random.chance(0.3) }),
    () => network.setInterception(nodeId, { version: () => '0.20.1-beta' }),
    () => network.mineBlocks(1),
    () => {
      if (forwarded === undefined) return;
      try {
        network.offerOnChain(nodeId, { channelId, index: forwarded.htlcIndex });
      } catch (error) {
        // It ends here, or has not been handled yet.
        expect(error).toBeInstanceOf(RangeError);
      }
    },
  ];
  random.pick(faults)();
}

test('interceptors of all kinds lose nothing, and nothing stays locked once they are gone', async () => {
  let offers = 0;
  let ends = 0;
  let settled = 0;
  const property = fc.asyncProperty(
    fc.nat(),
    fc.integer({ min: 6, max: 20 }),
    async (seed, nodes) => {
      const clock = new VirtualClock();
      const network = generateNetwork({ nodes, seed, clock });
      const random = new SeededRandom(seed).fork('play');
      const totalMsat = network.totalMsat();
      for (const nodeId of network.nodeIds()) network.setDelay(nodeId, random.below(5000));
      const forwarders = network.nodeIds().filter(() => random.chance(0.5));
      const fickle = forwarders.map((nodeId) => new FickleClient(network, nodeId, random));
      const stop = new AbortController();
      const traffic = new Traffic(network, { seed, paymentsPerDay: 40_000 });
      void traffic.run(stop.signal);
      for (let step = 0; step < 60; step++) {
        for (const client of fickle) client.act();
        if (forwarders.length > 0 && random.chance(0.3)) disturb(network, forwarders, random);
        await clock.advance(random.below(MINUTE_MS / 4));
        expect(network.totalMsat()).toBe(totalMsat);
      }
      stop.abort();
      for (const nodeId of network.nodeIds()) {
        network.setInterception(nodeId, { required: false });
        network.setOnline(nodeId, true);
      }
      for (const client of fickle) client.leave();
      for (const { channelId } of network.description().channels) {
        network.setLinkUp(channelId, false);
        network.setLinkUp(channelId, true);
      }
      await clock.advance(10 * MINUTE_MS);
      // What was offered from the chain ends when it expires.
      network.mineBlocks(2500);
      await clock.advance(10 * MINUTE_MS);
      expect(network.pendingHtlcs()).toEqual([]);
      expect(network.totalMsat()).toBe(totalMsat);
      const { payments, settled: done, failed } = traffic.tally;
      expect(payments).toBe(done + failed);
      settled += done;
      for (const client of fickle) {
        offers += client.offers;
        ends += client.ends;
      }
    },
  );
  await fc.assert(property, { seed: testSeed(4711), numRuns: 25 });
  // All of it must occur often, or the test has tested nothing.
  expect(offers).toBeGreaterThan(300);
  expect(ends).toBeGreaterThan(20);
  expect(settled).toBeGreaterThan(300);
});
