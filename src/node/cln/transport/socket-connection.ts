/** One connection to lightningd's unix socket: JSON-RPC 2.0, answers matched by their id. */
import { createConnection, type Socket } from 'node:net';
import { NodeError } from '../../node-error.ts';
import { errorEnd, isObject } from './answer.ts';
import type { CallEnd, CarriedCall } from './carrier.ts';
import { type Json, parseExactly, writeExactly } from './exact-json.ts';
import { type JsonDocument, JsonDocuments } from './json-documents.ts';
import { socketError } from './socket-error.ts';

export interface SocketLimits {
  readonly connectDeadlineMs: number;
  /** Of one answer. */
  readonly maxBytes: number;
}

let lastId = 0;

export class SocketConnection {
  readonly #socket: Socket;
  readonly #documents: JsonDocuments;
  readonly #pending = new Map<string, (end: CallEnd) => void>();
  #dead: NodeError | undefined;

  private constructor(socket: Socket, maxBytes: number) {
    this.#socket = socket;
    this.#documents = new JsonDocuments(maxBytes);
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (error) => this.close(lostContact(error.message)));
    socket.on('close', () => this.close(lostContact('lightningd closed the connection')));
  }

  /** @throws NodeError where nothing answers there */
  static async open(path: string, limits: SocketLimits): Promise<SocketConnection> {
    const socket = createConnection(path);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      reject(
        new NodeError('deadline', `nothing answered at ${path} in ${limits.connectDeadlineMs} ms`),
      );
    }, limits.connectDeadlineMs);
    socket.once('connect', resolve);
    socket.once('error', (error) => {
      socketError(path, error).then(reject, reject);
    });
    try {
      await promise;
      return new SocketConnection(socket, limits.maxBytes);
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  get alive(): boolean {
    return this.#dead === undefined;
  }

  /** Never rejects. */
  request(call: CarriedCall): Promise<CallEnd> {
    const { method, params, deadlineMs, signal } = call;
    if (this.#dead !== undefined) {
      return Promise.resolve({ kind: 'not_sent', error: this.#dead });
    }
    // It may have been aborted while the connection was made.
    if (signal?.aborted === true) {
      return Promise.resolve({ kind: 'not_sent', error: aborted(method) });
    }
    lastId++;
    const id = `ballast:${method}#${lastId}`;
    const { promise, resolve } = Promise.withResolvers<CallEnd>();
    const settle = (end: CallEnd): void => {
      this.#pending.delete(id);
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(end);
    };
    const abort = (): void => settle({ kind: 'lost', error: aborted(method) });
    const timer =
      deadlineMs === null
        ? undefined
        : setTimeout(
            () => settle({ kind: 'lost', error: noAnswer(method, deadlineMs) }),
            deadlineMs,
          );
    signal?.addEventListener('abort', abort, { once: true });
    this.#pending.set(id, settle);
    const request: Json = { jsonrpc: '2.0', id, method, params };
    this.#socket.write(`${writeExactly(request)}\n\n`);
    return promise;
  }

  /** Ends what is under way. */
  close(reason: NodeError): void {
    if (this.#dead !== undefined) return;
    this.#dead = reason;
    this.#socket.destroy();
    for (const settle of [...this.#pending.values()]) settle({ kind: 'lost', error: reason });
  }

  #read(chunk: Uint8Array): void {
    if (this.#dead !== undefined) return;
    try {
      for (const document of this.#documents.push(chunk)) this.#answer(document);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      this.close(
        new NodeError('rpc', `lightningd sent what is no JSON-RPC answer: ${what}`, {
          cause: error,
        }),
      );
    }
  }

  /** Notifications have no id; an id that nobody waits for is of a call that was given up. */
  #answer(document: JsonDocument): void {
    const answer: Json = parseExactly(document);
    if (!isObject(answer) || typeof answer['id'] !== 'string') return;
    const settle = this.#pending.get(answer['id']);
    if (settle === undefined) return;
    if (answer['error'] !== undefined && answer['error'] !== null) {
      settle(errorEnd(answer['error']));
    } else {
      settle({ kind: 'result', result: answer['result'] ?? null });
    }
  }
}

const lostContact = (why: string): NodeError =>
  new NodeError(
    'unreachable',
    `contact with lightningd was lost: ${why}; see whether it is running`,
  );

const aborted = (method: string): NodeError =>
  new NodeError('closed', `${method} was given up before it was answered`);

export const noAnswer = (method: string, deadlineMs: number): NodeError =>
  new NodeError(
    'deadline',
    `lightningd did not answer ${method} within ${deadlineMs} ms; it may be overloaded, and the call may still take effect`,
  );
