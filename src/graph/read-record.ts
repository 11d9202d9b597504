/**
 * One reader for every source of graph records: `lncli describegraph` JSON and the DescribeGraph RPC name their
 * fields differently, but what makes a record valid is decided here.
 */
import type { ChannelPolicy, ChannelRecord, NodeRecord, RejectedRecord } from '../ports.ts';
import { type ChannelId, tryParseChannelId } from '../units/ids.ts';
import { type ChannelRow, channelRecord } from './channel-row.ts';
import { FieldReader, type KnownNodes, MAX_EXACT, MAX_UINT16, MAX_UINT32 } from './field-reader.ts';
import type { PolicyRow } from './policy-row.ts';

/** A policy's fields before validation. */
export interface RawPolicy {
  readonly feeBaseMsat: unknown;
  readonly feeRatePpm: unknown;
  readonly timeLockDelta: unknown;
  readonly minHtlcMsat: unknown;
  /** 0, `null` or absent means that none was announced. */
  readonly maxHtlcMsat: unknown;
  readonly disabled: unknown;
  readonly inboundFeeBaseMsat: unknown;
  readonly inboundFeeRatePpm: unknown;
  readonly lastUpdate: unknown;
}

/** A channel's fields before validation; policies are objects or absent. */
export interface RawChannel {
  readonly channelId: unknown;
  readonly node1: unknown;
  readonly node2: unknown;
  readonly capacitySat: unknown;
  readonly channelPoint: unknown;
  readonly policy1: RawPolicy | null;
  readonly policy2: RawPolicy | null;
}

export interface RawNode {
  readonly nodeId: unknown;
  readonly alias: unknown;
  readonly lastUpdate: unknown;
}

export type ReadResult<T> =
  | { readonly kind: 'ok'; readonly record: T }
  | { readonly kind: 'rejected'; readonly rejected: RejectedRecord };

export function readNode(raw: RawNode): ReadResult<NodeRecord> {
  const reader = new FieldReader();
  const record: NodeRecord = {
    nodeId: reader.nodeId('pub_key', raw.nodeId),
    alias: reader.text('alias', raw.alias),
    lastUpdate: reader.uint('last_update', raw.lastUpdate, MAX_UINT32),
  };
  return finish(reader, { kind: 'node', id: raw.nodeId, record });
}

export function readChannel(raw: RawChannel): ReadResult<ChannelRecord> {
  const result = readChannelRow(raw);
  return result.kind === 'ok' ? { kind: 'ok', record: channelRecord(result.record) } : result;
}

/** The same for the columns of a graph, without the cost of a bigint for each amount. */
export function readChannelRow(raw: RawChannel, known?: KnownNodes): ReadResult<ChannelRow> {
  const reader = new FieldReader();
  const row: ChannelRow = {
    channelId: readChannelId(reader, raw.channelId),
    node1: reader.nodeId('node1_pub', raw.node1, known),
    node2: reader.nodeId('node2_pub', raw.node2, known),
    capacitySat: reader.uint('capacity', raw.capacitySat, MAX_EXACT),
    policy1: raw.policy1 === null ? null : readPolicy(reader, 'node1_policy', raw.policy1),
    policy2: raw.policy2 === null ? null : readPolicy(reader, 'node2_policy', raw.policy2),
    channelPoint: reader.in(undefined).text('chan_point', raw.channelPoint),
  };
  if (row.node1 === row.node2) reader.fail('channel from a node to itself');
  return finish(reader, { kind: 'channel', id: raw.channelId, record: row });
}

function readChannelId(reader: FieldReader, value: unknown): ChannelId {
  const exact = typeof value === 'bigint' || Number.isSafeInteger(value);
  const text = exact ? String(value) : typeof value === 'string' ? value : undefined;
  const parsed = text === undefined ? undefined : tryParseChannelId(text);
  if (parsed !== undefined && parsed !== '0') return parsed;
  reader.fail(
    typeof value === 'number'
      ? `channel_id ${value} is a number whose last digits are lost; it must be a text`
      : `channel_id is no short channel id: ${typeof value === 'string' ? `"${value.slice(0, 80)}"` : typeof value}`,
  );
  return '0' as ChannelId;
}

function readPolicy(reader: FieldReader, owner: string, raw: RawPolicy): PolicyRow {
  reader.in(owner);
  const min = reader.uint('min_htlc', raw.minHtlcMsat, MAX_EXACT);
  // A maximum beyond 2^53 is larger than any channel; it is kept as 2^53 - 1, which changes no decision.
  const max = Math.min(reader.uint('max_htlc_msat', raw.maxHtlcMsat, 2 ** 64), MAX_EXACT);
  if (max !== 0 && min > max) {
    reader.fail(`${owner}: min_htlc ${min} is over max_htlc_msat ${max}`);
  }
  return {
    feeBaseMsat: reader.uint('fee_base_msat', raw.feeBaseMsat, MAX_UINT32),
    feeRatePpm: reader.uint('fee_rate_milli_msat', raw.feeRatePpm, MAX_UINT32),
    timeLockDelta: reader.uint('time_lock_delta', raw.timeLockDelta, MAX_UINT16),
    minHtlcMsat: min,
    maxHtlcMsat: max === 0 ? Number.POSITIVE_INFINITY : max,
    disabled: reader.flag('disabled', raw.disabled),
    inboundFeeBaseMsat: reader.int32('inbound_fee_base_msat', raw.inboundFeeBaseMsat),
    inboundFeeRatePpm: reader.int32('inbound_fee_rate_milli_msat', raw.inboundFeeRatePpm),
    lastUpdate: reader.uint('last_update', raw.lastUpdate, MAX_UINT32),
  };
}

/** Why a policy cannot be right, or `undefined`; for policies that arrive as typed values from elsewhere. */
export function policyDefect(policy: ChannelPolicy): string | undefined {
  const reader = new FieldReader();
  readPolicy(reader, 'policy', policy);
  const { minHtlcMsat, maxHtlcMsat } = policy;
  // In a graph file 0 means that there is no maximum; here `null` does, and 0 is one that nothing passes.
  if (maxHtlcMsat === 0n && minHtlcMsat > 0n) {
    reader.fail(`policy: min_htlc ${minHtlcMsat} is over max_htlc_msat 0`);
  }
  return reader.defect;
}

function finish<T>(
  reader: FieldReader,
  read: { kind: 'node' | 'channel'; id: unknown; record: T },
): ReadResult<T> {
  if (reader.defect === undefined) return { kind: 'ok', record: read.record };
  const id = typeof read.id === 'object' || read.id === undefined ? '(none)' : String(read.id);
  return { kind: 'rejected', rejected: { kind: read.kind, id, reason: reader.defect } };
}
