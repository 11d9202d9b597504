/**
 * What clnrest tells as it happens. It speaks Socket.IO, whose long polling needs nothing but requests: a GET that is
 * answered once there is something, and a POST for what is to be said back (Engine.IO protocol 4).
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { StopSignal } from '../../../ports.ts';
import { NodeError } from '../../node-error.ts';
import { isObject } from './answer.ts';
import type { Json } from './exact-json.ts';
import type { RestCarrierOptions } from './rest-carrier.ts';
import { restError } from './rest-error.ts';
import { closedError } from './socket-carrier.ts';

export type RestEventOptions = Pick<RestCarrierOptions, 'address' | 'rune' | 'ca' | 'serverName'>;

/** Engine.IO: open, close, ping, pong, message. Socket.IO within messages: connected, event, refused. */
const OPEN = '0';
const CLOSE = '1';
const PING = '2';
const PONG = '3';
const CONNECTED = '40';
const EVENT = '42';
const REFUSED = '44';
/** Between packets of one answer. */
const SEPARATOR = '\u001e';
/** The server pings every 25 s: longer silence means that nobody is there. */
const SILENCE_MS = 60_000;
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * First `connected`, then each notification as it comes. Ends quietly when the signal aborts.
 *
 * @throws NodeError where clnrest refuses the rune, and where contact is lost
 */
export async function* restEvents(
  options: RestEventOptions,
  { signal, closing }: { readonly signal: StopSignal; readonly closing: StopSignal },
): AsyncGenerator<'connected' | Json, void, undefined> {
  const stop = { signals: [signal, closing] };
  try {
    const opened = packetsOf(await exchange(options, { ...stop, query: '' }))[0] ?? '';
    const query = `&sid=${encodeURIComponent(sessionOf(opened))}`;
    await exchange(options, { ...stop, query, body: CONNECTED });
    for (;;) {
      for (const packet of packetsOf(await exchange(options, { ...stop, query }))) {
        if (packet === PING) await exchange(options, { ...stop, query, body: PONG });
        else if (packet === CLOSE) throw lost('it closed the stream of events');
        else if (packet.startsWith(REFUSED)) throw refusal(packet.slice(2));
        else if (packet.startsWith(CONNECTED)) yield 'connected';
        else if (packet.startsWith(EVENT)) yield eventOf(packet.slice(2));
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    throw closing.aborted ? closedError() : error;
  }
}

const packetsOf = (answer: string): readonly string[] => answer.split(SEPARATOR);

function sessionOf(packet: string): string {
  const session = packet.startsWith(OPEN) ? parsed(packet.slice(1)) : null;
  const sid = isObject(session) ? session['sid'] : undefined;
  if (typeof sid === 'string' && sid !== '' && sid.isWellFormed()) return sid;
  throw lost('it does not speak Socket.IO');
}

/** `["message", NOTIFICATION]`; other events are none of clnrest's. */
function eventOf(text: string): Json {
  const event = parsed(text);
  return Array.isArray(event) && event[0] === 'message' ? (event[1] ?? null) : null;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function refusal(text: string): NodeError {
  const answer = parsed(text);
  const reason = isObject(answer) ? answer['message'] : undefined;
  return new NodeError(
    'permission_denied',
    `clnrest does not tell events to this rune: ${typeof reason === 'string' ? reason : text.slice(0, 200)}; make one that allows listclnrest-notifications (\`createRuneCommand\` gives the line)`,
  );
}

const lost = (why: string): NodeError =>
  new NodeError('unreachable', `clnrest tells no events: ${why}; see whether it is running`);

/** One request of the long poll; what stands in a body is said, and without one it is asked. */
function exchange(
  { address, rune, ca, serverName }: RestEventOptions,
  call: {
    readonly query: string;
    readonly body?: string;
    readonly signals: readonly StopSignal[];
  },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const { query, body, signals } = call;
  const request = (address.secure ? httpsRequest : httpRequest)({
    method: body === undefined ? 'GET' : 'POST',
    host: address.host,
    port: address.port,
    path: `${address.path}/socket.io/?EIO=4&transport=polling${query}`,
    agent: false,
    timeout: SILENCE_MS,
    headers: { rune, 'content-type': 'text/plain;charset=UTF-8' },
    ...(ca !== undefined && { ca }),
    ...(serverName !== undefined && { servername: serverName }),
  });
  const abort = (): void => {
    request.destroy(closedError());
  };
  for (const signal of signals) signal.addEventListener('abort', abort, { once: true });
  if (signals.some((signal) => signal.aborted)) abort();
  request.on('timeout', () => request.destroy(lost('it has been silent for a minute')));
  request.on('error', (error) => {
    reject(error instanceof NodeError ? error : restError(address, error));
  });
  // A server that asks for another protocol is hung up on, without an error.
  request.on('close', () => reject(lost('it closed the connection')));
  request.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      text += part;
      if (text.length > MOST_BYTES) request.destroy(lost('an answer has no end'));
    });
    response.on('end', () => {
      if (response.statusCode === 200) resolve(text);
      else reject(lost(`it answers with HTTP ${response.statusCode}`));
    });
    response.on('error', (error) => reject(lost(error.message)));
  });
  request.end(body);
  return promise.finally(() => {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  });
}
