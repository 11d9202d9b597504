/** A server that answers whatever it is asked with given bytes, cut anywhere, and then closes the connection. */
import { createServer, type Server } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { cut } from './input/like-example.ts';

export class RawServer {
  #server: Server | undefined;
  #answers: readonly Uint8Array[] = [];
  port = 0;

  async listen(): Promise<void> {
    this.#server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', async () => {
        const [bytes = new Uint8Array(), ...later] = this.#answers;
        this.#answers = later;
        for (const piece of cut(bytes)) {
          if (socket.destroyed) return;
          socket.write(piece);
          await setImmediate();
        }
        socket.end();
      });
    });
    const server = this.#server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.port = address.port;
  }

  /** One for each connection, and nothing for those that come after. */
  answer(...answers: readonly Uint8Array[]): void {
    this.#answers = answers;
  }

  close(): void {
    this.#server?.close();
  }
}

const reasons: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 500: 'Oh' };

/** An answer of HTTP as bytes. */
export function httpAnswer(
  status: number,
  body: Uint8Array,
  headers: readonly string[] = [],
): Uint8Array {
  const head = [
    `HTTP/1.1 ${status} ${reasons[status] ?? 'Other'}`,
    ...(headers.length > 0 ? headers : [`Content-Length: ${body.length}`]),
    '',
    '',
  ];
  return new Uint8Array(Buffer.concat([Buffer.from(head.join('\r\n')), body]));
}
