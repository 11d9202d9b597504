/** self -> alice -> Bob -> self, served as Core Lightning or LDK Server, with the files that a user of the command has. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServedLightningd, serveCln } from '../../src/sim/cln/serve-cln.ts';
import {
  type ServedLdkServer,
  type ServeLdkServerOptions,
  serveLdkServer,
} from '../../src/sim/index.ts';
import { type Circle, circleNetwork } from './served-circle.ts';

interface Files {
  readonly journal: string;
  /** Writes a file beside the credentials, and returns its path. */
  write(name: string, content: string | Uint8Array): string;
  close(): Promise<void>;
}

export interface ClnCircle extends Circle, Files {
  readonly served: ServedLightningd;
  /** `--cln` and its value. */
  readonly socket: readonly string[];
  /** `--clnrest`, `--rune` with a file, and `--tls`. */
  readonly rest: readonly string[];
}

export async function serveClnCircle(): Promise<ClnCircle> {
  const circle = earningCircle();
  const served = await serveCln(circle.network, circle.self);
  // xpay makes it when lightningd starts.
  await served.daemon.call('askrene-create-layer', { layer: 'xpay' });
  const files = filesBeside(served);
  const tls = files.write('ca.pem', served.tlsCertPem);
  const rune = files.write('rune', `${served.rune}\n`);
  return {
    ...circle,
    ...files,
    served,
    socket: ['--cln', served.socketPath],
    rest: ['--clnrest', served.restUrl, '--rune', rune, '--tls', tls],
  };
}

export interface LdkCircle extends Circle, Files {
  readonly served: ServedLdkServer;
  /** `--ldk-server`, `--tls` and `--api-key` with their values. */
  readonly access: readonly string[];
}

export async function serveLdkCircle(
  optionsOf: (circle: Circle) => ServeLdkServerOptions = () => ({}),
): Promise<LdkCircle> {
  const circle = earningCircle();
  const served = await serveLdkServer(circle.network, circle.self, optionsOf(circle));
  const files = filesBeside(served);
  const tls = files.write('tls.crt', served.tlsCertPem);
  const key = files.write('api_key', Buffer.from(served.apiKeyHex, 'hex'));
  const access = ['--ldk-server', served.address, '--tls', tls, '--api-key', key];
  return { ...circle, ...files, served, access };
}

/** Our channels charge so much that moving between them is worth its price. */
function earningCircle(): Circle {
  const circle = circleNetwork();
  const { network, self, toAlice, toBob } = circle;
  for (const channelId of [toAlice, toBob]) {
    network.updatePolicy({ channelId, from: self, policy: { feeRatePpm: 2000 } });
  }
  return circle;
}

function filesBeside(served: { close(): Promise<void> }): Files {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-elsewhere-'));
  return {
    journal: join(folder, 'journal.db'),
    write: (name, content) => {
      const file = join(folder, name);
      writeFileSync(file, content, { mode: 0o600 });
      return file;
    },
    close: async () => {
      await served.close();
      rmSync(folder, { recursive: true });
    },
  };
}
