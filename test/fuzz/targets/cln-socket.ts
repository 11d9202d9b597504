/** The socket of lightningd itself: bytes of all kinds, cut anywhere, before the other end goes away. */
import { mkdtemp } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { SocketCarrier } from '../../../src/node/cln/transport/socket-carrier.ts';
import { cut, jsonInput, like } from '../input/like-example.ts';
import type { FuzzTarget } from '../target.ts';

let folder = '';
let server: Server | undefined;
let pieces: readonly Uint8Array[] = [];

/** The id of whatever was asked, which the other end has to know to be heard at all. */
const ID = 'ID-ID-ID';

const answer = { jsonrpc: '2.0', id: ID, result: { id: '02aa', blockheight: 900_000 } };
const refusal = { jsonrpc: '2.0', id: ID, error: { code: -32_601, message: 'no', data: [1] } };

async function serve(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'ballast-fuzz-socket-'));
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', async (asked) => {
      const id = /"id":"([^"]*)"/.exec(asked.toString())?.[1] ?? '';
      const whole = Buffer.concat(pieces);
      const named = Buffer.from(whole.toString('latin1').replaceAll(ID, id), 'latin1');
      for (const piece of cut(named)) {
        if (socket.destroyed) return;
        socket.write(piece);
        await setImmediate();
      }
      socket.end();
    });
  });
  await new Promise<void>((resolve) => server!.listen(join(folder, 'rpc'), resolve));
}

export const target: FuzzTarget = {
  name: 'cln-socket',
  about: 'what arrives over the socket of lightningd, until it is closed',
  shape: 'json',
  valid: fc
    .tuple(fc.oneof(like(answer), like(refusal)), fc.constantFrom('', '\n', '{}', 'x'))
    .map(
      ([reply, before]) =>
        new Uint8Array(Buffer.concat([Buffer.from(before), jsonInput(reply), Buffer.from('\n\n')])),
    ),
  refusals: [],
  acceptedShare: [0.05, 0.9],
  seededCases: 250,
  prepare: serve,
  run: async (input) => {
    pieces = [input.subarray(0, 16_384)];
    const limits = { connectDeadlineMs: 60_000, maxBytes: 1 << 16, maxBulkBytes: 1 << 16 };
    const carrier = new SocketCarrier({ path: join(folder, 'rpc'), ...limits });
    try {
      const call = { method: 'getinfo', params: {}, lane: 'quick', changes: false } as const;
      // Without a deadline: it has to end by itself once the other end is gone.
      const end = await carrier.request({ ...call, deadlineMs: null });
      return end.kind === 'result' || end.kind === 'error' ? 'accepted' : 'refused';
    } finally {
      carrier.close();
    }
  },
};
