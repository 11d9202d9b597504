/** Serves figures over HTTP to whoever collects them: `/metrics` for Prometheus, `/health` for supervisors. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import type { HostAndPort } from '../config/value-kinds.ts';
import { UsageError } from '../exit-codes.ts';

export interface ServedFigures {
  readonly contentType: string;
  metrics(): Promise<string>;
  /** Whether all goes well, and in a few words how it stands. */
  health(): { readonly ok: boolean; readonly [name: string]: unknown };
}

export interface MetricsServer {
  /** Without a path. */
  readonly url: string;
  close(): Promise<void>;
}

/** @throws UsageError where nobody can listen there. */
export async function serveMetrics(
  { host, port }: HostAndPort,
  figures: ServedFigures,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (isAskedByName(request, host)) {
      const text = `ask for ${host}, localhost or an address, not for another name\n`;
      response.writeHead(421, { 'Content-Type': 'text/plain' }).end(text);
      return;
    }
    answer(request, response, figures).catch(() => response.destroy());
  });
  // Who connects and says nothing must not stay.
  server.requestTimeout = 10_000;
  server.maxConnections = 32;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen({ host, port }, error)));
    server.listen({ host, port }, resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.|localhost$)/i;

/**
 * A page in a browser on this machine may give its own name our address (DNS rebinding), and would then read the figures
 * as its own; but the name stays in what it asks. On an address that others reach, names are the operator's.
 */
function isAskedByName({ headers, socket }: IncomingMessage, listening: string): boolean {
  if (!LOOPBACK.test(socket.localAddress ?? '')) return false;
  const asked = (headers.host ?? '').replace(/:[0-9]*$/, '').replace(/^\[(.*)\]$/, '$1');
  const named = asked.toLowerCase();
  return (
    named !== '' && named !== 'localhost' && named !== listening.toLowerCase() && isIP(named) === 0
  );
}

async function answer(
  { method, url = '/' }: IncomingMessage,
  response: ServerResponse,
  figures: ServedFigures,
): Promise<void> {
  const send = (status: number, type: string, body: string): void => {
    const headers = { 'Content-Type': type, 'Cache-Control': 'no-store' };
    response.writeHead(status, headers).end(method === 'HEAD' ? undefined : body);
  };
  const [path] = url.split('?');
  if (method !== 'GET' && method !== 'HEAD') send(405, 'text/plain', 'only GET is served\n');
  else if (path === '/metrics') send(200, figures.contentType, await figures.metrics());
  else if (path === '/health') {
    const health = figures.health();
    send(health.ok ? 200 : 503, 'application/json', `${JSON.stringify(health)}\n`);
  } else send(404, 'text/plain', 'there are /metrics and /health\n');
}

function cannotListen({ host, port }: HostAndPort, error: NodeJS.ErrnoException): UsageError {
  const why =
    error.code === 'EADDRINUSE'
      ? 'another program listens there; name another port'
      : error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND'
        ? 'this machine has no such address'
        : error.message;
  return new UsageError(`[metrics] listen: ${host}:${port} cannot be listened on: ${why}`, {
    cause: error,
  });
}
