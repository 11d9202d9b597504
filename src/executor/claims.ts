/**
 * What a rebalance holds while its attempt may still move money: liquidity on two own channels and along the way, and a
 * fee.
 */
import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';
import { listedId } from './hop-reports.ts';
import type { Candidate, RebalanceState } from './rebalance-state.ts';

export interface Claim {
  readonly rebalanceId: string;
  /** `null` until the attempt has one. */
  readonly paymentHash: PaymentHash | null;
  /** As the node lists them. */
  readonly outChannelId: ChannelId;
  readonly inChannelId: ChannelId;
  readonly amountMsat: bigint;
  /** At risk: paid if the attempt settles. */
  readonly feeMsat: bigint;
  /** What crosses from node to node. */
  readonly links: readonly HeldLink[];
}

export interface HeldLink {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly amountMsat: bigint;
}

/**
 * From the moment when a route is found until its outcome is written down. A payment that a report calls in flight
 * holds its claim until it ends.
 */
export function claimOf(state: RebalanceState): Claim | null {
  switch (state.phase) {
    case 'drawing_secret':
      return claimOfRoute(state.run.terms.rebalanceId, state.candidate, null);
    case 'journaling_invoice':
    case 'adding_invoice':
      return claimOfRoute(state.run.terms.rebalanceId, state.candidate, state.secret.paymentHash);
    case 'journaling_intent':
    case 'sending':
    case 'tracking':
    case 'journaling_outcome': {
      const { paymentHash, report } = state.live;
      const { amountMsat, feeMsat, hops } = report;
      return {
        rebalanceId: state.run.terms.rebalanceId,
        paymentHash,
        outChannelId: hops[0]!.channelId,
        inChannelId: hops.at(-1)!.channelId,
        amountMsat,
        feeMsat,
        links: hops.map(({ from, to, amountMsat: crossingMsat }) => ({
          from,
          to,
          amountMsat: crossingMsat,
        })),
      };
    }
    case 'searching':
    case 'cancelling':
    case 'looking_up':
    case 'journaling_end':
    case 'finished':
      return null;
  }
}

type FoundPath = Pick<Candidate, 'path' | 'quote' | 'ownChannels'>;

export function claimOfRoute(
  rebalanceId: string,
  { path, quote, ownChannels }: FoundPath,
  paymentHash: PaymentHash | null,
): Claim {
  return {
    rebalanceId,
    paymentHash,
    outChannelId: listedId(ownChannels, path.hops[0]!.channelId),
    inChannelId: listedId(ownChannels, path.hops.at(-1)!.channelId),
    amountMsat: quote.amountMsat,
    feeMsat: quote.feeMsat,
    links: path.hops.map(({ from, to, amountInMsat }) => ({ from, to, amountMsat: amountInMsat })),
  };
}
