/** The served network in a process of its own: it shares no event loop with the client that is measured. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { CircleEnds } from './circles-network.ts';

export interface ServedCircles {
  readonly address: string;
  readonly tlsCertPem: string;
  readonly macaroonHex: string;
  readonly ends: CircleEnds;
}

export interface ServingProcess {
  readonly served: ServedCircles;
  close(): Promise<void>;
}

const CHILD = new URL('../children/serve-circles.ts', import.meta.url).pathname;

export async function startServing(): Promise<ServingProcess> {
  const child = spawn(process.execPath, [CHILD], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const exit = once(child, 'exit');
  const line = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const first = await Promise.race([line, exit.then(() => undefined)]);
  if (first === undefined) throw new Error('the process that serves the network ended at once');
  return {
    served: JSON.parse(first[0]) as ServedCircles,
    close: async () => {
      child.stdin.end();
      await exit;
    },
  };
}
