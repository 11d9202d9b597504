/** How the balances of all channels stand at the first task of a node, and how they change until its last: types only. */

/**
 * Columns by slot or by event. A share is what node1 can send of `usableMsat`, whole msat; node2 can send the rest. Both
 * are net of the reserve that each side keeps.
 */
export interface BalanceHistory {
  readonly usableMsat: Float64Array;
  /** At step 0. */
  readonly shareMsat: Float64Array;
  /** Changes in order of their step. */
  readonly eventStep: Uint32Array;
  readonly eventSlot: Uint32Array;
  /** The share that follows. */
  readonly eventShareMsat: Float64Array;
  /** 1: the channel was filled anew, so what an arm's payments moved before is forgotten too. */
  readonly eventRenews: Uint8Array;
}

/** Each side must keep this share of the capacity (BOLT 2's `channel_reserve_satoshis`, commonly 1 %). */
const RESERVE = 0.01;

/** What the two sides of each channel can send in sum. */
export function usableMsat(capacitySat: Float64Array): Float64Array {
  return capacitySat.map((capacity) => Math.floor(capacity * 1000 * (1 - 2 * RESERVE)));
}

export interface BalanceEvent {
  readonly step: number;
  readonly slot: number;
  readonly shareMsat: number;
  readonly renews: boolean;
}

/** Events must come in order of their step. */
export function balanceHistory(parts: {
  readonly usableMsat: Float64Array;
  readonly shareMsat: Float64Array;
  readonly events: readonly BalanceEvent[];
}): BalanceHistory {
  const { events } = parts;
  return {
    usableMsat: parts.usableMsat,
    shareMsat: parts.shareMsat,
    eventStep: Uint32Array.from(events, (event) => event.step),
    eventSlot: Uint32Array.from(events, (event) => event.slot),
    eventShareMsat: Float64Array.from(events, (event) => event.shareMsat),
    eventRenews: Uint8Array.from(events, (event) => (event.renews ? 1 : 0)),
  };
}
