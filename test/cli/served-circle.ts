/** self -> alice -> Bob -> self, served as lnd serves itself, with the files that a user of the command has. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcessNode } from '../../src/sim/in-process-node.ts';
import { type ServedLnd, SimulatedNetwork, serveLnd } from '../../src/sim/index.ts';
import type { ServeLndOptions } from '../../src/sim/lnd/serve-lnd.ts';
import type { ChannelId, NodeId, PaymentHash } from '../../src/units/ids.ts';

export interface Circle {
  readonly network: SimulatedNetwork;
  readonly self: NodeId;
  readonly alice: NodeId;
  readonly bob: NodeId;
  /** Nearly full on our side. */
  readonly toAlice: ChannelId;
  readonly between: ChannelId;
  /** Nearly empty on our side. */
  readonly toBob: ChannelId;
}

export interface ServedCircle extends Circle {
  readonly served: ServedLnd;
  /** `--lnd`, `--tls`, `--macaroon` and `--store` with their values. */
  readonly access: readonly string[];
  /** Writes a file beside the credentials, and returns its path. */
  write(name: string, content: string | Uint8Array): string;
  /** By the network's own books, whether the node is served or not. */
  invoiceState(paymentHash: PaymentHash): Promise<string | undefined>;
  close(): Promise<void>;
}

export function circleNetwork(
  aliases: readonly [string, string, string] = ['self', 'alice', 'Bob'],
): Circle {
  const network = new SimulatedNetwork({ seed: 7 });
  const [self, alice, bob] = aliases.map((alias) => network.addNode({ alias })) as [
    NodeId,
    NodeId,
    NodeId,
  ];
  const policy = { feeBaseMsat: 1000n, feeRatePpm: 100, timeLockDelta: 40 };
  const open = (node1: NodeId, node2: NodeId, balance1Msat: bigint): ChannelId =>
    network.openChannel({
      node1,
      node2,
      capacitySat: 10_000_000n,
      balance1Msat,
      policy1: policy,
      policy2: policy,
    });
  const toAlice = open(self, alice, 9_000_000_000n);
  const between = open(alice, bob, 5_000_000_000n);
  const toBob = open(self, bob, 1_000_000_000n);
  return { network, self, alice, bob, toAlice, between, toBob };
}

export async function serveCircle(
  options: {
    readonly aliases?: readonly [string, string, string];
    readonly lnd?: ServeLndOptions;
  } = {},
): Promise<ServedCircle> {
  const circle = circleNetwork(options.aliases);
  const { network, self } = circle;
  const served = await serveLnd(network, self, options.lnd);
  const folder = mkdtempSync(join(tmpdir(), 'ballast-circle-'));
  const write = (name: string, content: string | Uint8Array): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  const tls = write('tls.cert', served.tlsCertPem);
  const macaroon = write('admin.macaroon', served.macaroonBytes);
  const journal = join(folder, 'journal.db');
  const books = inProcessNode(network, self);
  return {
    ...circle,
    served,
    access: ['--lnd', served.address, '--tls', tls, '--macaroon', macaroon, '--store', journal],
    write,
    invoiceState: async (paymentHash) => (await books.lookupInvoice(paymentHash))?.state,
    close: async () => {
      await served.close();
      rmSync(folder, { recursive: true });
    },
  };
}
