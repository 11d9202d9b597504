/** lightningd's unix socket: JSON-RPC 2.0, one request after another, replies as they come. */
import { createServer, type Server, type Socket } from 'node:net';
import { jsonText, readJson } from './json-text.ts';
import { isRecord, type Json } from './parameters.ts';
import { RPC_CODE, RpcRefusal } from './rpc-refusal.ts';
import type { SimulatedLightningd } from './simulated-lightningd.ts';
import { framed, pieces, type WireBehaviour } from './wire-behaviour.ts';

/** As lightningd writes. */
const INDENT = 3;

export interface SocketServer {
  readonly path: string;
  /** Breaks all connections; what was called goes on. Returns how many there were. */
  cut(): number;
  close(): Promise<void>;
}

export async function serveSocket(
  daemon: SimulatedLightningd,
  options: { readonly path: string; readonly behaviour: () => WireBehaviour },
): Promise<SocketServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    new Conversation(daemon, socket, options.behaviour);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.path, resolve);
  });
  const cut = (): number => {
    const count = sockets.size;
    for (const socket of sockets) socket.destroy();
    return count;
  };
  return {
    path: options.path,
    cut,
    close: () => {
      cut();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

class Conversation {
  readonly #daemon: SimulatedLightningd;
  readonly #socket: Socket;
  readonly #behaviour: () => WireBehaviour;
  #received = '';
  /** A reply that waits to be overtaken. */
  #waiting: string | undefined;
  #writing: Promise<void> = Promise.resolve();
  #written = 0;

  constructor(daemon: SimulatedLightningd, socket: Socket, behaviour: () => WireBehaviour) {
    this.#daemon = daemon;
    this.#socket = socket;
    this.#behaviour = behaviour;
    socket.setEncoding('utf8');
    socket.on('data', (text) => this.#take(String(text)));
  }

  #take(text: string): void {
    this.#received += text;
    for (;;) {
      const end = endOfObject(this.#received);
      if (end === undefined) return;
      const request = this.#received.slice(0, end);
      this.#received = this.#received.slice(end);
      void this.#serve(request);
    }
  }

  async #serve(text: string): Promise<void> {
    const request = readJson(text);
    if (!isRecord(request) || typeof request['method'] !== 'string') {
      this.#socket.destroy();
      return;
    }
    const { id = null, method, params } = request;
    if (request['jsonrpc'] !== '2.0' || params === undefined) {
      const error = { code: -32600, message: 'Expected jsonrpc 2.0 with method and params' };
      this.#reply(jsonText({ jsonrpc: '2.0', id, error }, INDENT));
      return;
    }
    const answer = await answerOf(this.#daemon, method as string, params);
    this.#reply(jsonText({ jsonrpc: '2.0', id, ...answer }, INDENT));
  }

  #reply(text: string): void {
    const reply = framed(text, this.#behaviour());
    if (this.#behaviour().outOfOrder !== true) {
      this.#write(reply);
      return;
    }
    if (this.#waiting === undefined) {
      this.#waiting = reply;
      // Nobody may overtake it: then it goes after a while all the same.
      setTimeout(() => this.#release(), 20).unref();
      return;
    }
    this.#write(reply);
    this.#release();
  }

  #release(): void {
    const reply = this.#waiting;
    this.#waiting = undefined;
    if (reply !== undefined) this.#write(reply);
  }

  #write(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.#writing = this.#writing.then(async () => {
      for (const piece of pieces(bytes, this.#behaviour())) {
        const { cutAfterBytes, pieceBytes } = this.#behaviour();
        if (cutAfterBytes !== undefined && this.#written >= cutAfterBytes) this.#socket.destroy();
        if (this.#socket.destroyed) return;
        this.#written += piece.length;
        if (!this.#socket.write(piece)) await drained(this.#socket);
        // Lets each piece travel on its own.
        if (pieceBytes !== undefined) await new Promise((resolve) => setImmediate(resolve));
      }
    });
  }
}

const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const go = (): void => {
      socket.off('drain', go);
      socket.off('close', go);
      resolve();
    };
    socket.once('drain', go);
    socket.once('close', go);
  });

/** A result, or an error with its code and data. */
export async function answerOf(
  daemon: SimulatedLightningd,
  method: string,
  params: Json,
): Promise<{ readonly result: Json } | { readonly error: Readonly<Record<string, unknown>> }> {
  try {
    return { result: await daemon.call(method, params) };
  } catch (error) {
    if (!(error instanceof RpcRefusal)) {
      return { error: { code: RPC_CODE.lightningd, message: String(error) } };
    }
    const { code, message, data } = error;
    return { error: { code, message, ...(data === undefined ? {} : { data }) } };
  }
}

/** Where the first JSON object ends; `undefined` where it is not all there. */
function endOfObject(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (inString) {
      if (letter === '\\') at++;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === '{') depth++;
    else if (letter === '}' && --depth === 0) return at + 1;
  }
  return undefined;
}
