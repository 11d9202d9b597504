import { describe, expect, test } from 'vitest';
import { NoQuotesError, QuoteDesk } from '../../src/engine/ask-quotes.ts';
import { systemClock } from '../../src/engine/system-clock.ts';
import type { Clock } from '../../src/ports.ts';
import { inProcessNode, SimulatedNetwork } from '../../src/sim/index.ts';
import type { PeerHabit } from '../../src/sim/peer-messages.ts';
import { EVERY_CAPABILITY } from '../capabilities.ts';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** We have channels with a peer that swaps, one that sells channels, one that is silent, and one that is away. */
function world() {
  const network = new SimulatedNetwork({ seed: 'quotes' });
  const us = network.addNode();
  const peers = Array.from({ length: 4 }, () => network.addNode());
  const [swapper, seller, silent, away] = peers;
  for (const node2 of peers) {
    const up = node2 !== away;
    network.openChannel({ node1: us, node2, capacitySat: 1_000_000n, balance1Msat: 5n, up });
  }
  const swaps: PeerHabit = ({ type }) =>
    type === 42_085
      ? [
          {
            type: 42_083,
            data: bytes({
              version: 7,
              assets: ['btc'],
              peer_allowed: true,
              btc_swap_out_premium_rate_ppm: 2_000,
            }),
          },
          { type: 42_083, data: bytes({ assets: ['btc'], btc_swap_out_premium_rate_ppm: 1 }) },
        ]
      : [];
  network.messages.setHabit(swapper!, swaps);
  network.messages.setHabit(seller!, ({ type, data }) => {
    if (type !== 37_913) return [];
    const { id } = JSON.parse(new TextDecoder().decode(data)) as { id: string };
    return [
      { type: 37_913, data: bytes({ id: 'another', result: {} }) },
      { type: 37_913, data: bytes({ id, error: { code: -32_601 } }) },
    ];
  });
  let nowMs = 1_000_000;
  const clock: Clock = { now: () => nowMs, sleep: systemClock.sleep };
  const entropy = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };
  const desk = new QuoteDesk({ node: inProcessNode(network, us), clock, entropy });
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return {
    network,
    us,
    swapper: swapper!,
    seller: seller!,
    silent: silent!,
    away: away!,
    desk,
    pass,
  };
}

describe('asking for quotes', () => {
  test('gives what peers answer, and what is known of those that do not', async () => {
    const { desk, swapper, seller, silent, away } = world();
    const quotes = await desk.ask([swapper, seller, silent, away, silent], { waitMs: 100 });
    expect(quotes).toEqual([
      {
        peer: swapper,
        swap: {
          kind: 'terms',
          terms: {
            version: 7,
            allowed: true,
            premiums: { btc: { swapInPpm: 0, swapOutPpm: 2_000 } },
          },
        },
        channel: null,
        askedAtMs: 1_000_000,
      },
      {
        peer: seller,
        swap: null,
        channel: { kind: 'none', reason: 'it sells no channels' },
        askedAtMs: 1_000_000,
      },
      { peer: silent, swap: null, channel: null, askedAtMs: 1_000_000 },
      {
        peer: away,
        swap: { kind: 'none', reason: expect.stringMatching(/not connected/) },
        channel: { kind: 'none', reason: expect.stringMatching(/not connected/) },
        askedAtMs: 1_000_000,
      },
    ]);
  });

  test('is not done again within the hour', async () => {
    const { desk, network, swapper, silent, pass } = world();
    await desk.ask([swapper, silent], { waitMs: 20 });
    expect(network.messages.sent).toHaveLength(4);
    pass(3_599_999);
    expect((await desk.ask([swapper, silent], { waitMs: 20 }))[0]?.swap?.kind).toBe('terms');
    expect(network.messages.sent).toHaveLength(4);
    pass(1);
    await desk.ask([swapper], { waitMs: 20 });
    expect(network.messages.sent).toHaveLength(6);
  });

  test('asks no more peers than it is told to', async () => {
    const { desk, network, swapper, silent } = world();
    expect(await desk.ask([silent, swapper], { waitMs: 20, mostPeers: 1 })).toHaveLength(1);
    expect(network.messages.sent.map(({ to }) => to)).toEqual([silent, silent]);
  });

  test('what comes unasked is passed over', async () => {
    const { desk, network, us, swapper, silent } = world();
    network.messages.setHabit(silent, () => []);
    const asked = desk.ask([silent], { waitMs: 100 });
    const poll = bytes({ version: 7 });
    network.messages.send({ from: swapper, to: us, type: 42_083, data: poll });
    expect(await asked).toMatchObject([{ peer: silent, swap: null }]);
  });

  test('is refused by a node without messages, with the reason', async () => {
    const capabilities = {
      ...EVERY_CAPABILITY,
      customMessages: false,
      reasons: { customMessages: 'connect over clnrest' },
    };
    const entropy = { bytes: (length: number) => new Uint8Array(length) };
    const desk = new QuoteDesk({ node: { capabilities }, clock: systemClock, entropy });
    const asked = desk.ask([]);
    await expect(asked).rejects.toThrow(NoQuotesError);
    await expect(asked).rejects.toThrow(/connect over clnrest/);
  });
});
