/** What a given sequence of channels costs: backwards from the delivered amount, in bigint, as lnd computes it. */
import type { ChannelPolicy } from '../ports.ts';
import { BLOCK_PADDING, DEFAULT_INVOICE_CLTV_DELTA } from '../units/cltv.ts';
import { forwardingFeeMsat, type InboundFee } from '../units/fee.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import type { Path, PathHop } from './path.ts';

/** A channel in the direction of travel, with the policies that decide its price. */
export interface PathChannel {
  readonly channelId: ChannelId;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly capacitySat: bigint;
  /** Of `from`; `null` only for the first channel, whose owner is the payer. */
  readonly policy: ChannelPolicy | null;
  /** Of `to`, for arrivals over this channel. */
  readonly inboundFee: InboundFee;
}

/** What a path is priced for. */
export interface PriceTerms {
  /** Amount to deliver. */
  readonly amountMsat: bigint;
  /** Blocks that the last HTLC's expiry lies above the current height. @defaultValue 43 */
  readonly finalCltvDelta?: number;
}

export const DEFAULT_FINAL_CLTV_DELTA: number = DEFAULT_INVOICE_CLTV_DELTA + BLOCK_PADDING;

/**
 * Amounts and time locks of every hop. The payer's own first channel costs nothing, and the receiver's inbound fee
 * is never charged (lnd: `routing/pathfind.go`, `newRoute`). An amount below a channel's minimum is raised to it:
 * the forwarder keeps the surplus, which every implementation accepts.
 *
 * @throws RangeError when there is no channel, channels do not join, or one after the first has no policy.
 */
export function pricePath(channels: readonly PathChannel[], terms: PriceTerms): Path {
  if (channels.length === 0) throw new RangeError('a path needs at least one channel');
  const hops: PathHop[] = [];
  let amountMsat = terms.amountMsat;
  let cltvBlocks = terms.finalCltvDelta ?? DEFAULT_FINAL_CLTV_DELTA;
  for (let i = channels.length - 1; i >= 0; i--) {
    const channel = channels[i]!;
    const next = channels[i + 1];
    let [amountInMsat, cltvInBlocks] = [amountMsat, cltvBlocks];
    if (next !== undefined) {
      if (next.policy === null || next.from !== channel.to) {
        throw new RangeError(
          `channel ${next.channelId} has no policy, or does not continue channel ${channel.channelId}`,
        );
      }
      amountInMsat += forwardingFeeMsat({
        outbound: next.policy,
        inbound: channel.inboundFee,
        amountOutMsat: amountMsat,
      });
      const minimumMsat = channel.policy?.minHtlcMsat ?? 0n;
      if (amountInMsat < minimumMsat) amountInMsat = minimumMsat;
      cltvInBlocks += next.policy.timeLockDelta;
    }
    hops.push({
      ...channel,
      amountInMsat,
      amountOutMsat: amountMsat,
      cltvInBlocks,
      cltvOutBlocks: cltvBlocks,
    });
    [amountMsat, cltvBlocks] = [amountInMsat, cltvInBlocks];
  }
  return { hops: hops.reverse() };
}

/** The same channels priced anew, with some policies replaced: for a failure that brought a newer policy. */
export function repricePath(
  path: Path,
  terms: PriceTerms & {
    readonly policies: readonly {
      readonly channelId: ChannelId;
      readonly from: NodeId;
      readonly policy: ChannelPolicy;
    }[];
  },
): Path {
  const channels = path.hops.map((hop): PathChannel => {
    const { channelId, from, to, capacitySat } = hop;
    const ofFrom = terms.policies.findLast((u) => u.channelId === channelId && u.from === from);
    const ofTo = terms.policies.findLast((u) => u.channelId === channelId && u.from === to);
    return {
      channelId,
      from,
      to,
      capacitySat,
      policy: ofFrom?.policy ?? hop.policy,
      inboundFee: ofTo?.policy ?? hop.inboundFee,
    };
  });
  return pricePath(channels, terms);
}
