/** Brute force: every simple circle, priced in bigint by the rules as the specification words them. */
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import type { ChannelPolicy } from '../../src/ports.ts';
import type { RandomCircle } from './random-circle.ts';

export interface Circle {
  readonly sentMsat: bigint;
  readonly cltvBlocks: number;
  readonly hops: number;
  readonly onionBytes: number;
}

interface Link {
  readonly channel: string;
  readonly from: number;
  readonly to: number;
  readonly policy: ChannelPolicy | null;
  readonly reverse: ChannelPolicy | null;
}

/** All circles within the channels allowed; amounts are raised to a channel's minimum except the delivered one. */
export function everyCircle(
  circle: RandomCircle,
  finalCltvDelta: number,
  height: number,
): Circle[] {
  const snapshot = circle.graph.snapshot();
  const links = allLinks(snapshot);
  const self = snapshot.nodeIndex(circle.self);
  if (self === undefined) return [];
  const may = (list: readonly string[] | undefined, channel: string): boolean =>
    list === undefined || list.includes(channel);
  const found: Circle[] = [];
  const finalBytes = payloadBytes([circle.amountMsat, height + finalCltvDelta], circle.amountMsat);

  const walk = (
    at: { link: Link; amount: bigint; cltv: number; hops: number; bytes: number },
    visited: ReadonlySet<number>,
    lastChannel: string,
  ): void => {
    const node = at.link.from;
    const policy = at.link.policy!;
    const out = policy.feeBaseMsat + (at.amount * BigInt(policy.feeRatePpm)) / 1_000_000n;
    const cltv = at.cltv + policy.timeLockDelta;
    const bytes = at.bytes + payloadBytes([at.amount, height + at.cltv]);
    for (const link of links) {
      if (link.to !== node || (link.from !== self && visited.has(link.from))) continue;
      if (
        link.from === self &&
        (link.channel === lastChannel || !may(circle.outChannels, link.channel))
      )
        continue;
      if (link.policy === null) continue;
      const rate = link.reverse?.inboundFeeRatePpm ?? 0;
      const inbound =
        (link.reverse?.inboundFeeBaseMsat ?? 0n) + ((at.amount + out) * BigInt(rate)) / 1_000_000n;
      let amount = at.amount + (out + inbound > 0n ? out + inbound : 0n);
      if (amount < link.policy.minHtlcMsat) amount = link.policy.minHtlcMsat;
      if (link.policy.maxHtlcMsat !== null && amount > link.policy.maxHtlcMsat) continue;
      const hops = at.hops + 1;
      if (link.from === self)
        found.push({ sentMsat: amount, cltvBlocks: cltv, hops, onionBytes: bytes });
      else walk({ link, amount, cltv, hops, bytes }, new Set([...visited, link.from]), lastChannel);
    }
  };

  for (const link of links) {
    if (link.to !== self || !may(circle.inChannels, link.channel) || link.policy === null) continue;
    const { minHtlcMsat, maxHtlcMsat } = link.policy;
    const amount = circle.amountMsat;
    if (amount < minHtlcMsat || (maxHtlcMsat !== null && amount > maxHtlcMsat)) continue;
    const start = { link, amount, cltv: finalCltvDelta, hops: 1, bytes: finalBytes };
    walk(start, new Set([self, link.from]), link.channel);
  }
  return found;
}

function allLinks(snapshot: GraphSnapshot): Link[] {
  return Array.from({ length: 2 * snapshot.channelSlots }, (_, direction) => ({
    channel: snapshot.channelId(direction >> 1),
    from: snapshot.from(direction),
    to: snapshot.to(direction),
    policy: snapshot.policy(direction),
    reverse: snapshot.policy(direction ^ 1),
  }));
}

/** Length prefix, payload and HMAC, with hex digits counted in pairs; a total makes it the last hop's. */
function payloadBytes([amount, expiry]: readonly [bigint, number], mppTotal?: bigint): number {
  const digits = (value: bigint | number): number =>
    BigInt(value) === 0n ? 0 : Math.ceil(value.toString(16).length / 2);
  const next = mppTotal === undefined ? 10 : 0;
  const mpp = mppTotal === undefined ? 0 : 2 + 32 + digits(mppTotal);
  return 1 + (2 + digits(amount)) + (2 + digits(expiry)) + next + mpp + 32;
}
