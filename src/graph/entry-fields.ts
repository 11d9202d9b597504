/** Where `lncli describegraph` keeps each field. Nothing is checked here but that a policy is an object. */
import type { RawChannel, RawNode, RawPolicy, ReadResult } from './read-record.ts';

type Fields = Readonly<Record<string, unknown>>;

const NO_FIELDS: Fields = {};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function nodeFields(entry: unknown): RawNode {
  const fields = isFields(entry) ? entry : NO_FIELDS;
  return {
    nodeId: fields['pub_key'],
    alias: fields['alias'],
    lastUpdate: fields['last_update'],
  };
}

export function edgeFields(entry: unknown): ReadResult<RawChannel> {
  const fields = isFields(entry) ? entry : NO_FIELDS;
  const [policy1, policy2] = [fields['node1_policy'], fields['node2_policy']];
  const strange = isPolicy(policy1) ? (isPolicy(policy2) ? null : 'node2_policy') : 'node1_policy';
  if (strange !== null) {
    const named = fields['channel_id'];
    const id = typeof named === 'object' ? '(none)' : String(named ?? '(none)');
    const reason = `${strange} is neither an object nor null`;
    return { kind: 'rejected', rejected: { kind: 'channel', id, reason } };
  }
  return {
    kind: 'ok',
    record: {
      channelId: fields['channel_id'],
      node1: fields['node1_pub'],
      node2: fields['node2_pub'],
      capacitySat: fields['capacity'],
      channelPoint: fields['chan_point'],
      policy1: policyFields(policy1),
      policy2: policyFields(policy2),
    },
  };
}

const isPolicy = (value: unknown): boolean =>
  value === null || value === undefined || isFields(value);

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
