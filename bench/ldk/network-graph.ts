/**
 * LDK's own network graph. It takes gossip messages one by one, half a minute for the real network; so what LDK
 * serialises afterwards is kept in the system's folder for temporary files and read back next time.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NetworkGraph, UnsignedChannelUpdate } from 'lightningdevkit';
import type { ChannelPolicy, ChannelRecord, GraphDescription } from '../../src/ports.ts';
import { type LdkModule, silentLogger } from './load-ldk.ts';
import { nodeKey } from './node-key.ts';

/** Grows when the messages built here change, so that no older file is read. */
const CACHE_FORMAT = 2;
/** Channel update flags of BOLT 7: the maximum is present; the direction runs from the second node. */
const MAXIMUM_PRESENT = 1;
const FROM_SECOND_NODE = 1;
const P2WSH_PREFIX = [0x00, 0x20];

/** From the cache where an earlier run left it, else built from messages and put there. */
export function ldkNetworkGraph(ldk: LdkModule, description: GraphDescription): NetworkGraph {
  const file = join(tmpdir(), `ballast-bench-ldk-${contentHash(description)}.bin`);
  if (existsSync(file)) {
    const read = ldk.NetworkGraph.constructor_read(readFileSync(file), silentLogger(ldk));
    if (read instanceof ldk.Result_NetworkGraphDecodeErrorZ_OK) return read.res;
  }
  const graph = buildNetworkGraph(ldk, description);
  // Renamed into place, so that a run beside this one never reads half a file.
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, graph.write());
  renameSync(partial, file);
  return graph;
}

function contentHash(description: GraphDescription): string {
  const hash = createHash('sha256').update(String(CACHE_FORMAT));
  for (const channel of description.channels) {
    hash.update(
      JSON.stringify(channel, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    );
  }
  return hash.digest('hex').slice(0, 24);
}

/**
 * Announces every channel and both its policies to an empty graph.
 *
 * @throws Error when LDK refuses one: the networks compared would differ.
 */
function buildNetworkGraph(ldk: LdkModule, description: GraphDescription): NetworkGraph {
  const logger = silentLogger(ldk);
  const graph = ldk.NetworkGraph.constructor_new(ldk.Network.LDKNetwork_Bitcoin, logger);
  const chainHash = graph.get_chain_hash();
  const timestamp = Math.floor(Date.now() / 1000);
  for (const channel of description.channels) {
    announce(ldk, { graph, chainHash }, channel);
    const [first, second] = inKeyOrder(channel);
    for (const [flags, policy] of [
      [0, first],
      [FROM_SECOND_NODE, second],
    ] as const) {
      const update = channelUpdate(ldk, { chainHash, timestamp, channel, flags, policy });
      if (!graph.update_channel_unsigned(update).is_ok()) {
        throw new Error(`LDK refuses a policy of channel ${channel.channelId}`);
      }
    }
  }
  return graph;
}

function inKeyOrder(channel: ChannelRecord): [ChannelPolicy, ChannelPolicy] {
  const { policy1, policy2, node1, node2 } = channel;
  if (policy1 === null || policy2 === null) {
    throw new Error(`channel ${channel.channelId} lacks a policy; LDK would ignore it`);
  }
  return nodeKey(node1) < nodeKey(node2) ? [policy1, policy2] : [policy2, policy1];
}

function announce(
  ldk: LdkModule,
  into: { graph: NetworkGraph; chainHash: Uint8Array },
  channel: ChannelRecord,
): void {
  const [first, second] = [channel.node1, channel.node2]
    .map(nodeKey)
    .sort()
    .map((key) => Buffer.from(key, 'hex'));
  // The nodes' own keys stand in for the funding keys: LDK compares the output's script and takes its value.
  const script = Uint8Array.from([
    ...P2WSH_PREFIX,
    ...createHash('sha256').update(fundingScript(first!, second!)).digest(),
  ]);
  const lookup = ldk.UtxoLookup.new_impl({
    get_utxo: () =>
      ldk.UtxoResult.constructor_sync(
        ldk.Result_TxOutUtxoLookupErrorZ.constructor_ok(
          ldk.TxOut.constructor_new(channel.capacitySat, script),
        ),
      ),
  });
  const nodeId = (bytes: Uint8Array) => {
    const read = ldk.NodeId.constructor_from_slice(bytes);
    if (!(read instanceof ldk.Result_NodeIdDecodeErrorZ_OK)) throw new Error('not a node id');
    return read.res;
  };
  const announcement = ldk.UnsignedChannelAnnouncement.constructor_new(
    ldk.ChannelFeatures.constructor_empty(),
    into.chainHash,
    BigInt(channel.channelId),
    nodeId(first!),
    nodeId(second!),
    nodeId(first!),
    nodeId(second!),
    new Uint8Array(),
  );
  const result = into.graph.update_channel_from_unsigned_announcement(
    announcement,
    ldk.Option_UtxoLookupZ.constructor_some(lookup),
  );
  if (!result.is_ok()) throw new Error(`LDK refuses channel ${channel.channelId}`);
}

/** OP_2 <key> <key> OP_2 OP_CHECKMULTISIG, keys in ascending order (BOLT 3). */
function fundingScript(key1: Uint8Array, key2: Uint8Array): Uint8Array {
  return Uint8Array.from([0x52, 0x21, ...key1, 0x21, ...key2, 0x52, 0xae]);
}

function channelUpdate(
  ldk: LdkModule,
  news: {
    chainHash: Uint8Array;
    timestamp: number;
    channel: ChannelRecord;
    flags: number;
    policy: ChannelPolicy;
  },
): UnsignedChannelUpdate {
  const { policy, channel } = news;
  return ldk.UnsignedChannelUpdate.constructor_new(
    news.chainHash,
    BigInt(channel.channelId),
    news.timestamp,
    MAXIMUM_PRESENT,
    news.flags,
    policy.timeLockDelta,
    policy.minHtlcMsat,
    policy.maxHtlcMsat ?? channel.capacitySat * 1000n,
    Number(policy.feeBaseMsat),
    policy.feeRatePpm,
    new Uint8Array(),
  );
}
