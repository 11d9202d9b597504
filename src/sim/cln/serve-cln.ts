/** A simulated node as Core Lightning serves itself: a unix socket, and clnrest beside it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeId } from '../../units/ids.ts';
import { generateCertificate } from '../lnd/certificate.ts';
import type { SimulatedNetwork } from '../network.ts';
import type { CustomMessage } from './custom-messages.ts';
import { serveRest } from './rest-server.ts';
import { type LightningdOptions, SimulatedLightningd } from './simulated-lightningd.ts';
import { serveSocket } from './socket-server.ts';
import type { WireBehaviour } from './wire-behaviour.ts';

export interface ServedLightningd {
  /** The unix socket, in a folder of its own. */
  readonly socketPath: string;
  /** `https://127.0.0.1:PORT` of clnrest. */
  readonly restUrl: string;
  /** clnrest's self-signed certificate. */
  readonly tlsCertPem: string;
  /** A rune that allows everything. */
  readonly rune: string;
  /** A rune that allows these methods and no others. */
  makeRune(methods: readonly string[]): string;
  /** How replies travel over the socket from now on. */
  behave(behaviour: WireBehaviour): void;
  /** What getinfo warns of. */
  report(health: {
    readonly bitcoindSyncing?: boolean;
    readonly lightningdSyncing?: boolean;
  }): void;
  /** Breaks all connections, as a restart does; payments go on. */
  cut(): void;
  /** Custom messages that clients have sent to peers. */
  readonly sentMessages: () => readonly CustomMessage[];
  readonly daemon: SimulatedLightningd;
  close(): Promise<void>;
}

const RUNE_BYTES = 32;

/** @throws RangeError when the network has no such node. */
export async function serveCln(
  network: SimulatedNetwork,
  nodeId: NodeId,
  options: LightningdOptions = {},
): Promise<ServedLightningd> {
  const daemon = new SimulatedLightningd(network, nodeId, options);
  const folder = await mkdtemp(join(tmpdir(), 'ballast-cln-'));
  let behaviour: WireBehaviour = {};
  const runes = new Map<string, readonly string[] | null>();
  const makeRune = (methods: readonly string[] | null): string => {
    const rune = randomBytes(RUNE_BYTES).toString('base64url');
    runes.set(rune, methods);
    return rune;
  };
  const certificate = await generateCertificate();
  const socket = await serveSocket(daemon, {
    path: join(folder, 'lightning-rpc'),
    behaviour: () => behaviour,
  });
  const rest = await serveRest(daemon, {
    certificate,
    runes: {
      allows: (rune) => {
        const methods = runes.get(rune);
        return methods === undefined ? undefined : { methods };
      },
    },
  });
  return {
    socketPath: socket.path,
    restUrl: rest.url,
    tlsCertPem: certificate.certPem,
    rune: makeRune(null),
    makeRune,
    behave: (given) => {
      behaviour = given;
    },
    report: (health) => Object.assign(daemon.served.health, health),
    cut: () => {
      socket.cut();
      rest.cut();
    },
    sentMessages: () => daemon.served.messages.sent,
    daemon,
    close: async () => {
      daemon.close();
      await Promise.all([socket.close(), rest.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
