/** listpeerchannels, listchannels, listnodes, listclosedchannels (Core Lightning: `lightningd/peer_control.c`, `topology`). */
import type { ChannelPolicy, ChannelRecord } from '../../ports.ts';
import { formatChannelId, type NodeId } from '../../units/ids.ts';
import type { SimulatedChannelView } from '../records.ts';
import { type Json, nodeKey, type Parameters, shortChannelId } from './parameters.ts';
import type { CommandTable, ServedCln } from './served-cln.ts';

export const CHANNEL_COMMANDS: CommandTable = {
  listpeerchannels: { names: ['id', 'short_channel_id'], run: listPeerChannels },
  listchannels: { names: ['short_channel_id', 'source', 'destination'], run: listChannels },
  listnodes: { names: ['id'], run: listNodes },
  listclosedchannels: { names: ['id'], run: async () => ({ closedchannels: [] }) },
};

const SELF_DELAY = 144;

async function listPeerChannels(served: ServedCln, given: Parameters): Promise<Json> {
  const id = given.optional('id', nodeKey);
  const channelId = given.optional('short_channel_id', shortChannelId);
  const meant = served.node
    .listChannels()
    .filter(
      (view) =>
        (id === undefined || view.peer === id) &&
        (channelId === undefined || view.channelId === channelId),
    );
  return { channels: meant.map((view) => peerChannel(served, view)) };
}

function peerChannel({ network, node }: ServedCln, view: SimulatedChannelView): Json {
  const record = network.channelRecord(view.channelId);
  const { local, remote } = sidesOf(record, node.nodeId);
  const [txid, output] = view.channelPoint.split(':');
  const totalMsat = view.capacitySat * 1000n;
  const incomingMsat = sum(view, true);
  const outgoingMsat = sum(view, false);
  // What HTLCs that we offered hold is still ours until they are settled.
  const toUsMsat = ours(view, { totalMsat, incomingMsat, outgoingMsat });
  return {
    peer_id: view.peer,
    peer_connected: view.active,
    state: 'CHANNELD_NORMAL',
    reestablished: view.active,
    owner: 'channeld',
    short_channel_id: formatChannelId(view.channelId),
    direction: node.nodeId < view.peer ? 0 : 1,
    funding_txid: txid ?? '',
    funding_outnum: Number(output ?? 0),
    private: view.private,
    opener: view.initiator ? 'local' : 'remote',
    features: ['option_static_remotekey', 'option_anchors'],
    ...(view.aliasScids[0] === undefined
      ? {}
      : {
          alias: {
            local: formatChannelId(view.aliasScids[0]),
            ...(view.peerScidAlias === null ? {} : { remote: formatChannelId(view.peerScidAlias) }),
          },
        }),
    to_us_msat: toUsMsat,
    total_msat: totalMsat,
    fee_base_msat: local?.feeBaseMsat ?? 0n,
    fee_proportional_millionths: local?.feeRatePpm ?? 0,
    dust_limit_msat: view.dustLimitSat * 1000n,
    our_reserve_msat: view.localReserveSat * 1000n,
    their_reserve_msat: view.remoteReserveSat * 1000n,
    spendable_msat: view.spendableMsat,
    receivable_msat: view.receivableMsat,
    minimum_htlc_in_msat: 0n,
    minimum_htlc_out_msat: local?.minHtlcMsat ?? 0n,
    maximum_htlc_out_msat: local?.maxHtlcMsat ?? totalMsat,
    our_max_htlc_value_in_flight_msat: totalMsat,
    their_max_htlc_value_in_flight_msat: totalMsat,
    their_to_self_delay: SELF_DELAY,
    our_to_self_delay: SELF_DELAY,
    max_accepted_htlcs: view.maxAcceptedHtlcs,
    updates: {
      ...(local === null ? {} : { local: shownUpdate(local, totalMsat) }),
      ...(remote === null ? {} : { remote: shownUpdate(remote, totalMsat) }),
    },
    htlcs: view.pendingHtlcs.map((htlc) => ({
      direction: htlc.incoming ? 'in' : 'out',
      id: htlc.htlcIndex,
      amount_msat: htlc.amountMsat,
      expiry: htlc.expiryHeight,
      payment_hash: htlc.paymentHash,
      state: htlc.incoming ? 'RCVD_ADD_ACK_REVOCATION' : 'SENT_ADD_ACK_REVOCATION',
    })),
  };
}

const sum = (view: SimulatedChannelView, incoming: boolean): bigint =>
  view.pendingHtlcs.reduce(
    (total, htlc) => (htlc.incoming === incoming ? total + htlc.amountMsat : total),
    0n,
  );

/**
 * Our balance with the commitment fee in it, where we pay that: lightningd counts it as ours. To the satoshi only, as
 * what the simulated node tells.
 */
function ours(
  view: SimulatedChannelView,
  sums: {
    readonly totalMsat: bigint;
    readonly incomingMsat: bigint;
    readonly outgoingMsat: bigint;
  },
): bigint {
  if (!view.initiator) return view.localBalanceSat * 1000n + sums.outgoingMsat;
  return sums.totalMsat - view.remoteBalanceSat * 1000n - sums.incomingMsat;
}

const shownUpdate = (policy: ChannelPolicy, totalMsat: bigint): Json => ({
  htlc_minimum_msat: policy.minHtlcMsat,
  htlc_maximum_msat: policy.maxHtlcMsat ?? totalMsat,
  cltv_expiry_delta: policy.timeLockDelta,
  fee_base_msat: policy.feeBaseMsat,
  fee_proportional_millionths: policy.feeRatePpm,
});

function sidesOf(
  record: ChannelRecord | undefined,
  self: NodeId,
): { readonly local: ChannelPolicy | null; readonly remote: ChannelPolicy | null } {
  if (record === undefined) return { local: null, remote: null };
  const { policy1, policy2 } = record;
  return record.node1 === self
    ? { local: policy1, remote: policy2 }
    : { local: policy2, remote: policy1 };
}

/** Public channels only, an object for each direction. Inbound fees are not among what lightningd knows. */
async function listChannels({ network }: ServedCln, given: Parameters): Promise<Json> {
  const channelId = given.optional('short_channel_id', shortChannelId);
  const source = given.optional('source', nodeKey);
  const destination = given.optional('destination', nodeKey);
  const channels = network
    .description()
    .channels.flatMap((record) => [
      ...directed(record, { from: record.node1, to: record.node2, policy: record.policy1 }),
      ...directed(record, { from: record.node2, to: record.node1, policy: record.policy2 }),
    ]);
  return {
    channels: channels.filter(
      (one) =>
        (channelId === undefined || one.short_channel_id === formatChannelId(channelId)) &&
        (source === undefined || one.source === source) &&
        (destination === undefined || one.destination === destination),
    ),
  };
}

function directed(
  record: ChannelRecord,
  way: { readonly from: NodeId; readonly to: NodeId; readonly policy: ChannelPolicy | null },
) {
  const { from, to, policy } = way;
  if (policy === null) return [];
  const direction = from < to ? 0 : 1;
  return [
    {
      source: from,
      destination: to,
      short_channel_id: formatChannelId(record.channelId),
      direction,
      public: true,
      amount_msat: record.capacitySat * 1000n,
      message_flags: policy.maxHtlcMsat === null ? 0 : 1,
      channel_flags: direction | (policy.disabled ? 2 : 0),
      active: !policy.disabled,
      last_update: policy.lastUpdate,
      base_fee_millisatoshi: policy.feeBaseMsat,
      fee_per_millionth: policy.feeRatePpm,
      delay: policy.timeLockDelta,
      htlc_minimum_msat: policy.minHtlcMsat,
      ...(policy.maxHtlcMsat === null ? {} : { htlc_maximum_msat: policy.maxHtlcMsat }),
      features: '',
    },
  ];
}

async function listNodes({ network }: ServedCln, given: Parameters): Promise<Json> {
  const id = given.optional('id', nodeKey);
  const nodes = network
    .description()
    .nodes.filter(({ nodeId }) => id === undefined || nodeId === id);
  return {
    nodes: nodes.map(({ nodeId, alias, lastUpdate }) => ({
      nodeid: nodeId,
      alias,
      color: '000000',
      last_timestamp: lastUpdate,
      features: '',
      addresses: [],
    })),
  };
}
