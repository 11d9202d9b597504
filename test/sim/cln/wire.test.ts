import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedLightningd, serveCln } from '../../../src/sim/cln/serve-cln.ts';
import { type Circle, circle } from '../circle.ts';

let world: Circle;
let served: ServedLightningd;

beforeEach(async () => {
  world = circle();
  served = await serveCln(world.network, world.alice.nodeId);
});
afterEach(() => served.close());

interface Reply {
  readonly id: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** Sends all requests at once; what comes back, cut where lines are blank: good enough where no reply has one inside. */
async function talk(...requests: readonly object[]): Promise<string> {
  const socket: Socket = connect(served.socketPath);
  socket.setEncoding('utf8');
  socket.write(requests.map((one) => JSON.stringify({ jsonrpc: '2.0', ...one })).join(''));
  let text = '';
  let ended = 0;
  for await (const part of socket as AsyncIterable<string>) {
    text += part;
    ended = text.split(/^\}$/m).length - 1;
    if (ended === requests.length && text.endsWith('}\n\n')) break;
  }
  socket.destroy();
  return text;
}

const replies = (text: string): Reply[] =>
  text
    .trimEnd()
    .split(/(?<=^\})\n+/m)
    .map((one) => JSON.parse(one) as Reply);

const GETINFO = { method: 'getinfo', params: {} };

describe('the socket', () => {
  it('answers each request with its id, and ends every reply with two line ends', async () => {
    const text = await talk({ id: 1, ...GETINFO }, { id: 2, method: 'nothing', params: [] });
    expect(text.endsWith('\n\n')).toBe(true);
    const [info, unknown] = replies(text).toSorted((a, b) => a.id - b.id);
    expect(info).toMatchObject({ id: 1, result: { id: world.alice.nodeId, blockheight: 800_000 } });
    expect(unknown).toMatchObject({ id: 2, error: { code: -32601 } });
  });

  it('sends replies in pieces of one byte, and over many lines', async () => {
    served.behave({ pieceBytes: 1, blankLines: true });
    const text = await talk({ id: 1, ...GETINFO });
    expect(text.slice(0, -2)).toContain('\n\n');
    expect((JSON.parse(text) as Reply).result).toMatchObject({ id: world.alice.nodeId });
  });

  it('lets a later reply overtake an earlier one', async () => {
    served.behave({ outOfOrder: true });
    const text = await talk({ id: 1, ...GETINFO }, { id: 2, ...GETINFO });
    expect(replies(text).map(({ id }) => id)).toEqual([2, 1]);
  });

  it('breaks off in the middle of a reply', async () => {
    served.behave({ pieceBytes: 8, cutAfterBytes: 40 });
    const text = await talk({ id: 1, ...GETINFO });
    expect(text).toHaveLength(40);
  });

  it('refuses what is no JSON-RPC 2.0', async () => {
    const text = await talk({ id: 1, method: 'getinfo' });
    expect(JSON.parse(text)).toMatchObject({ error: { code: -32600 } });
  });
});

interface RestReply {
  readonly status: number | undefined;
  readonly body: Record<string, unknown>;
}

function post(path: string, options: { rune?: string; body?: string } = {}): Promise<RestReply> {
  return new Promise((resolve, reject) => {
    const headers = options.rune === undefined ? {} : { rune: options.rune };
    const call = request(
      `${served.restUrl}${path}`,
      { method: 'POST', headers, ca: served.tlsCertPem, servername: 'localhost' },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode, body: JSON.parse(text) as RestReply['body'] }),
        );
      },
    );
    call.on('error', reject);
    call.end(options.body ?? '{}');
  });
}

describe('clnrest', () => {
  it('answers with 201, and with 500 and the error where the command failed', async () => {
    const { rune } = served;
    const info = await post('/v1/getinfo', { rune });
    expect(info).toMatchObject({ status: 201, body: { id: world.alice.nodeId } });
    const body = JSON.stringify({ payment_hash: '00'.repeat(32) });
    const missing = await post('/v1/waitsendpay', { rune, body });
    expect(missing).toMatchObject({ status: 500, body: { code: 208 } });
    expect(await post('/v1/nothing', { rune })).toMatchObject({ status: 404 });
  });

  it('asks for a rune that allows the command', async () => {
    expect(await post('/v1/getinfo')).toMatchObject({ status: 403 });
    expect(await post('/v1/getinfo', { rune: 'made up' })).toMatchObject({ status: 401 });
    const rune = served.makeRune(['listnodes']);
    expect(await post('/v1/getinfo', { rune })).toMatchObject({
      status: 401,
      body: { code: 1502 },
    });
    expect(await post('/v1/listnodes', { rune })).toMatchObject({ status: 201 });
  });
});
