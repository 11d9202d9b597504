/** What a Rebalancer is made of, and what it may do altogether. */
import type { FeeBudget } from '../executor/fee-ledger.ts';
import type { NetworkGraph } from '../graph/network-graph.ts';
import type { LiquidityBook } from '../liquidity/liquidity-book.ts';
import type { Clock, Entropy, LightningNode, Log, Store } from '../ports.ts';

/** What a Rebalancer works with, and the limits that hold for all that it does. */
export interface RebalancerOptions {
  /** Whose channels are rebalanced: from `connectLnd`, `connectCln`, `connectLdkServer` or `inProcessNode`. */
  readonly node: LightningNode;
  /**
   * Where the journal goes: what may be under way after a crash is known from it alone. One Rebalancer at a time: it
   * takes what it finds unfinished for the work of a process that has ended.
   */
  readonly store: Store;
  /**
   * What is believed of the balances of others. One of the caller's own may be shared by several Rebalancers, and is the
   * caller's to load and to keep. @defaultValue one that is loaded from the store, and kept there
   */
  readonly beliefs?: LiquidityBook;
  /**
   * What a failed attempt costs, whatever the amount, in msat: the time that it takes, HTLC slots, records at the node.
   * So much more is paid in fees where that saves an attempt. With both at 0 only fees count. @defaultValue 2,000
   */
  readonly attemptCostMsat?: bigint;
  /**
   * The same in parts per million of the amount: what is locked meanwhile, and gains that come later.
   * @defaultValue 50: with both, 52 sat for 1,000,000 sat, a sixth of what such a rebalance often pays in fees. Half of it
   * saves some fees and costs attempts, twice as much the reverse: `npm run bench:frontier` shows how many
   */
  readonly attemptCostPpm?: number;
  /** A graph that the caller keeps current. @defaultValue loaded from the node on first use, and renewed */
  readonly graph?: NetworkGraph;
  /**
   * Milliseconds after which a graph loaded from the node is loaded again. @defaultValue 600,000: a load costs the
   * node and us about a second at mainnet size, and terms that changed meanwhile come back with the failures
   */
  readonly graphMaxAgeMs?: number;
  /**
   * Milliseconds that a payment under way is given to fail back after a deadline or an abort, before the report calls
   * it in flight. @defaultValue 15,000: failures cross a circle within seconds, unless somebody holds them
   */
  readonly graceMs?: number;
  /** Most to pay in fees altogether, over the limits of the single requests. @defaultValue none */
  readonly budget?: FeeBudget;
  /**
   * Rebalances that run at the same time; more wait for their turn. @defaultValue 4: payments mostly wait for others,
   * so a few at once use that time, and each holds liquidity that the next one might need
   */
  readonly maxConcurrent?: number;
  /**
   * Attempts of all rebalances together within a minute. @defaultValue 60: each leaves a record in the node's database
   * and costs every node on its way a slot
   */
  readonly maxAttemptsPerMinute?: number;
  /** Payments of ours under way at once over one channel of ours. @defaultValue 8 */
  readonly maxPerChannel?: number;
  /** The same over all channels with one peer. @defaultValue 8 */
  readonly maxPerPeer?: number;
  /**
   * HTLC slots that each own channel keeps free for forwards; at most half of those that it has.
   * @defaultValue 50, of the 483 that channels usually have
   */
  readonly freeSlots?: number;
  /**
   * Whether failed payments and cancelled invoices of rebalances and probes that moved nothing are removed from the
   * node once they have ended; the macaroon must allow it (`bakeMacaroonCommand({ cleanUp: true })`).
   * @defaultValue false: what happened at a node is its owner's to forget
   */
  readonly cleanUp?: boolean;
  /** @defaultValue the machine's time */
  readonly clock?: Clock;
  /** @defaultValue the operating system's cryptographic randomness */
  readonly entropy?: Entropy;
  /** Diagnostics. @defaultValue none */
  readonly log?: Log;
}

export const DEFAULTS = {
  attemptCostMsat: 2_000n,
  attemptCostPpm: 50,
  graphMaxAgeMs: 600_000,
  graceMs: 15_000,
  maxConcurrent: 4,
  maxAttemptsPerMinute: 60,
  maxPerChannel: 8,
  maxPerPeer: 8,
  freeSlots: 50,
} as const;
