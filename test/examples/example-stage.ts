/** What an example finds in its environment, and what the simulator's own books say of what it did. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SimulatedNetwork } from '../../src/sim/index.ts';
import { serveLnd } from '../../src/sim/index.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';
import { type ProgramEnd, type StartedProgram, startProgram } from './start-program.ts';

const EXAMPLES: string = new URL('../../examples/', import.meta.url).pathname;

export class ExampleStage {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'ballast-example-'));
  readonly #env: Readonly<Record<string, string>>;

  private constructor(access: { address: string; cert: string; macaroon: Uint8Array } | undefined) {
    onTestFinished(() => rmSync(this.folder, { recursive: true }));
    if (access === undefined) {
      this.#env = {};
      return;
    }
    this.#env = {
      BALLAST_LND_ADDRESS: access.address,
      BALLAST_LND_TLS: this.write('tls.cert', access.cert),
      BALLAST_LND_MACAROON: this.write('some.macaroon', access.macaroon),
      BALLAST_STORE: join(this.folder, 'journal.db'),
    };
  }

  /** Serves the node with no more than this `lncli bakemacaroon` line allows. */
  static async serving(
    network: SimulatedNetwork,
    self: NodeId,
    bakeMacaroon: string,
  ): Promise<ExampleStage> {
    const lnd = await serveLnd(network, self);
    onTestFinished(() => lnd.close());
    const permissions = bakeMacaroon.split(' ').filter((word) => word.startsWith('uri:'));
    const macaroon = lnd.bakeMacaroon(permissions).macaroonBytes;
    return new ExampleStage({ address: lnd.address, cert: lnd.tlsCertPem, macaroon });
  }

  static withoutNode(): ExampleStage {
    return new ExampleStage(undefined);
  }

  write(name: string, content: string | Uint8Array): string {
    const file = join(this.folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  }

  start(name: string, ...args: readonly string[]): StartedProgram {
    return startProgram(join(EXAMPLES, name), { args, env: this.#env, cwd: this.folder });
  }

  run(name: string, ...args: readonly string[]): Promise<ProgramEnd> {
    return this.start(name, ...args).end;
  }
}

/** What the node has on its side of the channel. */
export function sideMsat(network: SimulatedNetwork, self: NodeId, channelId: ChannelId): bigint {
  const { node1, balance1Msat, balance2Msat } = network.balances(channelId);
  return node1 === self ? balance1Msat : balance2Msat;
}
