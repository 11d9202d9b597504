/** clnrest: POST /v1/METHOD over https with a rune; 201 is success, 500 an error with code, message and data. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ServerCertificate } from '../lnd/certificate.ts';
import { jsonText, readJson } from './json-text.ts';
import { RPC_CODE } from './rpc-refusal.ts';
import type { SimulatedLightningd } from './simulated-lightningd.ts';
import { answerOf } from './socket-server.ts';

export interface RestServer {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  cut(): void;
  close(): Promise<void>;
}

export interface RuneRules {
  /** Methods that the rune allows; `undefined` allows all of them. `undefined` is also what an unknown rune gives. */
  readonly allows: (rune: string) => { readonly methods: readonly string[] | null } | undefined;
}

const MOST_BODY_BYTES = 10 * 1024 * 1024;
const PATH = /^\/v1\/([a-z0-9_-]+)$/;

export async function serveRest(
  daemon: SimulatedLightningd,
  options: { readonly certificate: ServerCertificate; readonly runes: RuneRules },
): Promise<RestServer> {
  const { certPem: cert, keyPem: key } = options.certificate;
  const server = createServer({ cert, key }, (request, response) => {
    void answer(daemon, { request, response, runes: options.runes });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    cut: () => server.closeAllConnections(),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

async function answer(
  daemon: SimulatedLightningd,
  call: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly runes: RuneRules;
  },
): Promise<void> {
  const { request, response } = call;
  const reply = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(jsonText(status === 201 ? body : { data: null, ...(body as object) }));
  };
  const method = PATH.exec(request.url ?? '')?.[1];
  if (request.method !== 'POST') {
    const message = 'Path invalid, http_method must be POST for CLN methods';
    reply(405, { code: RPC_CODE.unknownCommand, message });
    return;
  }
  if (method === undefined) {
    reply(404, { code: RPC_CODE.unknownCommand, message: 'Path not found' });
    return;
  }
  const rune = request.headers['rune'];
  const rights = typeof rune === 'string' ? call.runes.allows(rune) : undefined;
  if (rights === undefined) {
    const why = rune === undefined ? 'Missing rune' : 'Not derived from master';
    reply(rune === undefined ? 403 : 401, { code: 1501, message: `Not authorized: ${why}` });
    return;
  }
  if (rights.methods !== null && !rights.methods.includes(method)) {
    const others = rights.methods.map((other) => `method is not equal to ${other}`);
    reply(401, { code: 1502, message: `Not permitted: ${others.join(' AND ')}` });
    return;
  }
  const body = await bodyOf(request);
  if (body === undefined) {
    reply(413, { code: RPC_CODE.invalidParams, message: 'Too large' });
    return;
  }
  const result = await answerOf(daemon, method, body === '' ? {} : readJson(body));
  if ('result' in result) reply(201, result.result);
  else reply(result.error['code'] === RPC_CODE.unknownCommand ? 404 : 500, result.error);
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST_BODY_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
