import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildRoute } from '../../../src/pathfinder/build-route.ts';
import { pricePath } from '../../../src/pathfinder/price-path.ts';
import { formatChannelId, parseChannelId } from '../../../src/units/ids.ts';
import { testSeed } from '../../seeded-random.ts';
import { runSize } from '../run-size.ts';
import { Tally } from '../tally.ts';
import { type Bolt07Route, bolt07Route } from './bolt07-route.ts';
import { asBolt07Reads, randomAmountMsat, randomPath } from './random-path.ts';

const ROUTES = runSize({ part: 1000, full: 20_000 });
const terms = { blockHeight: 900_000, finalCltvDelta: 43 };

/** Ballast's route in bolt07's words. */
function oursInTheirWords(
  channels: Parameters<typeof pricePath>[0],
  amountMsat: bigint,
): Partial<Bolt07Route> {
  const path = pricePath(channels, { amountMsat, ...terms });
  const route = buildRoute(path, { paymentAddr: new Uint8Array(32), ...terms });
  return {
    fee_mtokens: route.totalFeesMsat.toString(),
    fee: Number(route.totalFees),
    mtokens: route.totalAmtMsat.toString(),
    tokens: Number(route.totalAmt),
    timeout: route.totalTimeLock,
    hops: route.hops.map((hop) => ({
      channel: formatChannelId(parseChannelId(hop.chanId)),
      channel_capacity: 100_000_000,
      fee: Number(hop.fee),
      fee_mtokens: hop.feeMsat.toString(),
      forward: Number(hop.amtToForward),
      forward_mtokens: hop.amtToForwardMsat.toString(),
      public_key: hop.pubKey,
      timeout: hop.expiry,
    })),
  };
}

describe('the arithmetic of bolt07', () => {
  it('gives every route the same amounts, fees and expiries', (context) => {
    const tally = new Tally('bolt07');
    fc.assert(
      fc.property(randomPath, randomAmountMsat, (channels, amountMsat) => {
        const theirs = bolt07Route(channels, { amountMsat, ...terms });
        const ours = oursInTheirWords(asBolt07Reads(channels), amountMsat);
        tally.compared++;
        tally.amounts(BigInt(theirs.fee_mtokens), BigInt(ours.fee_mtokens!));
        expect(theirs).toMatchObject(ours);
      }),
      { seed: testSeed(707), numRuns: ROUTES },
    );
    tally.report(context);
  });

  it('is followed to the block where a CLTV delta of 0 is meant, which bolt07 takes for a missing one', () => {
    fc.assert(
      fc.property(randomPath, randomAmountMsat, (channels, amountMsat) => {
        const blocksAdded = asBolt07Reads(channels)
          .slice(1)
          .reduce((sum, { policy }, i) => {
            return sum + policy!.timeLockDelta - channels[i + 1]!.policy!.timeLockDelta;
          }, 0);
        const theirs = bolt07Route(channels, { amountMsat, ...terms });
        const ours = oursInTheirWords(channels, amountMsat);
        expect(theirs.timeout - ours.timeout!).toBe(blocksAdded);
        expect(theirs.mtokens).toBe(ours.mtokens);
      }),
      { seed: testSeed(708), numRuns: ROUTES / 10 },
    );
  });
});
