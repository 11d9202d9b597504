/** Every table of the configuration and its keys. What a key means and why its default is what it is: examples/ballast.toml. */
import type { TableKeys } from './read-table.ts';
import {
  choice,
  flag,
  fractionalSats,
  type HostAndPort,
  hostAndPort,
  list,
  names,
  partOfOne,
  ppm,
  sats,
  share,
  span,
  text,
  whole,
} from './value-kinds.ts';

/** Amounts are in msat and times in ms by now; `names` and the like are lists. */
export interface NodeTable {
  readonly lnd?: string;
  readonly tls?: string;
  readonly macaroon?: string;
  readonly cln?: string;
  readonly clnrest?: string;
  readonly rune_file?: string;
  readonly gossip_store?: string;
  readonly ldk_server?: string;
  readonly api_key?: string;
}

export interface StoreTable {
  readonly path?: string;
  readonly max_mb?: number;
}

/** Fees. */
export interface BudgetTable {
  readonly per_day: bigint;
  readonly per_day_and_channel?: bigint;
  readonly per_day_and_pair?: bigint;
  readonly ever?: bigint;
  readonly ever_per_channel?: bigint;
  readonly ever_per_pair?: bigint;
}

export interface LimitsTable {
  readonly rebalances_at_once?: number;
  readonly attempts_per_minute?: number;
  readonly payments_per_channel?: number;
  readonly payments_per_peer?: number;
  readonly free_slots?: number;
  readonly grace?: number;
  readonly clean_up?: boolean;
}

/** Of a channel; those of `[plan]` are for all channels. */
export interface SettingsTable {
  readonly use?: 'both' | 'source' | 'target' | 'none';
  readonly target_ratio?: number;
  readonly min_ratio?: number;
  readonly max_ratio?: number;
  readonly max_fee_ppm?: number;
  readonly earned_share?: number;
  readonly cool_down?: number;
}

export interface PlanTable extends SettingsTable {
  readonly strategy?: 'economic' | 'balance' | 'explicit';
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly sources?: readonly string[];
  readonly targets?: readonly string[];
  readonly horizon?: number;
  readonly fill_ahead?: number;
  readonly forecast_share?: number;
  readonly history?: number;
  readonly half_life?: number;
  readonly amounts?: readonly bigint[];
  readonly min_amount?: bigint;
  readonly min_benefit?: bigint;
  readonly attempt_cost?: bigint;
  readonly attempt_cost_ppm?: number;
  readonly max_moves?: number;
  readonly quiet?: number;
  readonly max_quiet?: number;
  readonly max_cltv_blocks?: number;
  readonly avoid?: readonly string[];
}

export interface ChannelsTable extends SettingsTable {
  readonly names: readonly string[];
}

export interface RunTable {
  readonly interval?: number;
  readonly max_moves?: number;
  readonly dry_run?: boolean;
  readonly own_thread?: boolean;
}

export interface DemandTable {
  readonly watch?: boolean;
}

export interface JustInTimeTable {
  readonly enabled?: boolean;
  readonly hold?: number;
  readonly cltv_margin_blocks?: number;
  readonly most_held?: number;
  readonly min_gain?: bigint;
  readonly keep_share?: number;
  readonly leave_out?: readonly string[];
  readonly stake?: bigint;
  readonly earned_share?: number;
}

export interface MetricsTable {
  readonly listen?: HostAndPort;
}

export interface LogTable {
  readonly level?: 'debug' | 'info' | 'warn';
  readonly file?: string;
}

const FILE = text('the path of a file');
/** 0.1 bitcoin, as the engine's own limit. */
const MOST_ATTEMPT_COST_SAT = 10_000_000;
/** What the search can reckon with: 2^52 msat. */
const MOST_AMOUNT_SAT = 4_503_599_627_370;
const AMOUNT = sats(1, MOST_AMOUNT_SAT);

export const NODE: TableKeys<NodeTable> = {
  lnd: { kind: text('the address of lnd\'s gRPC, such as "127.0.0.1:10009"') },
  tls: { kind: FILE },
  macaroon: { kind: FILE },
  cln: { kind: text("the path of lightningd's socket") },
  clnrest: { kind: text('the URL of clnrest, such as "https://127.0.0.1:3010"') },
  rune_file: { kind: FILE },
  gossip_store: { kind: FILE },
  ldk_server: { kind: text('the address of LDK Server\'s gRPC, such as "127.0.0.1:3536"') },
  api_key: { kind: FILE },
};

export const STORE: TableKeys<StoreTable> = {
  path: { kind: FILE },
  max_mb: { kind: whole(1, 1_000_000) },
};

export const BUDGET: TableKeys<BudgetTable> = {
  per_day: { kind: sats(0), required: true },
  per_day_and_channel: { kind: sats(0) },
  per_day_and_pair: { kind: sats(0) },
  ever: { kind: sats(0) },
  ever_per_channel: { kind: sats(0) },
  ever_per_pair: { kind: sats(0) },
};

export const LIMITS: TableKeys<LimitsTable> = {
  rebalances_at_once: { kind: whole(1, 100) },
  attempts_per_minute: { kind: whole(1, 1000) },
  payments_per_channel: { kind: whole(1, 483) },
  payments_per_peer: { kind: whole(1, 483) },
  free_slots: { kind: whole(0, 483) },
  grace: { kind: span('0s', '10m') },
  clean_up: { kind: flag },
};

const SETTINGS: TableKeys<SettingsTable> = {
  use: { kind: choice('both', 'source', 'target', 'none') },
  target_ratio: { kind: share },
  min_ratio: { kind: share },
  max_ratio: { kind: share },
  max_fee_ppm: { kind: ppm },
  earned_share: { kind: share },
  cool_down: { kind: span('0s', '365d') },
};

export const PLAN: TableKeys<PlanTable> = {
  strategy: { kind: choice('economic', 'balance', 'explicit') },
  ...SETTINGS,
  include: { kind: names },
  exclude: { kind: names },
  sources: { kind: names },
  targets: { kind: names },
  horizon: { kind: span('1m', '365d') },
  fill_ahead: { kind: span('1m', '365d') },
  forecast_share: { kind: partOfOne },
  history: { kind: span('1m', '365d') },
  half_life: { kind: span('1m', '365d') },
  amounts: {
    kind: list(`a list of one to eight amounts, each ${AMOUNT.what}`, AMOUNT, { most: 8 }),
  },
  min_amount: { kind: AMOUNT },
  min_benefit: { kind: sats(0, MOST_AMOUNT_SAT) },
  attempt_cost: { kind: fractionalSats(MOST_ATTEMPT_COST_SAT) },
  attempt_cost_ppm: { kind: ppm },
  max_moves: { kind: whole(1, 1000) },
  quiet: { kind: span('0s', '365d') },
  max_quiet: { kind: span('0s', '365d') },
  max_cltv_blocks: { kind: whole(44, 2016) },
  avoid: { kind: names },
};

export const CHANNELS: TableKeys<ChannelsTable> = {
  names: { kind: names, required: true },
  ...SETTINGS,
};

export const RUN: TableKeys<RunTable> = {
  interval: { kind: span('1s', '1d') },
  max_moves: { kind: whole(1, 1000) },
  dry_run: { kind: flag },
  own_thread: { kind: flag },
};

export const DEMAND: TableKeys<DemandTable> = { watch: { kind: flag } };

export const JUST_IN_TIME: TableKeys<JustInTimeTable> = {
  enabled: { kind: flag },
  hold: { kind: span('1s', '60s') },
  cltv_margin_blocks: { kind: whole(1, 144) },
  most_held: { kind: whole(1, 100) },
  min_gain: { kind: sats(0, MOST_AMOUNT_SAT) },
  keep_share: { kind: share },
  leave_out: { kind: names },
  stake: { kind: sats(0) },
  earned_share: { kind: share },
};

export const METRICS: TableKeys<MetricsTable> = { listen: { kind: hostAndPort } };

export const LOG: TableKeys<LogTable> = {
  level: { kind: choice('debug', 'info', 'warn') },
  file: { kind: FILE },
};
