/** Brute force: every simple circle, priced in bigint by the rules as the specification words them. */
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import type { ChannelPolicy } from '../../src/ports.ts';
import type { RandomCircle } from './random-circle.ts';

export interface Circle {
  readonly sentMsat: bigint;
  /** Fee and prices. */
  readonly costMsat: bigint;
  readonly cltvBlocks: number;
  readonly hops: number;
  readonly onionBytes: number;
  /** Sum of -ln p in millionths, each rounded. */
  readonly unlikelihood: number;
}

/** An arbitrary probability per pair of nodes, from 0.7 to 1; siblings share theirs. */
export const probabilityOf = ({
  from,
  to,
}: {
  readonly from: number;
  readonly to: number;
}): number => 1 - ((from * 31 + to * 17) % 7) / 20;

const unlikelihoodOf = (link: Link): number => Math.round(-Math.log(probabilityOf(link)) * 1e6);

export interface Pricing {
  readonly siblings: 'any' | 'named';
  readonly timeLockRiskPpb: number;
  /** Infinity for a direction that is not to be used. */
  readonly reliability?: (direction: number) => number;
}

interface Link {
  readonly direction: number;
  readonly channel: string;
  readonly from: number;
  readonly to: number;
  readonly policy: ChannelPolicy;
  readonly inboundBaseMsat: bigint;
  readonly inboundRatePpm: number;
}

interface Reached {
  readonly link: Link;
  readonly amount: bigint;
  readonly price: number;
  readonly cltv: number;
  readonly hops: number;
  readonly bytes: number;
  readonly unlikelihood: number;
}

/** All circles within the channels allowed; amounts are raised to a channel's minimum except the delivered one. */
export function everyCircle(
  circle: RandomCircle,
  terms: { readonly finalDelta: number; readonly height: number; readonly pricing: Pricing },
): Circle[] {
  const { finalDelta, height, pricing } = terms;
  const snapshot = circle.graph.snapshot();
  const self = snapshot.nodeIndex(circle.self);
  if (self === undefined) return [];
  const announced = allLinks(snapshot);
  const links =
    pricing.siblings === 'named'
      ? announced
      : announced.map((link) =>
          link.from === self ? link : worstOfSiblings(link, announced, circle),
        );
  const may = (list: readonly string[] | undefined, channel: string): boolean =>
    list === undefined || list.includes(channel);
  const perBlock = (Number(circle.amountMsat) * pricing.timeLockRiskPpb) / 1e9;
  const priceOf = ({ direction, from, policy }: Link): number =>
    Math.round(
      (from === self ? 0 : perBlock * policy.timeLockDelta) +
        (pricing.reliability?.(direction) ?? 0),
    );
  const found: Circle[] = [];
  const finalBytes = payloadBytes([circle.amountMsat, height + finalDelta], circle.amountMsat);

  const walk = (at: Reached, visited: ReadonlySet<number>, lastChannel: string): void => {
    const { policy } = at.link;
    const out = policy.feeBaseMsat + (at.amount * BigInt(policy.feeRatePpm)) / 1_000_000n;
    const cltv = at.cltv + policy.timeLockDelta;
    const bytes = at.bytes + payloadBytes([at.amount, height + at.cltv]);
    for (const link of links) {
      if (link.to !== at.link.from) continue;
      const home = link.from === self;
      if (priceOf(link) === Number.POSITIVE_INFINITY) continue;
      // Straight back, the peer may pick the channel that the payment came by.
      if (home && at.hops === 1 && pricing.siblings === 'any') continue;
      if (
        home
          ? link.channel === lastChannel || !may(circle.outChannels, link.channel)
          : visited.has(link.from)
      ) {
        continue;
      }
      const inbound =
        link.inboundBaseMsat + ((at.amount + out) * BigInt(link.inboundRatePpm)) / 1_000_000n;
      let amount = at.amount + (out + inbound > 0n ? out + inbound : 0n);
      if (amount < link.policy.minHtlcMsat) amount = link.policy.minHtlcMsat;
      if (link.policy.maxHtlcMsat !== null && amount > link.policy.maxHtlcMsat) continue;
      const hops = at.hops + 1;
      const unlikelihood = at.unlikelihood + unlikelihoodOf(link);
      const price = at.price + priceOf(link);
      const costMsat = amount - circle.amountMsat + BigInt(price);
      if (home) {
        const totals = { cltvBlocks: cltv, hops, onionBytes: bytes, unlikelihood };
        found.push({ sentMsat: amount, costMsat, ...totals });
      } else
        walk(
          { link, amount, price, cltv, hops, bytes, unlikelihood },
          new Set([...visited, link.from]),
          lastChannel,
        );
    }
  };

  for (const link of links) {
    if (link.to !== self || !may(circle.inChannels, link.channel)) continue;
    const { minHtlcMsat, maxHtlcMsat } = link.policy;
    const amount = circle.amountMsat;
    if (priceOf(link) === Number.POSITIVE_INFINITY) continue;
    if (amount < minHtlcMsat || (maxHtlcMsat !== null && amount > maxHtlcMsat)) continue;
    const start = {
      link,
      amount,
      price: priceOf(link),
      cltv: finalDelta,
      hops: 1,
      bytes: finalBytes,
      unlikelihood: unlikelihoodOf(link),
    };
    walk(start, new Set([self, link.from]), link.channel);
  }
  return found;
}

/** The terms under which the nodes at both ends accept, whichever channel between them carries the amount. */
function worstOfSiblings(link: Link, all: readonly Link[], { amountMsat }: RandomCircle): Link {
  const carries = ({ policy }: Link): boolean =>
    policy.minHtlcMsat <= amountMsat && (policy.maxHtlcMsat ?? amountMsat) >= amountMsat;
  // With a minimum above the amount it is no sibling that others could stand for, but they may stand for it.
  const siblings = all.filter(
    (l) => l === link || (l.from === link.from && l.to === link.to && carries(l)),
  );
  const most = (of: (l: Link) => bigint): bigint =>
    siblings.map(of).reduce((left, right) => (left > right ? left : right));
  return {
    ...link,
    inboundBaseMsat: most((l) => l.inboundBaseMsat),
    inboundRatePpm: Number(most((l) => BigInt(l.inboundRatePpm))),
    policy: {
      ...link.policy,
      feeBaseMsat: most((l) => l.policy.feeBaseMsat),
      feeRatePpm: Number(most((l) => BigInt(l.policy.feeRatePpm))),
      timeLockDelta: Number(most((l) => BigInt(l.policy.timeLockDelta))),
      minHtlcMsat: carries(link) ? most((l) => l.policy.minHtlcMsat) : link.policy.minHtlcMsat,
    },
  };
}

function allLinks(snapshot: GraphSnapshot): Link[] {
  return Array.from({ length: 2 * snapshot.channelSlots }, (_, direction) => direction).flatMap(
    (direction) => {
      const policy = snapshot.policy(direction);
      const reverse = snapshot.policy(direction ^ 1);
      if (policy === null) return [];
      return {
        direction,
        channel: snapshot.channelId(direction >> 1),
        from: snapshot.from(direction),
        to: snapshot.to(direction),
        policy,
        inboundBaseMsat: reverse?.inboundFeeBaseMsat ?? 0n,
        inboundRatePpm: reverse?.inboundFeeRatePpm ?? 0,
      };
    },
  );
}

/** Length prefix, payload and HMAC, with hex digits counted in pairs; a total makes it the last hop's. */
function payloadBytes([amount, expiry]: readonly [bigint, number], mppTotal?: bigint): number {
  const digits = (value: bigint | number): number =>
    BigInt(value) === 0n ? 0 : Math.ceil(value.toString(16).length / 2);
  const next = mppTotal === undefined ? 10 : 0;
  const mpp = mppTotal === undefined ? 0 : 2 + 32 + digits(mppTotal);
  return 1 + (2 + digits(amount)) + (2 + digits(expiry)) + next + mpp + 32;
}
