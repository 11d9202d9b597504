/** Answers of lightningd as it writes them, as far as the suites look at them. Nothing of Ballast's own reading is in here. */

export interface RawInfo {
  readonly id: string;
  readonly alias: string;
  readonly version: string;
  readonly blockheight: number;
  readonly address: readonly { readonly address: string; readonly port: number }[];
}

export interface RawChannel {
  readonly peer_id: string;
  readonly peer_connected: boolean;
  readonly reestablished?: boolean;
  readonly state: string;
  readonly channel_id: string;
  readonly short_channel_id?: string;
  readonly private: boolean;
  readonly alias?: { readonly local?: string; readonly remote?: string };
  readonly to_us_msat: number;
  readonly total_msat: number;
  readonly spendable_msat: number;
  readonly receivable_msat: number;
  readonly fee_base_msat: number;
  readonly fee_proportional_millionths: number;
  readonly minimum_htlc_out_msat: number;
  readonly maximum_htlc_out_msat: number;
  readonly htlcs: readonly { readonly payment_hash: string; readonly direction: 'in' | 'out' }[];
}

/** One direction of a channel in `listchannels`. */
export interface RawDirection {
  readonly source: string;
  readonly destination: string;
  readonly short_channel_id: string;
  readonly direction: 0 | 1;
  readonly amount_msat: number;
  readonly active: boolean;
  readonly last_update: number;
  readonly base_fee_millisatoshi: number;
  readonly fee_per_millionth: number;
  readonly delay: number;
  readonly htlc_minimum_msat: number;
  readonly htlc_maximum_msat: number;
}

export interface RawPayment {
  readonly created_index: number;
  readonly payment_hash: string;
  readonly groupid: number;
  readonly status: 'pending' | 'complete' | 'failed';
  readonly destination: string;
  readonly amount_msat: number;
  readonly amount_sent_msat: number;
}

export interface RawInvoice {
  readonly status: 'unpaid' | 'paid' | 'expired';
  readonly amount_received_msat?: number;
}

export interface RawForward {
  readonly created_index: number;
  readonly in_channel: string;
  readonly in_htlc_id: number;
  readonly in_msat: number;
  readonly out_channel?: string;
  readonly out_msat?: number;
  readonly fee_msat?: number;
  readonly status: 'offered' | 'settled' | 'failed' | 'local_failed';
  readonly failreason?: string;
}

export interface RawHtlc {
  readonly short_channel_id: string;
  readonly id: number;
  readonly direction: 'in' | 'out';
  readonly amount_msat: number;
  readonly payment_hash: string;
  readonly state: string;
}

/** What `waitsendpay` adds to its error. */
export interface RawFailure {
  readonly erring_index?: number;
  readonly failcodename?: string;
  readonly erring_node?: string;
  readonly erring_channel?: string;
}

/** A hop of `getroute`, and of the route that `sendpay` takes. */
export interface RawHop {
  readonly id: string;
  readonly channel: string;
  readonly direction?: 0 | 1;
  readonly amount_msat: number;
  readonly delay: number;
}
