/** lightningd's unix socket with answers that are scripted method by method. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ConnectClnOptions, connectCln } from '../../../src/node/cln/index.ts';
import type { LightningNode } from '../../../src/ports.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';

/** An answer of the kind `error`. */
export class RpcFault extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: scripts look at what they were asked as they like
export type Params = any;
export type Script = (params: Params) => unknown;

export interface ReceivedCall {
  readonly method: string;
  readonly params: Params;
  /** Number of the connection that it came by. */
  readonly connection: number;
}

export const OUR_ID: string = nodeIdOf('us');
export const HEIGHT = 900_000;

export const readyInfo = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: OUR_ID,
  alias: 'ours',
  version: 'v26.06',
  blockheight: HEIGHT,
  network: 'bitcoin',
  ...fields,
});

/** A folder that is gone when the test ends. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-cln-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export class ScriptedLightningd {
  readonly path: string;
  readonly calls: ReceivedCall[] = [];
  /** How answers are written; as they are, with a blank line behind, unless a test says otherwise. */
  write: (socket: Socket, text: string) => void = (socket, text) => {
    socket.write(`${text}\n\n`);
  };
  readonly #scripts = new Map<string, Script>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  constructor(path: string = join(testFolder(), 'lightning-rpc')) {
    this.path = path;
    this.on('getinfo', () => readyInfo());
    for (const method of ['askrene-reserve', 'askrene-unreserve', 'askrene-inform-channel']) {
      this.on(method, () => ({}));
    }
    this.on('askrene-listreservations', () => ({ reservations: [] }));
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#sockets.size;
  }

  get opened(): number {
    return this.#connections;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.path, resolve));
    onTestFinished(() => this.stop());
    return this;
  }

  async stop(): Promise<void> {
    this.dropAll();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  on(method: string, script: Script): this {
    this.#scripts.set(method, script);
    return this;
  }

  asked(method: string): readonly Params[] {
    return this.calls.filter((call) => call.method === method).map(({ params }) => params);
  }

  #serve(socket: Socket): void {
    const connection = this.#connections++;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    let text = '';
    socket.on('data', (chunk) => {
      const requests = (text + chunk.toString()).split('\n\n');
      text = requests.pop() ?? '';
      for (const request of requests) void this.#answer(socket, request, connection);
    });
  }

  async #answer(socket: Socket, text: string, connection: number): Promise<void> {
    const { jsonrpc, id, method, params } = JSON.parse(text) as Record<string, unknown>;
    if (jsonrpc !== '2.0' || typeof method !== 'string') throw new Error(`odd request: ${text}`);
    this.calls.push({ method, params, connection });
    const script = this.#scripts.get(method);
    let answer: Record<string, unknown>;
    try {
      if (script === undefined) throw new RpcFault(-32601, `Unknown command '${method}'`);
      answer = { result: await script(params) };
    } catch (error) {
      if (!(error instanceof RpcFault)) throw error;
      const { code, message, data } = error;
      answer = { error: { code, message, ...(data !== undefined && { data }) } };
    }
    if (!socket.destroyed) this.write(socket, JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  }
}

export async function scripted(): Promise<ScriptedLightningd> {
  return new ScriptedLightningd().start();
}

export async function connectTo(
  lightningd: ScriptedLightningd,
  options: Partial<ConnectClnOptions> = {},
): Promise<LightningNode> {
  const node = await connectCln({ socket: lightningd.path, callDeadlineMs: 5_000, ...options });
  onTestFinished(() => node.close());
  return node;
}

/** An answer that never comes. */
export const never = (): Promise<never> => new Promise(() => {});
