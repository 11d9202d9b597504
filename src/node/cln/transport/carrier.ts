/** How calls get to lightningd: the one interface of its unix socket and of clnrest. */
import type { StopSignal } from '../../../ports.ts';
import type { NodeError } from '../../node-error.ts';
import type { Json } from './exact-json.ts';

/**
 * - `quick`: answered at once.
 * - `bulk`: tens of megabytes, in a connection of their own, for lightningd reads nothing from one that it writes to.
 * - `wait`: answered when something happens, in a connection of their own, which ends with the call.
 */
export type CallLane = 'quick' | 'bulk' | 'wait';

export interface CarriedCall {
  readonly method: string;
  readonly params: { readonly [name: string]: Json };
  readonly lane: CallLane;
  /** Doing it twice would do something else than doing it once. */
  readonly changes: boolean;
  /** Longest wait for the answer, in ms; `null`: none. */
  readonly deadlineMs: number | null;
  readonly signal?: StopSignal;
}

/** How a call ended. Only `lost` leaves open whether it took effect. */
export type CallEnd =
  | { readonly kind: 'result'; readonly result: Json }
  /** The node's own answer. `data` is what it adds, `null` where that is nothing. */
  | {
      readonly kind: 'error';
      readonly code: number | null;
      readonly message: string;
      readonly data: Json;
    }
  /** Never handed over. */
  | { readonly kind: 'not_sent'; readonly error: NodeError }
  | { readonly kind: 'lost'; readonly error: NodeError };

export interface Carrier {
  /** Never rejects. */
  request(call: CarriedCall): Promise<CallEnd>;
  /** Ends calls under way, and refuses new ones. */
  close(): void;
}
