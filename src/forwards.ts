/** The part of `ports.ts` that is about what the node has forwarded, as types only. */
import type { ChannelId } from './units/ids.ts';

/** An HTLC that our node passed on, and that settled. The fee earned is what came in less what went out. */
export interface Forward {
  /** Milliseconds since the Unix epoch. */
  readonly settledAtMs: number;
  /** Each by one of the ids that the channel goes by; not always the one under which the node lists it. */
  readonly inChannelId: ChannelId;
  readonly outChannelId: ChannelId;
  readonly amountInMsat: bigint;
  readonly amountOutMsat: bigint;
}

export interface ForwardingHistory {
  /** All since then is here; later than was asked for where there was more than anybody should hold in memory. */
  readonly sinceMs: number;
  /** Oldest first. */
  readonly forwards: readonly Forward[];
}
