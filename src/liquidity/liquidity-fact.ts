/** What an attempt tells of the directed node pairs on its way: types only. */
import type { NodeId } from '../units/ids.ts';

/**
 * Something learnt about a directed pair of nodes. Forwarding is not strict, so it holds for the pair and not for the
 * channel that the route named.
 */
export type LiquidityFact =
  /** The amount passed, and came back when the attempt failed further on. */
  | {
      readonly kind: 'carried';
      readonly from: NodeId;
      readonly to: NodeId;
      readonly amountMsat: bigint;
    }
  /** The amount passed for good: what was there is on the other side now. */
  | {
      readonly kind: 'moved';
      readonly from: NodeId;
      readonly to: NodeId;
      readonly amountMsat: bigint;
    }
  /** It could not carry this amount. */
  | {
      readonly kind: 'lacked';
      readonly from: NodeId;
      readonly to: NodeId;
      readonly amountMsat: bigint;
    }
  /** It had better be avoided whatever the amount; says nothing about its balance. lnd: a failure of amount 0. */
  | { readonly kind: 'suspect'; readonly from: NodeId; readonly to: NodeId };
