import { describe, expect, onTestFinished, test } from 'vitest';
import type { CarriedCall } from '../../../../src/node/cln/transport/carrier.ts';
import { parseRestAddress } from '../../../../src/node/cln/transport/rest-address.ts';
import {
  RestCarrier,
  type RestCarrierOptions,
} from '../../../../src/node/cln/transport/rest-carrier.ts';
import { httpAnswer, RawServer } from '../../../fuzz/raw-server.ts';
import { makeCertificate } from '../../lnd/certificates.ts';
import { RUNE, ScriptedClnrest } from '../scripted-clnrest.ts';
import { never, RpcFault } from '../scripted-lightningd.ts';

function carrierFor(
  clnrest: ScriptedClnrest,
  options: Partial<RestCarrierOptions> = {},
): RestCarrier {
  const carrier = new RestCarrier({
    address: parseRestAddress(clnrest.url),
    rune: RUNE,
    ca: clnrest.certificate.certPem,
    serverName: undefined,
    connectDeadlineMs: 5_000,
    maxBytes: 100_000,
    maxBulkBytes: 1_000_000,
    ...options,
  });
  onTestFinished(() => carrier.close());
  return carrier;
}

const call = (method: string, fields: Partial<CarriedCall> = {}): CarriedCall => ({
  method,
  params: {},
  lane: 'quick',
  changes: false,
  deadlineMs: 5_000,
  ...fields,
});

describe('calls over clnrest', () => {
  test('carry rune and parameters, exact to the digit, and 201 is success', async () => {
    const clnrest = await ScriptedClnrest.start();
    clnrest.on('echo', (params) => ({ params }));
    const params = { amount_msat: 5n, list: [{ a: 'b' }] };
    const end = await carrierFor(clnrest).request(call('echo', { params }));
    expect(end).toEqual({
      kind: 'result',
      result: { params: { amount_msat: 5, list: [{ a: 'b' }] } },
    });
    expect(clnrest.calls).toMatchObject([{ method: 'echo', rune: RUNE }]);
  });

  test('long numbers come back whole', async () => {
    const clnrest = await ScriptedClnrest.start();
    clnrest.raw = (response) => {
      response.writeHead(201);
      response.end('{"big":18446744073709551615}');
    };
    expect(await carrierFor(clnrest).request(call('x'))).toEqual({
      kind: 'result',
      result: { big: 18446744073709551615n },
    });
  });

  test('errors keep code, message and data; an unknown method has the code of one', async () => {
    const clnrest = await ScriptedClnrest.start();
    clnrest.on('fails', () => {
      throw new RpcFault(204, 'failed', { erring_index: 1 });
    });
    const carrier = carrierFor(clnrest);
    expect(await carrier.request(call('fails'))).toEqual({
      kind: 'error',
      code: 204,
      message: 'failed',
      data: { erring_index: 1 },
    });
    expect(await carrier.request(call('unknown'))).toMatchObject({ kind: 'error', code: -32601 });
    const stranger = carrierFor(clnrest, { rune: 'other' });
    expect(await stranger.request(call('fails'))).toMatchObject({ kind: 'error', code: 1501 });
  });

  test.each([
    ['a page', 200, '<html></html>'],
    ['nothing', 201, ''],
    ['half an answer', 201, '{"a":'],
    ['two answers', 201, '{}{}'],
    ['a redirection', 302, '{}'],
    ['more than is read', 201, `{"a":"${'x'.repeat(200_000)}"}`],
  ])('%s proves nothing', async (_, status, body) => {
    const clnrest = await ScriptedClnrest.start();
    clnrest.raw = (response) => {
      response.writeHead(status);
      response.end(body);
    };
    expect(await carrierFor(clnrest).request(call('sendpay', { changes: true }))).toMatchObject({
      kind: 'lost',
      error: { code: 'rpc' },
    });
  });

  test('what is no rune at all is refused as a rune, by the status', async () => {
    const clnrest = await ScriptedClnrest.start();
    const answer = (status: number) => {
      clnrest.raw = (response) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end('{"code":-32602,"data":null,"message":"rune: should be base64 string"}');
      };
      return carrierFor(clnrest).request(call('read'));
    };
    expect(await answer(401)).toMatchObject({ kind: 'error', code: 1501 });
    expect(await answer(500)).toMatchObject({ kind: 'error', code: -32602 });
  });

  test('what changes nothing is asked again where a kept connection had ended, once; a payment is not', async () => {
    const clnrest = await ScriptedClnrest.start();
    clnrest.on('read', () => ({})).on('pay', () => ({}));
    const carrier = carrierFor(clnrest);
    await carrier.request(call('read'));
    let calls = 0;
    clnrest.raw = (response) => {
      calls++;
      response.socket?.destroy();
    };
    expect((await carrier.request(call('read'))).kind).toBe('lost');
    expect(calls).toBe(2);
    expect((await carrier.request(call('pay', { changes: true }))).kind).toBe('lost');
    expect(calls).toBe(3);
  });

  test('an answer that does not come is lost, as is one whose connection ends', async () => {
    const clnrest = await ScriptedClnrest.start();
    clnrest.on('hang', never);
    const carrier = carrierFor(clnrest);
    expect(await carrier.request(call('hang', { deadlineMs: 300 }))).toMatchObject({
      kind: 'lost',
      error: { code: 'deadline' },
    });
    const end = carrier.request(call('hang', { lane: 'wait', deadlineMs: null }));
    await expect.poll(() => clnrest.calls.length).toBe(2);
    clnrest.dropAll();
    expect(await end).toMatchObject({ kind: 'lost', error: { code: 'unreachable' } });
  });

  test('closing and aborting end what waits', async () => {
    const clnrest = await ScriptedClnrest.start();
    clnrest.on('hang', never);
    const carrier = carrierFor(clnrest);
    const stop = new AbortController();
    const ends = [
      carrier.request(call('hang', { deadlineMs: null, lane: 'wait', signal: stop.signal })),
      carrier.request(call('hang', { deadlineMs: null })),
    ];
    await expect.poll(() => clnrest.calls.length).toBe(2);
    stop.abort();
    expect(await ends[0]).toMatchObject({ kind: 'lost', error: { code: 'closed' } });
    carrier.close();
    expect(await ends[1]).toMatchObject({ kind: 'lost', error: { code: 'closed' } });
    expect(await carrier.request(call('x'))).toMatchObject({ kind: 'not_sent' });
  });
});

describe('certificates', () => {
  test('of another authority are refused before anything is sent', async () => {
    const clnrest = await ScriptedClnrest.start();
    const other = await makeCertificate();
    for (const ca of [undefined, other.certPem]) {
      const end = await carrierFor(clnrest, { ca }).request(call('getinfo'));
      expect(end).toMatchObject({ kind: 'not_sent', error: { code: 'wrong_certificate' } });
    }
    expect(clnrest.calls).toEqual([]);
  });

  test('for another name are refused unless that name is asked for', async () => {
    const clnrest = await ScriptedClnrest.start(await makeCertificate({ names: ['cln'], ips: [] }));
    const end = await carrierFor(clnrest).request(call('getinfo'));
    expect(end).toMatchObject({
      kind: 'not_sent',
      error: { code: 'wrong_certificate', message: /serverName/ },
    });
    const named = carrierFor(clnrest, { serverName: 'cln' });
    expect((await named.request(call('getinfo'))).kind).toBe('result');
  });

  test('nobody at the address means that nothing was sent', async () => {
    const clnrest = await ScriptedClnrest.start();
    const carrier = carrierFor(clnrest);
    await clnrest.stop();
    const end = await carrier.request(call('getinfo'));
    expect(end).toMatchObject({ kind: 'not_sent', error: { code: 'unreachable' } });
  });
});

describe('addresses', () => {
  test('have a usual port, and may end as people write them', () => {
    expect(parseRestAddress('https://node.example')).toEqual({
      host: 'node.example',
      port: 3010,
      path: '',
      secure: true,
    });
    expect(parseRestAddress('https://[::1]:8080/cln/v1/')).toMatchObject({
      host: '::1',
      port: 8080,
      path: '/cln',
    });
    expect(parseRestAddress('http://127.0.0.1:3010').secure).toBe(false);
  });

  test.each([
    ['node.example:3010', /no URL/],
    ['ftp://node.example', /no URL of https/],
    ['http://node.example:3010', /unencrypted/],
    ['http://127.0.0.1.evil.example:3010', /unencrypted/],
    ['https://user@node.example', /more than host/],
  ])('%s is none', (text, message) => {
    expect(() => parseRestAddress(text)).toThrow(message);
  });
});

test('a server that asks for another protocol leaves the call lost, and not waiting', async () => {
  const server = new RawServer();
  await server.listen();
  onTestFinished(() => server.close());
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];
  server.answer(httpAnswer(101, new TextEncoder().encode('{}'), upgrade));
  const carrier = new RestCarrier({
    address: parseRestAddress(`http://127.0.0.1:${server.port}`),
    rune: RUNE,
    ca: undefined,
    serverName: undefined,
    connectDeadlineMs: 5_000,
    maxBytes: 1_000,
    maxBulkBytes: 1_000,
  });
  onTestFinished(() => carrier.close());
  const end = await carrier.request(call('sendpay', { changes: true, deadlineMs: null }));
  expect(end).toMatchObject({ kind: 'lost', error: { code: 'rpc' } });
});
