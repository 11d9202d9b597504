/**
 * A network small enough to work out by hand. Our node S has one channel to A and one from B; A and B share a third,
 * and C hangs on A by a private channel of nobody's concern.
 *
 *       A ---- AB ---- B
 *        \            /
 *        SA          BS
 *          \        /
 *              S
 */
import { createHash } from 'node:crypto';
import { Route } from '../../../src/generated/messages/route.ts';
import { SimulatedNetwork } from '../../../src/sim/network.ts';
import {
  type ChannelId,
  type NodeId,
  type PaymentHash,
  parseChannelId,
} from '../../../src/units/ids.ts';

export const HEIGHT = 900_000;

export interface RingNetwork {
  readonly network: SimulatedNetwork;
  readonly self: NodeId;
  readonly a: NodeId;
  readonly b: NodeId;
  readonly channelSA: ChannelId;
  readonly channelAB: ChannelId;
  readonly channelBS: ChannelId;
}

const CAPACITY_SAT = 10_000_000n;
const BALANCED = { capacitySat: CAPACITY_SAT, balance1Msat: 5_000_000_000n };
const LAST_UPDATE = 1_770_000_000;

const policy = (feeBaseMsat: bigint, feeRatePpm: number, timeLockDelta: number) => ({
  feeBaseMsat,
  feeRatePpm,
  timeLockDelta,
  minHtlcMsat: 1000n,
  maxHtlcMsat: 9_000_000_000n,
  disabled: false,
  inboundFeeBaseMsat: 0n,
  inboundFeeRatePpm: 0,
  lastUpdate: LAST_UPDATE,
});

export function ringNetwork(): RingNetwork {
  const network = new SimulatedNetwork({ seed: 'served ring', blockHeight: HEIGHT });
  const [self, a, b] = ['self', 'alice', 'bob'].map((alias) => network.addNode({ alias })) as [
    NodeId,
    NodeId,
    NodeId,
  ];
  const channelSA = network.openChannel({
    ...BALANCED,
    channelId: parseChannelId('899000x1x0'),
    node1: self,
    node2: a,
    policy1: policy(0n, 10, 80),
    policy2: policy(1000n, 1, 40),
  });
  const channelAB = network.openChannel({
    ...BALANCED,
    channelId: parseChannelId('899000x2x0'),
    node1: a,
    node2: b,
    policy1: policy(1000n, 100, 40),
    policy2: { ...policy(0n, 0, 40), inboundFeeBaseMsat: -100n, inboundFeeRatePpm: -50 },
  });
  const channelBS = network.openChannel({
    ...BALANCED,
    channelId: parseChannelId('899000x3x1'),
    node1: b,
    node2: self,
    policy1: policy(500n, 200, 80),
    policy2: policy(0n, 20, 80),
  });
  return { network, self, a, b, channelSA, channelAB, channelBS };
}

/** Our part of the arithmetic of {@link circularRoute}, by hand and in no other way. */
export const CIRCLE = {
  amountMsat: 1_000_000n,
  /** B: 500 + 200 ppm of 1,000,000 = 700, less 100 and less 50 ppm of 1,000,700 (50.035 -> 50) = 550. */
  intoBMsat: 1_000_550n,
  /** A: 1000 + 100 ppm of 1,000,550 (100.055 -> 100) = 1100. */
  intoAMsat: 1_001_650n,
  feeMsat: 1650n,
  /** 80 blocks for the invoice and 3 to spare; B's delta is 80 and A's 40. */
  finalExpiry: 900_083,
  expiryAB: 900_163,
  totalTimeLock: 900_203,
} as const;

/** S -> A -> B -> S with 1,000 sat to arrive, exactly as the forwarders ask. */
export function circularRoute(ring: RingNetwork, paymentAddr: Uint8Array): Route {
  const { amountMsat, intoBMsat, intoAMsat, finalExpiry, expiryAB, totalTimeLock } = CIRCLE;
  return Route.fromPartial({
    totalTimeLock,
    totalAmtMsat: intoAMsat,
    hops: [
      { chanId: ring.channelSA, pubKey: ring.a, amtToForwardMsat: intoBMsat, expiry: expiryAB },
      { chanId: ring.channelAB, pubKey: ring.b, amtToForwardMsat: amountMsat, expiry: finalExpiry },
      {
        chanId: ring.channelBS,
        pubKey: ring.self,
        amtToForwardMsat: amountMsat,
        expiry: finalExpiry,
        mppRecord: { paymentAddr, totalAmtMsat: amountMsat },
      },
    ],
  });
}

export const preimageOf = (text: string): Uint8Array =>
  new Uint8Array(createHash('sha256').update(text).digest());

export const hashOf = (preimage: Uint8Array): PaymentHash =>
  createHash('sha256').update(preimage).digest('hex') as PaymentHash;
