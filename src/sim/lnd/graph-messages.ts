/** Graph records as lnd's messages. */
import { createHash } from 'node:crypto';
import type { ChannelPoint } from '../../generated/services/channels.ts';
import type { ChannelEdge, LightningNode, RoutingPolicy } from '../../generated/services/graph.ts';
import type { ChannelPolicy, ChannelRecord, NodeRecord } from '../../ports.ts';
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import type { NodeId } from '../../units/ids.ts';
import { featureMap, NODE_FEATURES } from './features.ts';
import { plainError } from './rpc-error.ts';

const NO_RECORDS: ReadonlyMap<bigint, Uint8Array> = new Map();
const FEATURES = featureMap(NODE_FEATURES);

/** lnd's default colour for a node that chose none. */
const COLOR = '#3399ff';

/** Literals rather than `fromPartial`, which would double the time for a graph of mainnet's size. */
export function writeNode(node: NodeRecord): LightningNode {
  return {
    lastUpdate: node.lastUpdate,
    pubKey: node.nodeId,
    alias: node.alias,
    addresses: [],
    color: COLOR,
    features: FEATURES,
    customRecords: NO_RECORDS as Map<bigint, Uint8Array>,
  };
}

export function writeEdge(channel: ChannelRecord): ChannelEdge {
  const { policy1, policy2 } = channel;
  return {
    channelId: channel.channelId,
    chanPoint: channel.channelPoint,
    lastUpdate: Math.max(policy1?.lastUpdate ?? 0, policy2?.lastUpdate ?? 0),
    node1Pub: channel.node1,
    node2Pub: channel.node2,
    capacity: channel.capacitySat,
    node1Policy: policy1 === null ? undefined : writePolicy(policy1),
    node2Policy: policy2 === null ? undefined : writePolicy(policy2),
    customRecords: NO_RECORDS as Map<bigint, Uint8Array>,
    authProof: undefined,
  };
}

export function writePolicy(policy: ChannelPolicy): RoutingPolicy {
  return {
    timeLockDelta: policy.timeLockDelta,
    minHtlc: policy.minHtlcMsat,
    feeBaseMsat: policy.feeBaseMsat,
    feeRateMilliMsat: BigInt(policy.feeRatePpm),
    disabled: policy.disabled,
    maxHtlcMsat: policy.maxHtlcMsat ?? 0n,
    lastUpdate: policy.lastUpdate,
    customRecords: NO_RECORDS as Map<bigint, Uint8Array>,
    inboundFeeBaseMsat: Number(policy.inboundFeeBaseMsat),
    inboundFeeRateMilliMsat: policy.inboundFeeRatePpm,
  };
}

/** `txid:index`, with the transaction id's bytes reversed as they are on the wire. */
export function writeChannelPoint(channelPoint: string): ChannelPoint {
  const { txid, outputIndex } = splitChannelPoint(channelPoint);
  return {
    fundingTxid: { $case: 'fundingTxidBytes', value: hexToBytes(txid).reverse() },
    outputIndex,
  };
}

/** @throws RpcError when the point names no transaction. */
export function readChannelPoint(point: ChannelPoint): string {
  const txid = point.fundingTxid;
  switch (txid?.$case) {
    case 'fundingTxidBytes':
      if (txid.value.length !== 32) {
        throw plainError(`invalid hash length of ${txid.value.length}, want 32`);
      }
      return `${bytesToHex(new Uint8Array(txid.value).reverse())}:${point.outputIndex}`;
    case 'fundingTxidStr':
      return `${txid.value.toLowerCase()}:${point.outputIndex}`;
    case undefined:
      throw plainError('chan point txid not set');
  }
}

function splitChannelPoint(channelPoint: string): { txid: string; outputIndex: number } {
  const [txid, index] = channelPoint.split(':');
  return { txid: txid ?? '', outputIndex: Number(index ?? 0) };
}

/** Both ends of a channel in the order of its record. */
export const endsOf = (channel: ChannelRecord): readonly [NodeId, NodeId] => [
  channel.node1,
  channel.node2,
];

/** A made-up block hash: blocks are not simulated, yet clients expect one. */
export const blockHash = (blockHeight: number): string =>
  createHash('sha256').update(`block ${blockHeight}`).digest('hex');
