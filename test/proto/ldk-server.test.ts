// Our .proto files for LDK Server against its own, as they were at commit 7f3276a of 2026-08-19, written down here field by
// field: a number is all that the two have in common on the wire.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSchema, repository } from './descriptors.ts';

/** `name=number type`; `?` is optional, `[]` repeated, `|` a member of a oneof. */
const FIELDS: Readonly<Record<string, string>> = {
  'api.GetNodeInfoRequest': '',
  'api.GetNodeInfoResponse':
    'node_id=1 string; current_best_block=3 types.BestBlock; latest_lightning_wallet_sync_timestamp=4 uint64?; latest_onchain_wallet_sync_timestamp=5 uint64?; latest_fee_rate_cache_update_timestamp=6 uint64?; latest_rgs_snapshot_timestamp=7 uint64?; latest_node_announcement_broadcast_timestamp=8 uint64?; listening_addresses=9 string[]; announcement_addresses=10 string[]; node_alias=11 string?; node_uris=12 string[]; network=13 types.Network; features=14 api.GetNodeInfoResponse.FeaturesEntry[]',
  'api.GetNodeInfoResponse.FeaturesEntry': 'key=1 uint32; value=2 types.Feature',
  'api.GetBalancesRequest': '',
  'api.GetBalancesResponse':
    'total_onchain_balance_sats=1 uint64; spendable_onchain_balance_sats=2 uint64; total_anchor_channels_reserve_sats=3 uint64; total_lightning_balance_sats=4 uint64; lightning_balances=5 types.LightningBalance[]; pending_balances_from_channel_closures=6 types.PendingSweepBalance[]',
  'api.ListChannelsRequest': '',
  'api.ListChannelsResponse': 'channels=1 types.Channel[]',
  'api.UpdateChannelConfigRequest':
    'user_channel_id=1 string; counterparty_node_id=2 string; channel_config=3 types.ChannelConfig',
  'api.UpdateChannelConfigResponse': '',
  'api.AllFunds': '',
  'api.SpliceInRequest':
    'user_channel_id=1 string; counterparty_node_id=2 string; splice_amount_sats=3 uint64|amount; all_funds=4 api.AllFunds|amount',
  'api.SpliceInResponse': '',
  'api.SpliceOutRequest':
    'user_channel_id=1 string; counterparty_node_id=2 string; address=3 string?; splice_amount_sats=4 uint64',
  'api.SpliceOutResponse': 'address=1 string',
  'api.ListForwardedPaymentsRequest': 'page_token=1 types.PageToken?',
  'api.ListForwardedPaymentsResponse':
    'forwarded_payments=1 types.ForwardedPayment[]; next_page_token=2 types.PageToken?',
  'api.ExportPathfindingScoresRequest': '',
  'api.ExportPathfindingScoresResponse': 'scores=1 bytes',
  'api.GraphGetChannelRequest': 'short_channel_id=1 uint64',
  'api.GraphGetChannelResponse': 'channel=1 types.GraphChannel',
  'api.GraphGetNodeRequest': 'node_id=1 string',
  'api.GraphGetNodeResponse': 'node=1 types.GraphNode',
  'api.SubscribeEventsRequest': '',
  'events.EventEnvelope':
    'payment_received=2 events.PaymentReceived|event; payment_successful=3 events.PaymentSuccessful|event; payment_failed=4 events.PaymentFailed|event; payment_forwarded=6 events.PaymentForwarded|event',
  'events.PaymentReceived': 'payment=1 types.Payment',
  'events.PaymentSuccessful': 'payment=1 types.Payment',
  'events.PaymentFailed': 'payment=1 types.Payment',
  'events.PaymentForwarded': 'forwarded_payment=1 types.ForwardedPayment',
  'types.Payment':
    'id=1 string; amount_msat=3 uint64?; direction=4 types.PaymentDirection; status=5 types.PaymentStatus; latest_update_timestamp=6 uint64; fee_paid_msat=7 uint64?',
  'types.BestBlock': 'block_hash=1 string; height=2 uint32',
  'types.Feature': 'name=1 string; is_required=2 bool',
  'types.OutPoint': 'txid=1 string; vout=2 uint32',
  'types.Channel':
    'channel_id=1 string; counterparty_node_id=2 string; funding_txo=3 types.OutPoint?; user_channel_id=4 string; unspendable_punishment_reserve=5 uint64?; channel_value_sats=6 uint64; feerate_sat_per_1000_weight=7 uint32; outbound_capacity_msat=8 uint64; inbound_capacity_msat=9 uint64; confirmations_required=10 uint32?; confirmations=11 uint32?; is_outbound=12 bool; is_channel_ready=13 bool; is_usable=14 bool; is_announced=15 bool; channel_config=16 types.ChannelConfig; next_outbound_htlc_limit_msat=17 uint64; next_outbound_htlc_minimum_msat=18 uint64; force_close_spend_delay=19 uint32?; counterparty_outbound_htlc_minimum_msat=20 uint64?; counterparty_outbound_htlc_maximum_msat=21 uint64?; counterparty_unspendable_punishment_reserve=22 uint64; counterparty_forwarding_info_fee_base_msat=23 uint32?; counterparty_forwarding_info_fee_proportional_millionths=24 uint32?; counterparty_forwarding_info_cltv_expiry_delta=25 uint32?',
  'types.ChannelConfig':
    'forwarding_fee_proportional_millionths=1 uint32?; forwarding_fee_base_msat=2 uint32?; cltv_expiry_delta=3 uint32?; force_close_avoidance_max_fee_satoshis=4 uint64?; accept_underpaying_htlcs=5 bool?; fixed_limit_msat=6 uint64|max_dust_htlc_exposure; fee_rate_multiplier=7 uint64|max_dust_htlc_exposure',
  'types.PageToken': 'token=1 string; index=2 int64',
  'types.HtlcLocator': 'channel_id=1 string; user_channel_id=2 string?; node_id=3 string?',
  'types.ForwardedPayment':
    'total_fee_earned_msat=1 uint64?; skimmed_fee_msat=2 uint64?; claim_from_onchain_tx=3 bool; outbound_amount_forwarded_msat=4 uint64?; prev_htlcs=5 types.HtlcLocator[]; next_htlcs=6 types.HtlcLocator[]',
  'types.GraphRoutingFees': 'base_msat=1 uint32; proportional_millionths=2 uint32',
  'types.GraphChannelUpdate':
    'last_update=1 uint32; enabled=2 bool; cltv_expiry_delta=3 uint32; htlc_minimum_msat=4 uint64; htlc_maximum_msat=5 uint64; fees=6 types.GraphRoutingFees',
  'types.GraphChannel':
    'node_one=1 string; node_two=2 string; capacity_sats=3 uint64?; one_to_two=4 types.GraphChannelUpdate; two_to_one=5 types.GraphChannelUpdate',
  'types.GraphNodeAnnouncement':
    'last_update=1 uint32; alias=2 string; rgb=3 string; addresses=4 string[]; features=5 types.GraphNodeAnnouncement.FeaturesEntry[]',
  'types.GraphNodeAnnouncement.FeaturesEntry': 'key=1 uint32; value=2 types.Feature',
  'types.GraphNode': 'channels=1 uint64[]; announcement_info=2 types.GraphNodeAnnouncement',
  'types.LightningBalance':
    'claimable_on_channel_close=1 types.ClaimableOnChannelClose|balance_type; claimable_awaiting_confirmations=2 types.ClaimableAwaitingConfirmations|balance_type; contentious_claimable=3 types.ContentiousClaimable|balance_type; maybe_timeout_claimable_htlc=4 types.MaybeTimeoutClaimableHTLC|balance_type; maybe_preimage_claimable_htlc=5 types.MaybePreimageClaimableHTLC|balance_type; counterparty_revoked_output_claimable=6 types.CounterpartyRevokedOutputClaimable|balance_type',
  'types.ClaimableOnChannelClose':
    'channel_id=1 string; counterparty_node_id=2 string; amount_satoshis=3 uint64; transaction_fee_satoshis=4 uint64; outbound_payment_htlc_rounded_msat=5 uint64; outbound_forwarded_htlc_rounded_msat=6 uint64; inbound_claiming_htlc_rounded_msat=7 uint64; inbound_htlc_rounded_msat=8 uint64',
  'types.ClaimableAwaitingConfirmations':
    'channel_id=1 string; counterparty_node_id=2 string; amount_satoshis=3 uint64; confirmation_height=4 uint32; source=5 types.BalanceSource',
  'types.ContentiousClaimable':
    'channel_id=1 string; counterparty_node_id=2 string; amount_satoshis=3 uint64; timeout_height=4 uint32; payment_hash=5 string; payment_preimage=6 string',
  'types.MaybeTimeoutClaimableHTLC':
    'channel_id=1 string; counterparty_node_id=2 string; amount_satoshis=3 uint64; claimable_height=4 uint32; payment_hash=5 string; outbound_payment=6 bool',
  'types.MaybePreimageClaimableHTLC':
    'channel_id=1 string; counterparty_node_id=2 string; amount_satoshis=3 uint64; expiry_height=4 uint32; payment_hash=5 string',
  'types.CounterpartyRevokedOutputClaimable':
    'channel_id=1 string; counterparty_node_id=2 string; amount_satoshis=3 uint64',
  'types.PendingSweepBalance':
    'pending_broadcast=1 types.PendingBroadcast|balance_type; broadcast_awaiting_confirmation=2 types.BroadcastAwaitingConfirmation|balance_type; awaiting_threshold_confirmations=3 types.AwaitingThresholdConfirmations|balance_type',
  'types.PendingBroadcast': 'channel_id=1 string?; amount_satoshis=2 uint64',
  'types.BroadcastAwaitingConfirmation':
    'channel_id=1 string?; latest_broadcast_height=2 uint32; latest_spending_txid=3 string; amount_satoshis=4 uint64',
  'types.AwaitingThresholdConfirmations':
    'channel_id=1 string?; latest_spending_txid=2 string; confirmation_hash=3 string; confirmation_height=4 uint32; amount_satoshis=5 uint64',
};

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  'types.Network': ['BITCOIN', 'TESTNET', 'TESTNET4', 'SIGNET', 'REGTEST'],
  'types.PaymentDirection': ['INBOUND', 'OUTBOUND'],
  'types.PaymentStatus': ['PENDING', 'SUCCEEDED', 'FAILED'],
  'types.BalanceSource': ['HOLDER_FORCE_CLOSED', 'COUNTERPARTY_FORCE_CLOSED', 'COOP_CLOSE', 'HTLC'],
};

const METHODS: readonly string[] = [
  'ExportPathfindingScores',
  'GetBalances',
  'GetNodeInfo',
  'GraphGetChannel',
  'GraphGetNode',
  'ListChannels',
  'ListForwardedPayments',
  'SpliceIn',
  'SpliceOut',
  'UpdateChannelConfig',
];

const schema = readSchema(join(repository, 'proto'));
const ofLdk = (name: string): boolean => /^(api|types|events)\./.test(name);

/** In the words that `readSchema` has for it. */
function wireOf(text: string): [string, string] {
  const parts = /^(\w+)=([0-9]+) ([\w.]+)(\?|\[\])?(?:\|(\w+))?$/.exec(text);
  if (parts === null) throw new Error(`cannot read "${text}"`);
  const [, name = '', number, type = '', mark, oneof] = parts;
  const label = mark === '?' ? 'PRESENCE' : mark === '[]' ? 'REPEATED' : 'OPTIONAL';
  const isMessage = type.includes('.');
  const kind = isMessage ? (type in ENUMS ? 'ENUM' : 'MESSAGE') : type.toUpperCase();
  const words = [
    `=${number}`,
    label,
    kind,
    isMessage ? `.${type}` : '',
    oneof ? `oneof ${oneof}` : '',
  ];
  return [name, words.filter((word) => word !== '').join(' ')];
}

describe('on the wire we are what LDK Server is', () => {
  test('in all messages, field by field', () => {
    const ours = [...schema.messages].filter(([name]) => ofLdk(name));
    expect(ours.map(([name]) => name).sort()).toEqual(Object.keys(FIELDS).sort());
    let compared = 0;
    for (const [message, { fields }] of ours) {
      const theirs = new Map((FIELDS[message] ?? '').split('; ').filter(Boolean).map(wireOf));
      const mine = new Map(
        [...fields].map(([name, { wire }]) => [name, wire.replace(' of a map entry', '')]),
      );
      expect([message, mine]).toEqual([message, theirs]);
      compared += mine.size;
    }
    expect(compared).toBeGreaterThan(150);
  });

  test('in all enums', () => {
    const ours = [...schema.enums].filter(([name]) => ofLdk(name));
    expect(Object.fromEntries(ours.map(([name, values]) => [name, [...values.keys()]]))).toEqual(
      ENUMS,
    );
    for (const [, values] of ours) {
      expect([...values.values()]).toEqual([...values.keys()].map((_, i) => i));
    }
  });

  test('in all methods', () => {
    const ours = [...schema.methods].filter(([path]) => path.startsWith('/api.'));
    const unary = METHODS.map((name) => [
      `/api.LightningNode/${name}`,
      `.api.${name}Request -> .api.${name}Response`,
    ]);
    const stream = [
      '/api.LightningNode/SubscribeEvents',
      '.api.SubscribeEventsRequest -> stream .events.EventEnvelope',
    ];
    expect(ours.sort()).toEqual([...unary, stream].sort());
  });
});
