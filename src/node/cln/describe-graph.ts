/** The network as `listchannels` and `listnodes` tell it: one object for each direction that was announced. */
import { type RawChannel, type RawPolicy, readChannel, readNode } from '../../graph/read-record.ts';
import type { ChannelRecord, GraphDescription, NodeRecord, RejectedRecord } from '../../ports.ts';
import type { ClnCalls } from './cln-calls.ts';
import { ClnObject } from './cln-object.ts';
import { isObject } from './transport/answer.ts';
import type { Json } from './transport/exact-json.ts';

/** Without inbound fees, which lightningd does not know of. */
export async function fetchGraph(calls: ClnCalls): Promise<GraphDescription> {
  const [channels, nodes] = await Promise.all([
    calls.call('listchannels'),
    calls.call('listnodes'),
  ]);
  return readGraph(
    new ClnObject('listchannels', channels).values('channels'),
    new ClnObject('listnodes', nodes).values('nodes'),
  );
}

export function readGraph(directions: readonly Json[], listed: readonly Json[]): GraphDescription {
  const rejected: RejectedRecord[] = [];
  const nodes: NodeRecord[] = [];
  for (const node of listed) {
    const { nodeid, alias, last_timestamp } = isObject(node) ? node : {};
    const result = readNode({ nodeId: nodeid, alias, lastUpdate: last_timestamp });
    if (result.kind === 'ok') nodes.push(result.record);
    else rejected.push(result.rejected);
  }
  const channels: ChannelRecord[] = [];
  for (const raw of pairUp(directions, rejected).values()) {
    const result = readChannel(raw);
    if (result.kind === 'ok') channels.push(result.record);
    else rejected.push(result.rejected);
  }
  return { nodes, channels, rejected };
}

/** Both directions of each channel together. The node with the smaller key is the first (BOLT 7). */
function pairUp(
  directions: readonly Json[],
  rejected: RejectedRecord[],
): ReadonlyMap<string, RawChannel> {
  const channels = new Map<string, RawChannel>();
  for (const direction of directions) {
    const fields = isObject(direction) ? direction : {};
    const { source, destination, short_channel_id: id } = fields;
    const capacitySat = capacityIn(fields['amount_msat']);
    if (typeof source !== 'string' || typeof destination !== 'string' || typeof id !== 'string') {
      const reason = 'source, destination or short_channel_id is no text';
      rejected.push({ kind: 'channel', id: typeof id === 'string' ? id : '(none)', reason });
      continue;
    }
    const isFirst = source < destination;
    const known = channels.get(id);
    const policy = policyFields(fields);
    channels.set(id, {
      channelId: id,
      node1: isFirst ? source : destination,
      node2: isFirst ? destination : source,
      capacitySat: known?.capacitySat ?? capacitySat,
      channelPoint: '',
      policy1: isFirst ? policy : (known?.policy1 ?? null),
      policy2: isFirst ? (known?.policy2 ?? null) : policy,
    });
  }
  return channels;
}

const policyFields = (fields: { readonly [name: string]: Json }): RawPolicy => ({
  feeBaseMsat: fields['base_fee_millisatoshi'],
  feeRatePpm: fields['fee_per_millionth'],
  timeLockDelta: fields['delay'],
  minHtlcMsat: msatIn(fields['htlc_minimum_msat']),
  maxHtlcMsat: msatIn(fields['htlc_maximum_msat']),
  disabled: fields['active'] === false,
  inboundFeeBaseMsat: 0,
  inboundFeeRatePpm: 0,
  lastUpdate: fields['last_update'],
});

/** Older versions write amounts as texts that end in `msat`. */
const msatIn = (value: Json | undefined): Json | undefined =>
  typeof value === 'string' ? value.replace(/msat$/, '') : value;

function capacityIn(value: Json | undefined): unknown {
  const msat = msatIn(value);
  if (typeof msat === 'bigint') return msat / 1000n;
  const number = typeof msat === 'string' ? Number(msat) : msat;
  return Number.isSafeInteger(number) ? Math.floor((number as number) / 1000) : msat;
}
