/** What anybody who reaches the port of the metrics may send there. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import fc from 'fast-check';
import { type MetricsServer, serveMetrics } from '../../../src/cli/metrics/metrics-server.ts';
import type { FuzzTarget } from '../target.ts';

let server: MetricsServer | undefined;

const request = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'CONNECT', 'get'),
    path: fc.constantFrom(
      '/metrics',
      '/metrics',
      '/health',
      '/health?x=1',
      '/',
      '*',
      '//',
      'http://a/metrics',
    ),
    version: fc.constantFrom('1.1', '1.1', '1.0', '2.0', '0.9'),
    headers: fc.array(
      fc.constantFrom(
        'Host: a',
        'Connection: close',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Content-Length: 5',
        'Content-Length: 99999999999999999999',
        'Transfer-Encoding: chunked',
        'Expect: 100-continue',
        `X: ${'y'.repeat(20_000)}`,
      ),
      { maxLength: 4 },
    ),
    body: fc.constantFrom('', '', 'abcde', '5\r\nabcde\r\n0\r\n\r\n', 'ffffffffffff\r\n'),
  })
  .map(({ method, path, version, headers, body }) =>
    [`${method} ${path} HTTP/${version}`, 'Host: 127.0.0.1', ...headers, '', body].join('\r\n'),
  );

const HEALTH = 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n';

/** All that comes back until either side closes, which we do once somebody else was served meanwhile. */
function exchange(bytes: Uint8Array | string, meanwhile?: () => Promise<unknown>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const { port } = new URL(server!.url);
  const socket = connect(Number(port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    answer += text;
  });
  socket.on('error', () => {});
  socket.on('close', () => resolve(answer));
  // A server that is hung up on while it works out the answer gives none.
  socket.write(bytes, () => void meanwhile?.().then(() => socket.end(), reject));
  return promise;
}

export const target: FuzzTarget = {
  name: 'metrics-requests',
  about: 'requests to the server of metrics, by whoever reaches its port',
  shape: 'bytes',
  valid: fc
    .oneof(fc.constant('GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'), request)
    .map((text) => new TextEncoder().encode(text)),
  refusals: [],
  acceptedShare: [0.05, 0.9],
  seededCases: 250,
  prepare: async () => {
    server = await serveMetrics(
      { host: '127.0.0.1', port: 0 },
      { contentType: 'text/plain', metrics: async () => 'a 1\n', health: () => ({ ok: true }) },
    );
  },
  run: async (input) => {
    const answer = await exchange(input, async () => {
      assert.match(await exchange(HEALTH), /^HTTP\/1\.1 200 /, 'nobody else is served any more');
    });
    assert.ok(answer === '' || answer.startsWith('HTTP/1.1 '), answer.slice(0, 100));
    assert.ok(answer.length < 16_384 + 4 * input.length);
    return answer.startsWith('HTTP/1.1 200') ? 'accepted' : 'refused';
  },
};
