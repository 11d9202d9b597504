/** clnrest over https with answers that are scripted method by method. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Certificate, makeCertificate } from '../lnd/certificates.ts';
import { type Params, RpcFault, readyInfo, type Script } from './scripted-lightningd.ts';

export const RUNE = 'VDSx5ZEDL_Y-rune==';

export interface RestCall {
  readonly method: string;
  readonly params: Params;
  readonly rune: string | undefined;
}

export class ScriptedClnrest {
  readonly certificate: Certificate;
  readonly calls: RestCall[] = [];
  /** Instead of the script: whatever a server in clnrest's place may write. */
  raw: ((response: ServerResponse) => void) | undefined;
  /** The rune does not allow events. */
  refusesListeners = false;
  /** What the listener has said: the bodies of its POSTs. */
  readonly said: string[] = [];
  readonly #outbox: string[] = [];
  #poll: ServerResponse | undefined;
  readonly #scripts = new Map<string, Script>([['getinfo', () => readyInfo()]]);
  readonly #server: Server;

  private constructor(certificate: Certificate) {
    this.certificate = certificate;
    const { certPem: cert, keyPem: key } = certificate;
    this.#server = createServer({ cert, key }, (request, response) => {
      void this.#answer(request, response);
    });
  }

  static async start(certificate?: Certificate): Promise<ScriptedClnrest> {
    const clnrest = new ScriptedClnrest(certificate ?? (await makeCertificate()));
    await new Promise<void>((resolve) => clnrest.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => clnrest.stop());
    return clnrest;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  on(method: string, script: Script): this {
    this.#scripts.set(method, script);
    return this;
  }

  /** A listener waits for news. */
  get polling(): boolean {
    return this.#poll !== undefined;
  }

  /** Notifications for whoever listens. */
  tell(...notifications: readonly unknown[]): void {
    this.packets(...notifications.map((news) => `42${JSON.stringify(['message', news])}`));
  }

  packets(...packets: readonly string[]): void {
    this.#outbox.push(...packets);
    if (this.#poll === undefined || this.#outbox.length === 0) return;
    this.#poll.end(this.#outbox.splice(0).join('\u001e'));
    this.#poll = undefined;
  }

  #listen(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { searchParams } = new URL(request.url ?? '', this.url);
    if (request.headers['rune'] !== RUNE || searchParams.get('EIO') !== '4') {
      response.writeHead(400).end();
    } else if (searchParams.get('sid') === null) {
      response.end(`0${JSON.stringify({ sid: 'a session', pingInterval: 25_000 })}`);
    } else if (request.method === 'POST') {
      this.said.push(body);
      response.end('ok');
      const refusal = '44{"message":"Not permitted: method is not equal"}';
      if (body === '40') this.packets(this.refusesListeners ? refusal : '40{"sid":"b"}');
    } else {
      this.#poll = response;
      this.packets();
    }
  }

  dropAll(): void {
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.dropAll();
    // A server that has stopped already says so with an error.
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part as Uint8Array);
    const body = Buffer.concat(parts).toString();
    if (request.url?.startsWith('/socket.io/')) return this.#listen(request, response, body);
    const method = request.url?.replace(/^\/v1\//, '') ?? '';
    const params = JSON.parse(body);
    const rune = request.headers['rune'] as string | undefined;
    this.calls.push({ method, params, rune });
    if (this.raw !== undefined) return this.raw(response);
    const end = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (rune !== RUNE)
      return end(401, { code: 1501, message: 'Not authorized: Not derived from master' });
    const script = this.#scripts.get(method);
    if (script === undefined) {
      return end(404, { code: -32601, message: `Unknown command '${method}'` });
    }
    try {
      end(201, await script(params));
    } catch (error) {
      if (!(error instanceof RpcFault)) throw error;
      const { code, message, data } = error;
      end(code === 1502 ? 401 : 500, { code, message, ...(data !== undefined && { data }) });
    }
  }
}
