import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CarriedCall } from '../../../../src/node/cln/transport/carrier.ts';
import { SocketCarrier } from '../../../../src/node/cln/transport/socket-carrier.ts';
import {
  never,
  RpcFault,
  ScriptedLightningd,
  scripted,
  testFolder,
} from '../scripted-lightningd.ts';

function carrierFor(
  path: string,
  limits: { maxBytes?: number; maxBulkBytes?: number } = {},
): SocketCarrier {
  const carrier = new SocketCarrier({
    path,
    connectDeadlineMs: 5_000,
    maxBytes: 1_000_000,
    maxBulkBytes: 10_000_000,
    ...limits,
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

describe('answers', () => {
  test('find their calls, in whatever order they come', async () => {
    const lightningd = await scripted();
    const held = new Map<number, () => void>();
    lightningd.on('echo', async ({ n }) => {
      await new Promise<void>((resolve) => held.set(n, resolve));
      return { n };
    });
    const carrier = carrierFor(lightningd.path);
    const ends = [0, 1, 2].map((n) => carrier.request(call('echo', { params: { n } })));
    await expect.poll(() => held.size).toBe(3);
    for (const n of [2, 0, 1]) held.get(n)!();
    expect(await Promise.all(ends)).toEqual(
      [0, 1, 2].map((n) => ({ kind: 'result', result: { n } })),
    );
    expect(lightningd.opened).toBe(1);
  });

  test('may come byte by byte, with blank lines inside and 64-bit numbers', async () => {
    const lightningd = await scripted();
    lightningd.on('odd', () => ({ big: '@', text: 'a}\n\n{b' }));
    lightningd.write = (socket, text) => {
      const pretty = JSON.stringify(JSON.parse(text), null, '\n\n');
      for (const byte of Buffer.from(pretty.replace('"@"', '18446744073709551615'))) {
        socket.write(Uint8Array.of(byte));
      }
    };
    const end = await carrierFor(lightningd.path).request(call('odd'));
    expect(end).toEqual({
      kind: 'result',
      result: { big: 18446744073709551615n, text: 'a}\n\n{b' },
    });
  });

  test('that are errors keep code, message and data whole', async () => {
    const lightningd = await scripted();
    const data = { erring_index: 2, raw_message: '1007', nested: [{ a: 1 }] };
    lightningd.on('fails', () => {
      throw new RpcFault(204, 'failed: WIRE_TEMPORARY_CHANNEL_FAILURE', data);
    });
    const end = await carrierFor(lightningd.path).request(call('fails'));
    expect(end).toEqual({
      kind: 'error',
      code: 204,
      message: 'failed: WIRE_TEMPORARY_CHANNEL_FAILURE',
      data,
    });
  });

  test('that nobody waits for, and notifications, are passed over', async () => {
    const lightningd = await scripted();
    lightningd.on('ok', () => 1);
    const write = lightningd.write;
    lightningd.write = (socket, text) => {
      socket.write('{"jsonrpc":"2.0","method":"progress","params":{}}{"id":"x","result":2}');
      write(socket, text);
    };
    expect(await carrierFor(lightningd.path).request(call('ok'))).toEqual({
      kind: 'result',
      result: 1,
    });
  });
});

describe('what goes wrong', () => {
  test('a call without an answer is lost after its time, and its late answer harms nobody', async () => {
    const lightningd = await scripted();
    let answer: (value: unknown) => void = () => {};
    lightningd.on('slow', () => new Promise((resolve) => (answer = resolve)));
    lightningd.on('quick', () => 'there');
    const carrier = carrierFor(lightningd.path);
    const end = await carrier.request(call('slow', { deadlineMs: 30 }));
    expect(end).toMatchObject({ kind: 'lost', error: { code: 'deadline' } });
    answer('late');
    expect(await carrier.request(call('quick'))).toEqual({ kind: 'result', result: 'there' });
    expect(lightningd.opened).toBe(1);
  });

  test('a connection that ends loses what was asked, and the next call makes another', async () => {
    const lightningd = await scripted();
    lightningd.on('hang', never).on('ok', () => 1);
    const carrier = carrierFor(lightningd.path);
    const end = carrier.request(call('hang'));
    await expect.poll(() => lightningd.asked('hang')).toHaveLength(1);
    lightningd.dropAll();
    expect(await end).toMatchObject({ kind: 'lost', error: { code: 'unreachable' } });
    expect(await carrier.request(call('ok'))).toEqual({ kind: 'result', result: 1 });
    expect(lightningd.opened).toBe(2);
  });

  test('a lightningd that comes back is found again, and nothing was sent before', async () => {
    const path = join(testFolder(), 'rpc');
    const carrier = carrierFor(path);
    const before = await carrier.request(call('ok'));
    expect(before).toMatchObject({ kind: 'not_sent', error: { code: 'unreachable' } });
    const lightningd = await new ScriptedLightningd(path).start();
    lightningd.on('ok', () => 1);
    expect(await carrier.request(call('ok'))).toEqual({ kind: 'result', result: 1 });
  });

  test.each([
    ['no JSON at all', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['broken JSON', '{"id":nonsense}'],
    ['an answer without end', `{"id":"${'x'.repeat(5_000)}`],
  ])('%s ends the connection', async (_, text) => {
    const lightningd = await scripted();
    lightningd.on('ok', () => 1);
    const write = lightningd.write;
    lightningd.write = (socket) => {
      socket.write(text);
    };
    const carrier = carrierFor(lightningd.path, { maxBytes: 4_000 });
    expect(await carrier.request(call('ok'))).toMatchObject({
      kind: 'lost',
      error: { code: 'rpc', message: /no JSON-RPC answer/ },
    });
    lightningd.write = write;
    expect(await carrier.request(call('ok'))).toEqual({ kind: 'result', result: 1 });
  });

  test('closing ends all, and refuses more', async () => {
    const lightningd = await scripted();
    lightningd.on('hang', never);
    const carrier = carrierFor(lightningd.path);
    const ends = [
      carrier.request(call('hang')),
      carrier.request(call('hang', { lane: 'wait', deadlineMs: null })),
    ];
    await expect.poll(() => lightningd.asked('hang')).toHaveLength(2);
    carrier.close();
    expect(await Promise.all(ends)).toMatchObject([
      { kind: 'lost', error: { code: 'closed' } },
      { kind: 'lost', error: { code: 'closed' } },
    ]);
    expect(await carrier.request(call('hang'))).toMatchObject({
      kind: 'not_sent',
      error: { code: 'closed' },
    });
    await expect.poll(() => lightningd.open).toBe(0);
  });
});

describe('lanes', () => {
  test('bulk and waiting calls have connections of their own, which end with them', async () => {
    const lightningd = await scripted();
    lightningd.on('ok', () => 1).on('hang', never);
    const carrier = carrierFor(lightningd.path, { maxBytes: 1_000 });
    lightningd.on('large', () => 'x'.repeat(100_000));
    expect(await carrier.request(call('large', { lane: 'bulk' }))).toMatchObject({
      kind: 'result',
    });
    expect(await carrier.request(call('large'))).toMatchObject({ kind: 'lost' });
    const stop = new AbortController();
    const end = carrier.request(
      call('hang', { lane: 'wait', deadlineMs: null, signal: stop.signal }),
    );
    await expect.poll(() => lightningd.asked('hang')).toHaveLength(1);
    await carrier.request(call('ok'));
    expect(lightningd.opened).toBe(4);
    stop.abort();
    expect(await end).toMatchObject({ kind: 'lost', error: { code: 'closed' } });
    await expect.poll(() => lightningd.open).toBe(1);
  });

  test('quick calls at once share the first connection', async () => {
    const lightningd = await scripted();
    lightningd.on('ok', () => 1);
    const carrier = carrierFor(lightningd.path);
    await Promise.all(Array.from({ length: 20 }, () => carrier.request(call('ok'))));
    expect(lightningd.opened).toBe(1);
  });
});

describe('a socket that is none', () => {
  test('is named with what to do', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'));
    const stale = join(folder, 'stale');
    const server = createServer().listen(stale);
    await new Promise<void>((resolve) => server.once('listening', () => resolve()));
    const errorFor = async (path: string) => {
      const end = await carrierFor(path).request(call('ok'));
      return end.kind === 'not_sent' ? `${end.error.code}: ${end.error.message}` : end.kind;
    };
    expect(await errorFor(join(folder, 'none'))).toMatch(/^unreachable: there is no socket.*start/);
    expect(await errorFor(join(folder, 'file'))).toMatch(/^wrong_address: .*is a file/);
    expect(await errorFor(join(folder, 'folder'))).toMatch(/^wrong_address: .*lightning-rpc/);
    expect(await errorFor(join(folder, 'x'.repeat(120)))).toMatch(/characters, and 107/);
    server.close();
  });
});
