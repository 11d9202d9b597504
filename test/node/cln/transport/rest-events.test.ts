import { expect, onTestFinished, test } from 'vitest';
import { restEvents } from '../../../../src/node/cln/transport/rest-events.ts';
import { httpAnswer, RawServer } from '../../../fuzz/raw-server.ts';
import { nodeError } from '../../lnd/connections.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function events(...answers: readonly Uint8Array[]) {
  const server = new RawServer();
  await server.listen();
  onTestFinished(() => server.close());
  server.answer(...answers);
  const never = new AbortController().signal;
  const address = { host: '127.0.0.1', port: server.port, path: '', secure: false };
  const options = { address, rune: 'rune', ca: undefined, serverName: undefined };
  return restEvents(options, { signal: never, closing: never }).next();
}

test('a session whose name no address can hold is none', async () => {
  const opened = httpAnswer(200, bytes('0{"sid":"\\ud800"}'));
  expect(await nodeError(events(opened))).toMatchObject({ code: 'unreachable' });
});

test('a server that asks for another protocol ends the stream', async () => {
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];
  const switched = httpAnswer(101, new Uint8Array(), upgrade);
  expect(await nodeError(events(switched))).toMatchObject({ code: 'unreachable' });
});
