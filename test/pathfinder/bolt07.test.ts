import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { buildRoute } from '../../src/pathfinder/build-route.ts';
import { type PathChannel, pricePath } from '../../src/pathfinder/price-path.ts';
import { formatChannelId, parseChannelId } from '../../src/units/ids.ts';
import { nodeIdOf, policyOf } from '../graph/make-graph.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';

/** The route arithmetic of the npm package bolt07, which ln-service and its tools build routes with. No types. */
const { routeFromChannels } = createRequire(import.meta.url)('bolt07') as {
  routeFromChannels: (args: object) => {
    route: {
      fee_mtokens: string;
      mtokens: string;
      timeout: number;
      hops: { channel: string; fee_mtokens: string; forward_mtokens: string; timeout: number }[];
    };
  };
};

const ROUTES = 2000;
const HEIGHT = 900_000;
const FINAL_DELTA = 43;

/** Its CLTV delta of 0 reads as 40, its discounts have the opposite sign, and it knows no surcharges. */
function randomChannels(random: SeededRandom): PathChannel[] {
  return Array.from({ length: random.between(1, 12) }, (_, i) => {
    const discount = random.chance(0.4);
    return {
      channelId: parseChannelId(`${random.between(1, 900_000)}x${i}x${random.between(0, 3)}`),
      from: nodeIdOf(i),
      to: nodeIdOf(i + 1),
      capacitySat: 100_000_000n,
      policy: policyOf({
        feeBaseMsat: BigInt(random.pick([0, 1, 1000, random.between(0, 100_000)])),
        feeRatePpm: random.pick([0, 1, random.between(1, 5000), random.between(1, 1_000_000)]),
        timeLockDelta: random.between(1, 144),
      }),
      inboundFee: {
        inboundFeeBaseMsat: BigInt(discount ? -random.between(0, 2000) : 0),
        inboundFeeRatePpm: discount ? -random.between(0, 100_000) : 0,
      },
    };
  });
}

function theirRoute(channels: readonly PathChannel[], mtokens: bigint) {
  return routeFromChannels({
    channels: channels.map((channel) => ({
      id: formatChannelId(channel.channelId),
      capacity: Number(channel.capacitySat),
      destination: channel.to,
      policies: [
        {
          public_key: channel.from,
          base_fee_mtokens: channel.policy!.feeBaseMsat.toString(),
          fee_rate: channel.policy!.feeRatePpm,
          cltv_delta: channel.policy!.timeLockDelta,
          min_htlc_mtokens: '0',
        },
        {
          public_key: channel.to,
          base_fee_mtokens: '0',
          fee_rate: 0,
          cltv_delta: 40,
          min_htlc_mtokens: '0',
          inbound_base_discount_mtokens: (-channel.inboundFee.inboundFeeBaseMsat).toString(),
          inbound_rate_discount: -channel.inboundFee.inboundFeeRatePpm,
        },
      ],
    })),
    cltv_delta: FINAL_DELTA,
    destination: channels.at(-1)!.to,
    height: HEIGHT,
    mtokens: mtokens.toString(),
  }).route;
}

describe('the arithmetic of another author', () => {
  it('gives every route the same amounts, fees and expiries', () => {
    const seed = testSeed(707);
    for (let i = 0; i < ROUTES; i++) {
      const random = new SeededRandom(seed + i);
      const channels = randomChannels(random);
      const amountMsat = BigInt(
        random.pick([random.between(1, 1e6), random.between(1e6, 1e9), random.between(1e9, 1e12)]),
      );
      const path = pricePath(channels, { amountMsat, finalCltvDelta: FINAL_DELTA });
      const terms = {
        paymentAddr: new Uint8Array(32),
        blockHeight: HEIGHT,
        finalCltvDelta: FINAL_DELTA,
      };
      const route = buildRoute(path, terms);
      const theirs = theirRoute(channels, amountMsat);
      const ours = {
        fee_mtokens: route.totalFeesMsat.toString(),
        mtokens: route.totalAmtMsat.toString(),
        timeout: route.totalTimeLock,
        hops: route.hops.map((hop) => ({
          channel: formatChannelId(parseChannelId(hop.chanId)),
          fee_mtokens: hop.feeMsat.toString(),
          forward_mtokens: hop.amtToForwardMsat.toString(),
          timeout: hop.expiry,
        })),
      };
      expect(theirs, `route ${seed + i}`).toMatchObject(ours);
    }
  });
});
