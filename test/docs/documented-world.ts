/**
 * The node that the README and docs/ speak of, made real: channels, peers and files by the very names that are written
 * there, in a folder to which commands and programs are moved. What cannot be the same is replaced: addresses and homes.
 *
 *     us - alice, 812345x678x1: nearly all on our side       us - carol, 812347x7x1: half
 *     us - bob, 812346x12x0: drained by what alice has paid to bob through us, at 2,000 ppm
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeGraphJson } from '../../bench/network/describe-graph-json.ts';
import { Rebalancer } from '../../src/engine/index.ts';
import { bakeMacaroonCommand } from '../../src/node/lnd/index.ts';
import { type ServedLightningd, serveCln } from '../../src/sim/cln/serve-cln.ts';
import { inProcessNode } from '../../src/sim/in-process-node.ts';
import {
  type ServedLdkServer,
  type ServedLnd,
  SimulatedNetwork,
  serveLdkServer,
  serveLnd,
} from '../../src/sim/index.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { type ChannelId, type NodeId, parseChannelId, parseNodeId } from '../../src/units/ids.ts';
import { amount, record, store } from '../node/cln/gossip-store/store-writer.ts';
import { channelAnnouncement, channelUpdate } from '../node/cln/wire-messages.ts';
import { payThrough } from '../sim/pay-through.ts';

export const TO_ALICE: ChannelId = parseChannelId('812345x678x1');
export const TO_BOB: ChannelId = parseChannelId('812346x12x0');
export const TO_CAROL: ChannelId = parseChannelId('812347x7x1');

export class DocumentedWorld {
  readonly network: SimulatedNetwork = new SimulatedNetwork({ seed: 7, blockHeight: 900_000 });
  readonly self: NodeId = parseNodeId('02'.padEnd(66, 'a'));
  readonly folder: string = mkdtempSync(join(tmpdir(), 'ballast-docs-'));
  #lnd!: ServedLnd;
  #cln!: ServedLightningd;
  #ldkServer!: ServedLdkServer;

  static async open(): Promise<DocumentedWorld> {
    const world = new DocumentedWorld();
    await world.#populate();
    world.#lnd = await serveLnd(world.network, world.self);
    world.#cln = await serveCln(world.network, world.self);
    world.#ldkServer = await serveLdkServer(world.network, world.self);
    // xpay makes it when lightningd starts.
    await world.#cln.daemon.call('askrene-create-layer', { layer: 'xpay' });
    await world.#writeFiles();
    return world;
  }

  async #populate(): Promise<void> {
    const { network, self } = this;
    network.addNode({ nodeId: self, alias: 'us' });
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((alias) =>
      network.addNode({ alias }),
    ) as [NodeId, NodeId, NodeId];
    const open = (
      node1: NodeId,
      node2: NodeId,
      terms: { readonly id?: ChannelId; readonly ourMsat: bigint; readonly ppm: number },
    ): ChannelId =>
      network.openChannel({
        node1,
        node2,
        ...(terms.id === undefined ? {} : { channelId: terms.id }),
        capacitySat: 10_000_000n,
        balance1Msat: terms.ourMsat,
        policy1: { feeBaseMsat: 1000n, feeRatePpm: terms.ppm, timeLockDelta: 40 },
        policy2: { feeBaseMsat: 1000n, feeRatePpm: 100, timeLockDelta: 40 },
      });
    open(self, alice, { id: TO_ALICE, ourMsat: 9_000_000_000n, ppm: 100 });
    open(self, bob, { id: TO_BOB, ourMsat: 1_000_000_000n, ppm: 2000 });
    open(self, carol, { id: TO_CAROL, ourMsat: 5_000_000_000n, ppm: 100 });
    open(alice, bob, { ourMsat: 5_000_000_000n, ppm: 100 });
    open(alice, carol, { ourMsat: 5_000_000_000n, ppm: 100 });
    for (let i = 0; i < 16; i++) {
      const channels = [TO_ALICE, TO_BOB];
      await payThrough(network, { from: alice, to: bob, channels, amountMsat: 50_000_000n });
    }
  }

  async #writeFiles(): Promise<void> {
    const lnd = this.#lnd;
    const all = { planning: true, missionControl: true, justInTime: true, customMessages: true };
    const permissions = bakeMacaroonCommand(all)
      .split(' ')
      .filter((word) => word.startsWith('uri:'));
    const macaroon = lnd.bakeMacaroon(permissions).macaroonBytes;
    for (const name of ['ballast.macaroon', 'readonly.macaroon']) this.write(name, macaroon);
    for (const name of ['tls.cert', '.lnd/tls.cert']) this.write(name, lnd.tlsCertPem);
    this.write('ca.pem', this.#cln.tlsCertPem);
    this.write('cln/ca.pem', this.#cln.tlsCertPem);
    this.write('ballast.rune', `${this.#cln.rune}\n`);
    this.write('gossip_store', gossipStoreOf(this.network));
    this.write('tls.crt', this.#ldkServer.tlsCertPem);
    this.write('api_key', Buffer.from(this.#ldkServer.apiKeyHex, 'hex'));
    this.write('graph.json', describeGraphJson(this.network.description()));
    await this.#leaveJournal();
  }

  /** What some rebalance has left: `ballast.db`. */
  async #leaveJournal(): Promise<void> {
    const journal = await openSqliteStore(join(this.folder, 'ballast.db'));
    const rebalancer = new Rebalancer({
      node: inProcessNode(this.network, this.self),
      store: journal,
    });
    const request = { from: TO_ALICE, to: TO_CAROL, amountMsat: 100_000_000n, maxFeePpm: 500 };
    const { outcome } = await rebalancer.rebalance(request).result;
    if (outcome.kind !== 'settled') throw new Error(`the journal's rebalance: ${outcome.kind}`);
    await journal.close();
  }

  write(name: string, content: string | Uint8Array): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  }

  /** The same text with what is here in the place of what is there. */
  localised(text: string): string {
    const cln = this.#cln;
    const replacements: readonly (readonly [RegExp, string])[] = [
      [/127\.0\.0\.1:10009/g, this.#lnd.address],
      [/127\.0\.0\.1:3536/g, this.#ldkServer.address],
      [/https:\/\/(127\.0\.0\.1|node\.example):3010/g, cln.restUrl],
      [/(~|\/home\/cln)\/\.lightning\/bitcoin\/lightning-rpc/g, cln.socketPath],
      [/\/home\/cln\/\.lightning\/bitcoin\/gossip_store/g, join(this.folder, 'gossip_store')],
      [/\/var\/lib\/ldk-server\/bitcoin\/api_key/g, join(this.folder, 'api_key')],
      [/\/var\/lib\/ldk-server\/tls\.crt/g, join(this.folder, 'tls.crt')],
      [/\/home\/me\//g, `${this.folder}/`],
      [/(^|[\s=])~\//gm, `$1${this.folder}/`],
      [/'the rune'/g, `'${cln.rune}'`],
    ];
    return replacements.reduce((said, [there, here]) => said.replace(there, here), text);
  }

  /** What the node has on its side of the channel. */
  sideMsat(channelId: ChannelId): bigint {
    const { node1, balance1Msat, balance2Msat } = this.network.balances(channelId);
    return node1 === this.self ? balance1Msat : balance2Msat;
  }

  async close(): Promise<void> {
    await Promise.all([this.#lnd.close(), this.#cln.close(), this.#ldkServer.close()]);
    rmSync(this.folder, { recursive: true });
  }
}

function gossipStoreOf(network: SimulatedNetwork): Uint8Array {
  const messages = network.description().channels.flatMap((channel) => {
    const { channelId, node1, node2, capacitySat, policy1, policy2 } = channel;
    const scid = BigInt(channelId);
    const updates = [policy1, policy2].flatMap((policy, direction) =>
      policy === null
        ? []
        : [
            channelUpdate({
              scid,
              direction: direction === 0 ? 0 : 1,
              delta: policy.timeLockDelta,
              minMsat: policy.minHtlcMsat,
              maxMsat: policy.maxHtlcMsat,
              baseMsat: Number(policy.feeBaseMsat),
              ppm: policy.feeRatePpm,
            }),
          ],
    );
    return [channelAnnouncement({ scid, node1, node2 }), amount(capacitySat), ...updates];
  });
  return store(messages.map((message) => record(message)));
}
