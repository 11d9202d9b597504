import { describe, expect, onTestFinished, test } from 'vitest';
import { connectCln } from '../../../src/node/cln/index.ts';
import type { CustomMessageNews, LightningNode } from '../../../src/ports.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';
import { nodeError } from '../lnd/connections.ts';
import { RUNE, ScriptedClnrest } from './scripted-clnrest.ts';
import { connectTo, RpcFault, scripted } from './scripted-lightningd.ts';

const PEER = nodeIdOf('peer');

async function listening() {
  const clnrest = await ScriptedClnrest.start();
  const node = await connectCln({
    restUrl: clnrest.url,
    rune: RUNE,
    tlsCa: clnrest.certificate.certPem,
  });
  onTestFinished(() => node.close());
  const stop = new AbortController();
  const seen: CustomMessageNews[] = [];
  const reading = (async () => {
    for await (const news of node.customMessages!.receive({ signal: stop.signal })) seen.push(news);
  })();
  reading.catch(() => {});
  return { clnrest, node, stop, seen, reading };
}

const custom = (payload: string, peer_id: string = PEER) => ({ custommsg: { peer_id, payload } });

describe('sending', () => {
  const overSocket = async (): Promise<LightningNode> => connectTo(await scripted());

  test('writes the type before the data', async () => {
    const { clnrest, node } = await listening();
    clnrest.on('sendcustommsg', () => ({ status: 'queued' }));
    const data = Uint8Array.of(1, 2, 255);
    await node.customMessages!.send({ peer: PEER, type: 42_085, data });
    await node.customMessages!.send({ peer: PEER, type: 32_768, data: new Uint8Array() });
    const sent = clnrest.calls.filter(({ method }) => method === 'sendcustommsg');
    expect(sent.map(({ params }) => params)).toEqual([
      { node_id: PEER, msg: 'a4650102ff' },
      { node_id: PEER, msg: '8000' },
    ]);
  });

  test.each([
    ['a type of the protocol', { type: 32_767, data: new Uint8Array() }],
    ['a type beyond all', { type: 65_536, data: new Uint8Array() }],
    ['no type', { type: 40_000.5, data: new Uint8Array() }],
    ['more than a message holds', { type: 42_085, data: new Uint8Array(65_534) }],
  ])('refuses %s before anything leaves', async (_, message) => {
    const { clnrest, node } = await listening();
    const sent = node.customMessages!.send({ peer: PEER, ...message });
    await expect(sent).rejects.toThrow(RangeError);
    expect(clnrest.calls.some(({ method }) => method === 'sendcustommsg')).toBe(false);
  });

  test('a peer that is away is an error that says so', async () => {
    const { clnrest, node } = await listening();
    clnrest.on('sendcustommsg', () => {
      throw new RpcFault(-32600, 'Peer is not connected');
    });
    const sent = node.customMessages!.send({ peer: PEER, type: 42_085, data: new Uint8Array() });
    expect((await nodeError(sent)).message).toMatch(/Peer is not connected/);
  });

  test('over the socket there is none, for nobody would hear the answers', async () => {
    const node = await overSocket();
    expect(node.customMessages).toBeUndefined();
    expect(node.capabilities.customMessages).toBe(false);
    expect(node.capabilities.reasons.customMessages).toMatch(/clnrest/);
  });
});

describe('receiving', () => {
  test('tells what comes from the moment it listens', async () => {
    const { clnrest, seen, stop, reading } = await listening();
    await expect.poll(() => seen).toEqual([{ kind: 'listening' }]);
    clnrest.tell(custom('a4630102'), custom('a463'));
    await expect.poll(() => seen.length).toBe(3);
    expect(seen.slice(1)).toEqual([
      { kind: 'message', peer: PEER, type: 42_083, data: Uint8Array.of(1, 2) },
      { kind: 'message', peer: PEER, type: 42_083, data: new Uint8Array() },
    ]);
    stop.abort();
    await reading;
  });

  test('passes over other news and what is no message', async () => {
    const { clnrest, seen } = await listening();
    await expect.poll(() => seen.length).toBe(1);
    clnrest.tell(
      { invoice_payment: { label: 'x' } },
      custom('a4'),
      custom('a46'),
      custom('zz63'),
      custom('a463', 'nobody'),
      { custommsg: 'a463' },
      { custommsg: { peer_id: PEER } },
      null,
      'text',
      custom('a46305'),
    );
    await expect.poll(() => seen.length).toBe(2);
    expect(seen[1]).toMatchObject({ data: Uint8Array.of(5) });
  });

  test('answers pings, and survives packets that mean nothing', async () => {
    const { clnrest, seen } = await listening();
    await expect.poll(() => seen.length).toBe(1);
    clnrest.packets('2');
    await expect.poll(() => clnrest.said).toContain('3');
    clnrest.packets('6', '42nonsense', '42["other",{}]', '42[]', '9');
    clnrest.tell(custom('a463'));
    await expect.poll(() => seen.length).toBe(2);
  });

  test('a rune that may not listen is an error that says what to do', async () => {
    const clnrest = await ScriptedClnrest.start();
    clnrest.refusesListeners = true;
    const node = await connectCln({
      restUrl: clnrest.url,
      rune: RUNE,
      tlsCa: clnrest.certificate.certPem,
    });
    onTestFinished(() => node.close());
    const { signal } = new AbortController();
    const error = await nodeError(
      (async () => {
        for await (const _ of node.customMessages!.receive({ signal }));
      })(),
    );
    expect(error.code).toBe('permission_denied');
    expect(error.message).toMatch(/listclnrest-notifications/);
  });

  test('lost contact is an error, as is our own end', async () => {
    const first = await listening();
    await expect.poll(() => first.seen.length).toBe(1);
    await expect.poll(() => first.clnrest.polling).toBe(true);
    first.clnrest.dropAll();
    expect((await nodeError(first.reading)).code).toBe('unreachable');
    const second = await listening();
    await expect.poll(() => second.clnrest.polling).toBe(true);
    await second.node.close();
    expect((await nodeError(second.reading)).code).toBe('closed');
    const third = await listening();
    await expect.poll(() => third.clnrest.polling).toBe(true);
    third.clnrest.packets('1');
    expect((await nodeError(third.reading)).code).toBe('unreachable');
  });
});
