/** Over a served lnd of a simulated network. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectLnd } from '../../../src/node/lnd/index.ts';
import type { CustomMessageNews } from '../../../src/ports.ts';
import { serveLnd } from '../../../src/sim/index.ts';
import { circle } from '../../sim/circle.ts';
import { nodeError } from './connections.ts';

async function served() {
  const world = circle();
  const { network, alice } = world;
  const lnd = await serveLnd(network, alice.nodeId);
  onTestFinished(() => lnd.close());
  const node = await connectLnd({
    address: lnd.address,
    tlsCert: lnd.tlsCertPem,
    macaroon: lnd.macaroonHex,
  });
  onTestFinished(() => node.close());
  const [channel] = await node.ownChannels();
  return { ...world, node, peer: channel!.peer, lnd };
}

describe('custom messages over lnd', () => {
  test('go to the peer, and its answer comes back', async () => {
    const { network, node, peer, alice } = await served();
    network.messages.setHabit(peer, ({ type, data }) => [
      { type: type - 2, data: data.toReversed() },
    ]);
    const stop = new AbortController();
    const seen: CustomMessageNews[] = [];
    let sent: Promise<void> | undefined;
    // lnd does not say when it listens: what is sent at once might be answered before.
    const ask = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await node.customMessages!.send({ peer, type: 42_085, data: Uint8Array.of(1, 2, 3) });
    };
    for await (const news of node.customMessages!.receive({ signal: stop.signal })) {
      seen.push(news);
      if (news.kind === 'message') stop.abort();
      else sent = ask();
    }
    await sent;
    expect(seen).toEqual([
      { kind: 'listening' },
      { kind: 'message', peer, type: 42_083, data: Uint8Array.of(3, 2, 1) },
    ]);
    expect(network.messages.sent).toEqual([
      { from: alice.nodeId, to: peer, type: 42_085, data: Uint8Array.of(1, 2, 3) },
    ]);
  });

  test('of types that lnd keeps for itself never leave, and a stranger is no peer', async () => {
    const { node, peer, network } = await served();
    const data = new Uint8Array();
    await expect(node.customMessages!.send({ peer, type: 258, data })).rejects.toThrow(RangeError);
    const stranger = `02${'77'.repeat(32)}` as typeof peer;
    const sent = node.customMessages!.send({ peer: stranger, type: 42_085, data });
    expect((await nodeError(sent)).message).toMatch(/not connected/);
    expect(network.messages.sent).toEqual([]);
  });

  test('reading ends with an error when contact is lost, and quietly when it is aborted', async () => {
    const { node, lnd } = await served();
    const stop = new AbortController();
    for await (const news of node.customMessages!.receive({ signal: stop.signal })) {
      expect(news).toEqual({ kind: 'listening' });
      setTimeout(() => stop.abort(), 50);
    }
    const lost = nodeError(
      (async () => {
        for await (const _ of node.customMessages!.receive({
          signal: new AbortController().signal,
        })) {
          setTimeout(() => void lnd.close(), 50);
        }
      })(),
    );
    expect((await lost).code).toBe('unreachable');
  });
});
