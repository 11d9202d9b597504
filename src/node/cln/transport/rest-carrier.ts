/** Calls over clnrest: POST /v1/METHOD, with a rune. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { NodeError } from '../../node-error.ts';
import { errorEnd } from './answer.ts';
import type { CallEnd, CarriedCall, Carrier } from './carrier.ts';
import { type Json, parseExactly, writeExactly } from './exact-json.ts';
import { type JsonDocument, JsonDocuments } from './json-documents.ts';
import type { RestAddress } from './rest-address.ts';
import { restError } from './rest-error.ts';
import { closedError } from './socket-carrier.ts';
import { noAnswer } from './socket-connection.ts';

export interface RestCarrierOptions {
  readonly address: RestAddress;
  readonly rune: string;
  /** The authority that signed clnrest's certificate, as PEM; those of the system where there is none. */
  readonly ca: string | undefined;
  /** A name to look for in the certificate instead of the address. */
  readonly serverName: string | undefined;
  readonly connectDeadlineMs: number;
  readonly maxBytes: number;
  readonly maxBulkBytes: number;
}

const CREATED = 201;
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const NOT_FOUND = 404;
const INTERNAL = 500;
/** How JSON-RPC says that there is no such method; clnrest's 404 has it as its code, or none at all. */
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const RUNE_NOT_AUTHORIZED = 1501;

export class RestCarrier implements Carrier {
  readonly #options: RestCarrierOptions;
  readonly #kept: HttpAgent | HttpsAgent;
  readonly #closing = new AbortController();

  constructor(options: RestCarrierOptions) {
    this.#options = options;
    const keep = { keepAlive: true, maxSockets: 8 };
    this.#kept = options.address.secure ? new HttpsAgent(keep) : new HttpAgent(keep);
  }

  /** A kept connection may have ended just now; what changes nothing is asked once more on a fresh one. */
  async request(call: CarriedCall): Promise<CallEnd> {
    const keeps = call.lane === 'quick' && !call.changes;
    const first = await this.#attempt(call, keeps);
    return first.wasStale ? (await this.#attempt(call, false)).end : first.end;
  }

  close(): void {
    this.#closing.abort();
    this.#kept.destroy();
  }

  #attempt(call: CarriedCall, keeps: boolean): Promise<{ end: CallEnd; wasStale: boolean }> {
    const { method, deadlineMs, signal } = call;
    const { promise, resolve } = Promise.withResolvers<{ end: CallEnd; wasStale: boolean }>();
    if (this.#closing.signal.aborted || signal?.aborted === true) {
      return Promise.resolve({ end: { kind: 'not_sent', error: closedError() }, wasStale: false });
    }
    let written = false;
    const body = writeExactly(call.params);
    const request = this.#open(call, body, keeps);
    const settle = (end: CallEnd, wasStale = false): void => {
      clearTimeout(timer);
      clearTimeout(connecting);
      signal?.removeEventListener('abort', abort);
      this.#closing.signal.removeEventListener('abort', abort);
      resolve({ end, wasStale });
    };
    /** Before TLS stands nothing has been handed over. */
    const fail = (error: NodeError, wasStale = false): void => {
      settle({ kind: written ? 'lost' : 'not_sent', error }, wasStale);
      request.destroy();
    };
    const abort = (): void => fail(closedError());
    const timer = after(deadlineMs, () => fail(noAnswer(method, deadlineMs ?? 0)));
    const connecting = after(this.#options.connectDeadlineMs, () => {
      if (!written) fail(restError(this.#options.address, { code: 'ETIMEDOUT' }));
    });
    signal?.addEventListener('abort', abort, { once: true });
    this.#closing.signal.addEventListener('abort', abort, { once: true });
    const send = (): void => {
      written = true;
      request.end(body);
    };
    request.on('socket', (socket) => {
      if (!socket.connecting) send();
      else socket.once(this.#options.address.secure ? 'secureConnect' : 'connect', send);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const wasStale = keeps && request.reusedSocket && error.code === 'ECONNRESET';
      fail(restError(this.#options.address, error), wasStale);
    });
    let answered = false;
    // A server that asks for another protocol is hung up on, without an error.
    request.on('close', () => {
      if (!answered) fail(lostAnswer(call, 'the connection was closed without one'));
    });
    request.on('response', (response) => {
      answered = true;
      this.#read(response, call).then(settle, (error: unknown) => {
        fail(error instanceof NodeError ? error : lostAnswer(call, String(error)));
      });
    });
    return promise;
  }

  #open(call: CarriedCall, body: string, keeps: boolean): ReturnType<typeof httpsRequest> {
    const { address, rune, ca, serverName } = this.#options;
    const options: RequestOptions = {
      method: 'POST',
      host: address.host,
      port: address.port,
      path: `${address.path}/v1/${call.method}`,
      agent: keeps ? this.#kept : false,
      headers: {
        rune,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        accept: 'application/json',
      },
      ...(ca !== undefined && { ca }),
      ...(serverName !== undefined && { servername: serverName }),
    };
    return address.secure ? httpsRequest(options) : httpRequest(options);
  }

  async #read(response: IncomingMessage, call: CarriedCall): Promise<CallEnd> {
    const { maxBytes, maxBulkBytes } = this.#options;
    const documents = new JsonDocuments(call.lane === 'bulk' ? maxBulkBytes : maxBytes);
    const found: JsonDocument[] = [];
    const status = response.statusCode ?? 0;
    try {
      for await (const chunk of response) found.push(...documents.push(chunk as Uint8Array));
    } catch (error) {
      return { kind: 'lost', error: lostAnswer(call, messageOf(error), status) };
    } finally {
      response.destroy();
    }
    const [document] = found;
    if (document === undefined || found.length > 1 || documents.unfinished) {
      return { kind: 'lost', error: lostAnswer(call, 'no JSON object', status) };
    }
    let answer: Json;
    try {
      answer = parseExactly(document);
    } catch (error) {
      return { kind: 'lost', error: lostAnswer(call, messageOf(error), status) };
    }
    switch (status) {
      case CREATED:
        return { kind: 'result', result: answer };
      case NOT_FOUND:
        return { ...errorEnd(answer), code: METHOD_NOT_FOUND };
      case UNAUTHORIZED:
      case FORBIDDEN:
        return ofRune(errorEnd(answer));
      case INTERNAL:
        return errorEnd(answer);
      default:
        return { kind: 'lost', error: lostAnswer(call, 'an unknown status', status) };
    }
  }
}

/** What is no rune at all is refused as an odd parameter of the check, before the command is looked at. */
const ofRune = (end: Extract<CallEnd, { kind: 'error' }>): CallEnd =>
  end.code === INVALID_PARAMS ? { ...end, code: RUNE_NOT_AUTHORIZED } : end;

const after = (ms: number | null, act: () => void): NodeJS.Timeout | undefined =>
  ms === null ? undefined : setTimeout(act, ms);

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const lostAnswer = (call: CarriedCall, what: string, status?: number): NodeError =>
  new NodeError(
    'rpc',
    `the answer to ${call.method} is not clnrest's${status === undefined ? '' : ` (HTTP ${status})`}: ${what}; check that the address is that of clnrest`,
  );
