/** A channel between its public form and the columns. */
import type { ChannelPolicy, ChannelRecord } from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import { type PolicyRow, policyRecord, policyRow } from './policy-row.ts';

/** A channel whose fields are sound, as the columns hold it. */
export interface ChannelRow {
  readonly channelId: ChannelId;
  readonly node1: NodeId;
  readonly node2: NodeId;
  readonly capacitySat: number;
  readonly policy1: PolicyRow | null;
  readonly policy2: PolicyRow | null;
  readonly channelPoint: string;
}

export function channelRow(record: ChannelRecord): ChannelRow {
  const row = (policy: ChannelPolicy | null) => (policy === null ? null : policyRow(policy));
  return {
    channelId: record.channelId,
    node1: record.node1,
    node2: record.node2,
    capacitySat: Number(record.capacitySat),
    policy1: row(record.policy1),
    policy2: row(record.policy2),
    channelPoint: record.channelPoint,
  };
}

export function channelRecord(row: ChannelRow): ChannelRecord {
  const record = (policy: PolicyRow | null) => (policy === null ? null : policyRecord(policy));
  return {
    channelId: row.channelId,
    node1: row.node1,
    node2: row.node2,
    capacitySat: BigInt(row.capacitySat),
    policy1: record(row.policy1),
    policy2: record(row.policy2),
    channelPoint: row.channelPoint,
  };
}
