/**
 * Messages to and from peers over Core Lightning, which writes the type before the data. Any connection can send them;
 * those that come in are told to plugins, and by clnrest to whoever listens to its events.
 */
import type { CustomMessageNews, CustomMessages, StopSignal } from '../../ports.ts';
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import { isNodeId } from '../../units/ids.ts';
import { assertSendable } from '../sendable-message.ts';
import type { ClnCalls } from './cln-calls.ts';
import { isObject } from './transport/answer.ts';
import type { Json } from './transport/exact-json.ts';
import { type RestEventOptions, restEvents } from './transport/rest-events.ts';

export function customMessages(
  calls: ClnCalls,
  events: { readonly rest: RestEventOptions; readonly closing: StopSignal },
): CustomMessages {
  return {
    send: async (message) => {
      assertSendable(message);
      const { peer, type, data } = message;
      const msg = type.toString(16).padStart(4, '0') + bytesToHex(data);
      await calls.call('sendcustommsg', { node_id: peer, msg });
    },
    receive: ({ signal }) => receive({ ...events, signal }),
  };
}

async function* receive(given: {
  readonly rest: RestEventOptions;
  readonly closing: StopSignal;
  readonly signal: StopSignal;
}): AsyncGenerator<CustomMessageNews, void, undefined> {
  if (given.signal.aborted) return;
  for await (const event of restEvents(given.rest, given)) {
    if (event === 'connected') {
      yield { kind: 'listening' };
      continue;
    }
    const message = readMessage(event);
    if (message !== undefined) yield message;
  }
}

const PAYLOAD = /^(?:[0-9a-f]{2}){2,65535}$/i;
const TYPE_HEX = 4;

/** Other notifications, and messages that are none, are passed over: what is in them is up to strangers. */
function readMessage(event: Json): CustomMessageNews | undefined {
  const message = isObject(event) ? event['custommsg'] : undefined;
  const { peer_id: peer, payload } = isObject(message) ? message : {};
  if (typeof peer !== 'string' || !isNodeId(peer)) return undefined;
  if (typeof payload !== 'string' || !PAYLOAD.test(payload)) return undefined;
  return {
    kind: 'message',
    peer,
    type: Number.parseInt(payload.slice(0, TYPE_HEX), 16),
    data: hexToBytes(payload.slice(TYPE_HEX)),
  };
}
