/**
 * Every command of lightningd that Ballast calls, how it is carried, and what it is for. Calls take their method from
 * this table's type: one that is not listed does not compile, and is not in the rune either.
 */
import type { CallLane } from './transport/carrier.ts';

/** What a method is called for; what is not `rebalance` is needed by those alone who want that. */
export type ClnMethodPurpose =
  /** Needed for any rebalance. */
  | 'rebalance'
  /** Only for the clean-up that a user asks for. */
  | 'cleanUp'
  /** Only for planning by what channels earn, and for learning demand. */
  | 'planning'
  /** Only for sharing reservations and lessons with the node's own payments. */
  | 'askrene'
  /** Only for messages to peers. */
  | 'customMessages'
  /** Only for `sendToRoute` along routes with custom records. */
  | 'customRecords';

/** The name of a method of lightningd that Ballast calls. */
export type ClnMethodName =
  | 'getinfo'
  | 'listpeerchannels'
  | 'listchannels'
  | 'listnodes'
  | 'invoice'
  | 'listinvoices'
  | 'delinvoice'
  | 'waitinvoice'
  | 'sendpay'
  | 'waitsendpay'
  | 'listsendpays'
  | 'listhtlcs'
  | 'wait'
  | 'delpay'
  | 'listforwards'
  | 'askrene-reserve'
  | 'askrene-unreserve'
  | 'askrene-inform-channel'
  | 'askrene-listlayers'
  | 'askrene-listreservations'
  | 'sendcustommsg'
  | 'createonion'
  | 'sendonion';

/** How a method of lightningd is called, and what for. */
export interface ClnMethod {
  readonly lane: CallLane;
  /** Not to be repeated blindly. */
  readonly changes: boolean;
  readonly purpose: ClnMethodPurpose;
}

const reads = (purpose: ClnMethodPurpose, lane: CallLane = 'quick'): ClnMethod => ({
  lane,
  changes: false,
  purpose,
});
const changes = (purpose: ClnMethodPurpose): ClnMethod => ({
  lane: 'quick',
  changes: true,
  purpose,
});

/**
 * Every method of lightningd that Ballast calls, with what it is called for; `createRuneCommand` allows no others.
 */
export const CLN_METHODS: Readonly<Record<ClnMethodName, ClnMethod>> = {
  getinfo: reads('rebalance'),
  listpeerchannels: reads('rebalance'),
  listchannels: reads('rebalance', 'bulk'),
  listnodes: reads('rebalance', 'bulk'),
  invoice: changes('rebalance'),
  listinvoices: reads('rebalance'),
  delinvoice: changes('rebalance'),
  waitinvoice: reads('rebalance', 'wait'),
  sendpay: changes('rebalance'),
  waitsendpay: reads('rebalance', 'wait'),
  listsendpays: reads('rebalance', 'bulk'),
  listhtlcs: reads('rebalance', 'bulk'),
  wait: reads('rebalance', 'wait'),
  delpay: changes('cleanUp'),
  listforwards: reads('planning', 'bulk'),
  'askrene-reserve': changes('askrene'),
  'askrene-unreserve': changes('askrene'),
  'askrene-inform-channel': changes('askrene'),
  'askrene-listlayers': reads('askrene', 'bulk'),
  'askrene-listreservations': reads('askrene'),
  sendcustommsg: changes('customMessages'),
  createonion: reads('customRecords'),
  sendonion: changes('customRecords'),
};

/** What clnrest asks of the rune with which its events are listened to; nobody calls it. */
const EVENTS_METHOD = 'listclnrest-notifications';

/**
 * The `lightning-cli` line that makes the smallest rune with which Ballast works over clnrest: these methods and no
 * other, those of each purpose only where it is asked for.
 *
 * `sendpay` and `sendonion` can pay anyone, so whoever holds this rune can spend the node's channel balances; it cannot
 * spend on-chain coins, open or close channels, or change fees.
 */
export function createRuneCommand(
  options: {
    readonly cleanUp?: boolean;
    readonly planning?: boolean;
    readonly askrene?: boolean;
    readonly customMessages?: boolean;
    readonly customRecords?: boolean;
  } = {},
): string {
  const called = Object.entries(CLN_METHODS)
    .filter(([, { purpose }]) => purpose === 'rebalance' || options[purpose] === true)
    .map(([method]) => method);
  const listened = options.customMessages === true ? [EVENTS_METHOD] : [];
  const methods = [...called, ...listened].map((method) => `"method=${method}"`);
  // The alternatives of one restriction stand in one inner list.
  return `lightning-cli createrune restrictions='[[${methods.join(',')}]]'`;
}
