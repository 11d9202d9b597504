/** Payments that nobody keeps a record of: the traffic of others. */
import type { NodeId } from '../units/ids.ts';
import { checkAmounts } from './exit-check.ts';
import type { WalkOutcome } from './htlc-walk.ts';
import type { Arrival } from './invoice-store.ts';
import type { SentRoute } from './route-reader.ts';

/** A payment that no node keeps a record of: traffic would fill the memory with them. */
export interface UnrecordedPayment {
  readonly from: NodeId;
  readonly route: SentRoute;
  /** 32 bytes, which the payee knows as well. */
  readonly preimage: Uint8Array;
  /** Called once, at once unless something on the way takes time. */
  readonly done: (outcome: WalkOutcome) => void;
}

/** The payee's part: it settles all that arrives as the sender meant it. */
export const takeInFull =
  (preimage: Uint8Array) =>
  (arrival: Arrival): void => {
    const refusal = checkAmounts(arrival);
    if (refusal === undefined) arrival.resolve({ kind: 'settle', preimage });
    else arrival.resolve({ kind: 'fail', refusal });
  };
