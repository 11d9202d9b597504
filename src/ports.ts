/**
 * What Ballast asks of the outside world, as types only: a Lightning node, a store, a clock, entropy and a log; and
 * the records that cross those borders.
 */
export type * from './ports/balances.ts';
export type * from './ports/beliefs.ts';
export type * from './ports/capabilities.ts';
export type * from './ports/custom-messages.ts';
export type * from './ports/forwards.ts';
export type * from './ports/graph-records.ts';
export type * from './ports/interception.ts';
export type * from './ports/journal.ts';
export type * from './ports/lightning-node.ts';
export type * from './ports/own-node.ts';
export type * from './ports/payments.ts';
export type * from './ports/surroundings.ts';
