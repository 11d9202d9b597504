/** Events of clnrest: Socket.IO packets over long polling, from the server and from peers through it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { customMessages } from '../../../src/node/cln/custom-messages.ts';
import { NodeError } from '../../../src/node/node-error.ts';
import { isNodeId } from '../../../src/units/ids.ts';
import { jsonInput, like, NODES, textOf } from '../input/like-example.ts';
import { httpAnswer, RawServer } from '../raw-server.ts';
import type { FuzzTarget } from '../target.ts';

const server = new RawServer();
const SEPARATOR = '\u001e';
const event = like(['message', { custommsg: { peer_id: NODES[0], payload: '9419beef' } }]).map(
  (drawn) => `42${textOf(jsonInput(drawn))}`,
);
const packet = fc.oneof(
  { weight: 6, arbitrary: event },
  { weight: 2, arbitrary: fc.constantFrom('40', '40{"sid":"x"}', '2', '6', '') },
  { weight: 1, arbitrary: fc.constantFrom('1', '44{"message":"no"}', '44', '0{}') },
);
const opened = fc.oneof(
  { weight: 9, arbitrary: fc.constant('0{"sid":"abc"}') },
  { weight: 1, arbitrary: fc.constantFrom('0{"sid":"\\ud800"}', '0{}', '1') },
);
const polls = fc
  .tuple(opened, fc.array(packet, { minLength: 2, maxLength: 6 }))
  .map(([open, packets]) => JSON.stringify([open, packets.join(SEPARATOR)]));

export const target: FuzzTarget = {
  name: 'clnrest-events',
  about: 'notifications of clnrest, in which messages of peers are',
  shape: 'json',
  valid: polls.map((text) => new TextEncoder().encode(text)),
  refusals: [NodeError],
  acceptedShare: [0.04, 0.95],
  seededCases: 150,
  prepare: () => server.listen(),
  run: async (input) => {
    let given: unknown;
    try {
      given = JSON.parse(textOf(input));
    } catch {
      given = [textOf(input)];
    }
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    const texts = list.slice(0, 8).map((one) => (typeof one === 'string' ? one : '42[]'));
    const [open = '', ...later] = texts;
    const bodies = [open, 'ok', ...later].map((text) => new TextEncoder().encode(text));
    server.answer(...bodies.map((body) => httpAnswer(200, body.slice(0, 16_384))));
    const never = new AbortController().signal;
    const rest = {
      address: { host: '127.0.0.1', port: server.port, path: '', secure: false },
      rune: 'rune',
      ca: undefined,
      serverName: undefined,
    };
    const messages = customMessages({} as never, { rest, closing: never });
    let heard = 0;
    try {
      for await (const news of messages.receive({ signal: never })) {
        heard++;
        if (news.kind !== 'message') continue;
        assert.ok(isNodeId(news.peer));
        assert.ok(news.type >= 0 && news.type <= 0xffff && news.data.length <= 65_533);
      }
    } catch (error) {
      // The answers come to an end, and with them the stream.
      if (heard === 0 || !(error instanceof NodeError)) throw error;
    }
    return heard > 0 ? 'accepted' : 'refused';
  },
};
