/** HTTP answers of clnrest, or of whatever listens at its port: any bytes at all. */
import fc from 'fast-check';
import { RestCarrier } from '../../../src/node/cln/transport/rest-carrier.ts';
import { jsonInput, like } from '../input/like-example.ts';
import { httpAnswer, RawServer } from '../raw-server.ts';
import type { FuzzTarget } from '../target.ts';

const server = new RawServer();
const body = fc
  .oneof(like({ id: '02aa', blockheight: 5 }), like({ code: 5, message: 'no' }))
  .map(jsonInput);
const HEADERS: readonly (readonly string[])[] = [
  [],
  [],
  ['Transfer-Encoding: chunked'],
  ['Content-Length: 5'],
  ['Content-Length: 99999999999'],
  ['Connection: Upgrade', 'Upgrade: websocket'],
  ['Content-Encoding: gzip', 'Content-Length: 4'],
  ['Set-Cookie: a=b', 'Connection: close'],
];

export const target: FuzzTarget = {
  name: 'clnrest-answers',
  about: 'what answers at the address of clnrest',
  shape: 'bytes',
  valid: fc
    .tuple(
      fc.constantFrom(100, 101, 200, 201, 201, 201, 204, 401, 404, 500),
      body,
      fc.constantFrom(...HEADERS),
    )
    .map(([status, bytes, headers]) => httpAnswer(status, bytes, headers)),
  refusals: [],
  acceptedShare: [0.05, 0.9],
  seededCases: 250,
  prepare: () => server.listen(),
  run: async (input) => {
    server.answer(input.subarray(0, 16_384));
    const carrier = new RestCarrier({
      address: { host: '127.0.0.1', port: server.port, path: '', secure: false },
      rune: 'rune',
      ca: undefined,
      serverName: undefined,
      connectDeadlineMs: 60_000,
      maxBytes: 1 << 16,
      maxBulkBytes: 1 << 16,
    });
    try {
      const call = { method: 'getinfo', params: {}, lane: 'bulk', changes: true } as const;
      const end = await carrier.request({ ...call, deadlineMs: null });
      return end.kind === 'result' || end.kind === 'error' ? 'accepted' : 'refused';
    } finally {
      carrier.close();
    }
  },
};
