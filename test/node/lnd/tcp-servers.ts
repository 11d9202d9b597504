/** TCP servers that are no lnd, and a front door that leads to one lnd after another. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Listens on a free port; connections still open at the end of the test are cut. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return portOf(server);
}

export const tcpServer = (onConnection: (socket: Socket) => void): Promise<number> =>
  listen(createServer(onConnection));

/** A port on which nothing listens any more. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

export interface FrontDoor {
  readonly address: string;
  /** Cuts all connections; new ones lead to this port, or are cut at once where there is none. */
  leadTo(port: number | undefined): void;
}

/** One address behind which lnd may restart. */
export async function openFrontDoor(): Promise<FrontDoor> {
  let target: number | undefined;
  const open = new Set<Socket>();
  const port = await tcpServer((socket) => {
    if (target === undefined) {
      socket.destroy();
      return;
    }
    const behind = connect(target, '127.0.0.1');
    for (const end of [socket, behind]) {
      open.add(end);
      end.on('error', () => {});
      end.on('close', () => {
        open.delete(end);
        socket.destroy();
        behind.destroy();
      });
    }
    socket.pipe(behind).pipe(socket);
  });
  return {
    address: `127.0.0.1:${port}`,
    leadTo: (next) => {
      target = next;
      for (const socket of open) socket.destroy();
    },
  };
}
