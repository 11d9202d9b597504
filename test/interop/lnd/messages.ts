/**
 * Messages of lnd as the package `lightning` reads them, as far as the suites look at them: its own .proto files, 64-bit
 * numbers as text, enums by name, bytes as buffers. Nothing of Ballast's own reading of lnd is in here.
 */

interface RawConstraints {
  readonly chan_reserve_sat: string;
}

export interface RawChannel {
  readonly active: boolean;
  readonly remote_pubkey: string;
  readonly peer_alias: string;
  readonly channel_point: string;
  readonly chan_id: string;
  readonly capacity: string;
  readonly local_balance: string;
  readonly remote_balance: string;
  readonly commit_fee: string;
  readonly commitment_type: string;
  readonly initiator: boolean;
  readonly private: boolean;
  readonly pending_htlcs: readonly { readonly hash_lock: Buffer; readonly incoming: boolean }[];
  readonly local_constraints: RawConstraints;
  readonly remote_constraints: RawConstraints;
  readonly alias_scids: readonly string[];
  readonly peer_scid_alias: string;
  readonly zero_conf: boolean;
  readonly zero_conf_confirmed_scid: string;
}

interface RawHop {
  readonly chan_id: string;
  readonly pub_key: string;
  readonly amt_to_forward_msat: string;
  readonly fee_msat: string;
  readonly expiry: number;
}

export interface RawRoute {
  readonly total_time_lock: number;
  readonly total_fees_msat: string;
  readonly total_amt_msat: string;
  readonly hops: readonly RawHop[];
}

export interface RawAttempt {
  readonly status: 'IN_FLIGHT' | 'SUCCEEDED' | 'FAILED';
  readonly route: RawRoute;
  readonly failure: { readonly code: string; readonly failure_source_index: number } | null;
}

export interface RawPayment {
  readonly payment_hash: string;
  readonly status: 'UNKNOWN' | 'IN_FLIGHT' | 'SUCCEEDED' | 'FAILED' | 'INITIATED';
  readonly value_msat: string;
  readonly fee_msat: string;
  readonly payment_index: string;
  readonly htlcs: readonly RawAttempt[];
}

export interface RawInvoice {
  readonly state: 'OPEN' | 'SETTLED' | 'CANCELED' | 'ACCEPTED';
  readonly amt_paid_msat: string;
  readonly htlcs: readonly {
    readonly chan_id: string;
    readonly amt_msat: string;
    readonly state: 'ACCEPTED' | 'SETTLED' | 'CANCELED';
  }[];
}

export interface RawForward {
  readonly chan_id_in: string;
  readonly chan_id_out: string;
  readonly amt_in_msat: string;
  readonly amt_out_msat: string;
  readonly fee_msat: string;
  readonly timestamp_ns: string;
}

export interface RawPolicy {
  readonly time_lock_delta: number;
  readonly min_htlc: string;
  readonly fee_base_msat: string;
  readonly fee_rate_milli_msat: string;
  readonly disabled: boolean;
  readonly max_htlc_msat: string;
  readonly last_update: number;
  readonly inbound_fee_base_msat: number;
  readonly inbound_fee_rate_milli_msat: number;
}

export interface RawEdge {
  readonly channel_id: string;
  readonly chan_point: string;
  readonly node1_pub: string;
  readonly node2_pub: string;
  readonly capacity: string;
  readonly node1_policy: RawPolicy | null;
  readonly node2_policy: RawPolicy | null;
}

export interface RawGraph {
  readonly nodes: readonly { readonly pub_key: string; readonly alias: string }[];
  readonly edges: readonly RawEdge[];
}

export interface RawEdgeUpdate {
  readonly chan_id: string;
  readonly advertising_node: string;
  readonly routing_policy: RawPolicy | null;
}

export interface RawInfo {
  readonly identity_pubkey: string;
  readonly alias: string;
  readonly version: string;
  readonly block_height: number;
  readonly uris: readonly string[];
  readonly require_htlc_interceptor: boolean;
  readonly synced_to_graph: boolean;
}

export interface RawHeldForward {
  readonly incoming_circuit_key: { readonly chan_id: string; readonly htlc_id: string };
  readonly payment_hash: Buffer;
  readonly outgoing_amount_msat: string;
}

export interface RawPairHistory {
  readonly node_from: Buffer;
  readonly node_to: Buffer;
  readonly history: {
    readonly fail_time: string;
    readonly fail_amt_msat: string;
    readonly success_time: string;
    readonly success_amt_msat: string;
  };
}
