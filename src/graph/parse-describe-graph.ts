/** Reads what `lncli describegraph` prints. */
import type { ChannelRecord, GraphDescription, NodeRecord, RejectedRecord } from '../ports.ts';
import { NetworkGraph } from './network-graph.ts';
import { type RawPolicy, readChannel, readNode } from './read-record.ts';

/** The input is no network graph at all, as opposed to a graph with some bad records. */
export class GraphFormatError extends Error {
  override readonly name = 'GraphFormatError';
}

export interface ParsedGraph {
  readonly graph: NetworkGraph;
  /** Every record that was refused, with its id and the reason. */
  readonly rejected: readonly RejectedRecord[];
}

type Fields = Readonly<Record<string, unknown>>;

const EXPECTED =
  'expected the JSON of `lncli describegraph`: an object with the lists "nodes" and "edges"';

/**
 * The graph in the JSON of `lncli describegraph`, as text or already parsed. Malformed records are left out and
 * listed; the rest loads.
 *
 * @throws GraphFormatError when the input is not such a file.
 */
export function parseDescribeGraph(input: string | object): ParsedGraph {
  return NetworkGraph.fromDescription(readDescribeGraph(input));
}

/** The same without building the graph: record by record. */
export function readDescribeGraph(input: string | object): GraphDescription {
  const file = typeof input === 'string' ? parseJson(input) : input;
  if (!isFields(file)) throw new GraphFormatError(`this is no network graph; ${EXPECTED}`);
  const nodes: NodeRecord[] = [];
  const channels: ChannelRecord[] = [];
  const rejected: RejectedRecord[] = [];
  for (const entry of listOf(file, 'nodes')) {
    const result = readNode(nodeFields(entry));
    if (result.kind === 'ok') nodes.push(result.record);
    else rejected.push(result.rejected);
  }
  for (const entry of listOf(file, 'edges')) {
    const result = readEdge(entry);
    if (result.kind === 'ok') channels.push(result.record);
    else rejected.push(result.rejected);
  }
  return { nodes, channels, rejected };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new GraphFormatError(`this is no JSON (${detail}); ${EXPECTED}`, { cause });
  }
}

function listOf(file: Fields, key: string): readonly unknown[] {
  const list = file[key];
  if (Array.isArray(list)) return list;
  throw new GraphFormatError(`this is no network graph: it has no list "${key}"; ${EXPECTED}`);
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const nodeFields = (entry: unknown) => {
  const fields: Fields = isFields(entry) ? entry : {};
  return {
    nodeId: fields['pub_key'],
    alias: fields['alias'],
    lastUpdate: fields['last_update'],
  };
};

function readEdge(entry: unknown) {
  const fields: Fields = isFields(entry) ? entry : {};
  for (const key of ['node1_policy', 'node2_policy']) {
    const policy = fields[key];
    if (policy !== null && policy !== undefined && !isFields(policy)) {
      const id = String(fields['channel_id'] ?? '(none)');
      const reason = `${key} is neither an object nor null`;
      return { kind: 'rejected', rejected: { kind: 'channel', id, reason } } as const;
    }
  }
  return readChannel({
    channelId: fields['channel_id'],
    node1: fields['node1_pub'],
    node2: fields['node2_pub'],
    capacitySat: fields['capacity'],
    channelPoint: fields['chan_point'],
    policy1: policyFields(fields['node1_policy']),
    policy2: policyFields(fields['node2_policy']),
  });
}

function policyFields(value: unknown): RawPolicy | null {
  if (!isFields(value)) return null;
  return {
    feeBaseMsat: value['fee_base_msat'],
    feeRatePpm: value['fee_rate_milli_msat'],
    timeLockDelta: value['time_lock_delta'],
    minHtlcMsat: value['min_htlc'],
    maxHtlcMsat: value['max_htlc_msat'],
    disabled: value['disabled'],
    inboundFeeBaseMsat: value['inbound_fee_base_msat'],
    inboundFeeRatePpm: value['inbound_fee_rate_milli_msat'],
    lastUpdate: value['last_update'],
  };
}
