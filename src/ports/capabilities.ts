/** What a node can do. */

/** What some nodes cannot do, under the name of the method or the thing that it is about. */
export type Capability =
  /** Pay along a route that we choose, ourselves included: without it nothing can be rebalanced, only planned. */
  | 'sendToRoute'
  /** Hold an arrived payment, so that it can be looked at before it is taken: strict arrivals need it. */
  | 'holdInvoices'
  /** Tell what others charge for HTLCs that come in. Without it positive ones are learnt by failing. */
  | 'inboundFees'
  /** Tell what becomes of HTLCs as it happens. */
  | 'htlcEvents'
  /** Let forwards wait for our word. */
  | 'intercept'
  /** Tell what its own payments have shown of other nodes' balances. */
  | 'missionControl'
  /** Take what ours have shown. */
  | 'importMissionControl'
  /** Tell the forwards that have settled. */
  | 'forwardingHistory'
  /** Send messages of our own kind to peers, and tell those that they send. */
  | 'customMessages';

/** `true`: it can. */
export type NodeCapabilities = Readonly<Record<Capability, boolean>> & {
  /** Why it cannot, for each that is `false`: a sentence for the user that says what to do, where anything helps. */
  readonly reasons: Readonly<Partial<Record<Capability, string>>>;
};
