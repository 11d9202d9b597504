/** Forwards and ground to decide about them on, plain unless a test says otherwise. */

import type { ForwardGround } from '../../src/interceptor/decide-forward.ts';
import { EarningsLedger } from '../../src/interceptor/earnings-ledger.ts';
import { OwnLinks } from '../../src/interceptor/own-links.ts';
import { TargetMemory } from '../../src/interceptor/target-memory.ts';
import type { ChannelPolicy, OfferedForward, OwnChannel } from '../../src/ports.ts';
import {
  type ChannelId,
  type NodeId,
  type PaymentHash,
  parseChannelId,
  parsePaymentHash,
} from '../../src/units/ids.ts';
import { graphOf, nodeIdOf } from '../graph/make-graph.ts';
import { ownChannel } from '../own-channel.ts';

export const HEIGHT = 900_000;
export const DAY_MS: number = 24 * 60 * 60 * 1000;
export const HASH: PaymentHash = parsePaymentHash('ab'.repeat(32));
const SELF: NodeId = nodeIdOf(9);
const SENDER: NodeId = nodeIdOf(1);
export const SINK: NodeId = nodeIdOf(2);
const RESERVOIR: NodeId = nodeIdOf(3);
export const IN: ChannelId = parseChannelId('700000x1x0');
export const OUT: ChannelId = parseChannelId('700000x2x0');
export const SIBLING: ChannelId = parseChannelId('700000x3x0');
export const SOURCE: ChannelId = parseChannelId('700000x4x0');

/** 100,000 sat that pay 1,000 ppm and 1 sat. */
export const forward = (fields: Partial<OfferedForward> = {}): OfferedForward => ({
  circuit: { channelId: IN, htlcId: 5n },
  paymentHash: HASH,
  amountInMsat: 100_101_000n,
  expiryInHeight: HEIGHT + 200,
  amountOutMsat: 100_000_000n,
  expiryOutHeight: HEIGHT + 120,
  outChannelId: OUT,
  outPeer: null,
  autoFailHeight: HEIGHT + 181,
  ...fields,
});

const policy: ChannelPolicy = {
  feeBaseMsat: 1000n,
  feeRatePpm: 1000,
  inboundFeeBaseMsat: 0n,
  inboundFeeRatePpm: 0,
  timeLockDelta: 80,
  minHtlcMsat: 1000n,
  maxHtlcMsat: 4_900_000_000n,
  disabled: false,
  lastUpdate: 1,
};

const channel = (channelId: ChannelId, peer: NodeId, ourSat: bigint): OwnChannel =>
  ownChannel({
    channelId,
    graphChannelId: channelId,
    inboundChannelId: channelId,
    peer,
    capacitySat: 5_000_000n,
    localBalanceSat: ourSat + 60_000n,
    remoteBalanceSat: 4_940_000n - ourSat,
    spendableMsat: ourSat * 1000n,
    receivableMsat: (4_880_000n - ourSat) * 1000n,
    maxOutgoingHtlcs: 483,
  });

const peerNumber = (peer: NodeId): number => [SENDER, SINK, RESERVOIR].indexOf(peer) + 1;

export interface GroundChanges {
  /** By channel; `null` leaves it out. */
  readonly channels?: Partial<Record<ChannelId, Partial<OwnChannel> | null>>;
  readonly policies?: Partial<Record<ChannelId, Partial<ChannelPolicy> | null>>;
  readonly ground?: Partial<Omit<ForwardGround, 'links' | 'terms'>>;
  readonly terms?: Partial<ForwardGround['terms']>;
}

/** 40,000 sat towards the sink, and 4,000,000 to take from. The sibling is down. */
export function ground(changes: GroundChanges = {}): ForwardGround {
  const plain = [
    channel(IN, SENDER, 1_000_000n),
    channel(OUT, SINK, 40_000n),
    { ...channel(SIBLING, SINK, 10_000n), active: false },
    channel(SOURCE, RESERVOIR, 4_000_000n),
  ];
  const channels = plain.flatMap((one) => {
    const change = changes.channels?.[one.channelId];
    return change === null ? [] : [{ ...one, ...change }];
  });
  const graph = graphOf(
    channels.map(({ graphChannelId, channelId, peer, capacitySat }) => {
      const change = changes.policies?.[channelId];
      return {
        id: graphChannelId,
        ends: [peerNumber(peer), 9],
        capacitySat,
        policy1: policy,
        policy2: change === null ? null : { ...policy, ...change },
      };
    }),
  );
  const earnings = { stakeMsat: 50_000n, earnedShare: 0.8, windowMs: DAY_MS };
  return {
    links: new OwnLinks(channels, { snapshot: graph.snapshot(), self: SELF }),
    blockHeight: HEIGHT,
    nowMs: 0,
    running: new Set(),
    ledger: new EarningsLedger(earnings),
    memory: new TargetMemory(),
    worthPpm: () => 0,
    ...changes.ground,
    terms: {
      holdMs: 6000,
      cltvMarginBlocks: 6,
      minGainMsat: 1000n,
      keepShare: 0.1,
      leaveOut: new Set(),
      ...changes.terms,
    },
  };
}
