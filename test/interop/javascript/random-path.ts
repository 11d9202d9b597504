/** Random paths for differential properties: fees of every size, inbound discounts and surcharges. */
import fc from 'fast-check';
import type { PathChannel } from '../../../src/pathfinder/price-path.ts';
import { parseChannelId } from '../../../src/units/ids.ts';
import { nodeIdOf, policyOf } from '../../graph/make-graph.ts';

/** Values at the edges more often than chance would have them. */
const often = (values: readonly number[], max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(...values), fc.integer({ min: 0, max }));

const channel = fc.record({
  block: fc.integer({ min: 1, max: 900_000 }),
  output: fc.integer({ min: 0, max: 3 }),
  feeBaseMsat: often([0, 1, 1000], 100_000),
  feeRatePpm: fc.oneof(often([0, 1], 5000), fc.integer({ min: 0, max: 1_000_000 })),
  inboundFeeBaseMsat: fc.oneof(fc.constant(0), fc.integer({ min: -2000, max: 2000 })),
  inboundFeeRatePpm: fc.oneof(fc.constant(0), fc.integer({ min: -100_000, max: 100_000 })),
  timeLockDelta: fc.integer({ min: 0, max: 144 }),
});

/** One to twelve channels in a row. */
export const randomPath: fc.Arbitrary<readonly PathChannel[]> = fc
  .array(channel, { minLength: 1, maxLength: 12 })
  .map((drawn) =>
    drawn.map((fields, i) => ({
      channelId: parseChannelId(`${fields.block}x${i}x${fields.output}`),
      from: nodeIdOf(i + 1),
      to: nodeIdOf(i + 2),
      capacitySat: 100_000_000n,
      policy: policyOf({
        feeBaseMsat: BigInt(fields.feeBaseMsat),
        feeRatePpm: fields.feeRatePpm,
        timeLockDelta: fields.timeLockDelta,
      }),
      inboundFee: {
        inboundFeeBaseMsat: BigInt(fields.inboundFeeBaseMsat),
        inboundFeeRatePpm: fields.inboundFeeRatePpm,
      },
    })),
  );

export const randomAmountMsat: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: 1n, max: 1_000_000n }),
  fc.bigInt({ min: 1_000_000n, max: 1_000_000_000n }),
  fc.bigInt({ min: 1_000_000_000n, max: 1_000_000_000_000n }),
);

const DEFAULT_CLTV_DELTA = 40;
const DEFAULT_FIRST_CLTV_DELTA = 144;

/**
 * The path as bolt07 2.0 reads it: a CLTV delta of 0 is a missing one to it, for which it takes 40 blocks, or 144 at
 * the first node on the way.
 */
export const asBolt07Reads = (path: readonly PathChannel[]): readonly PathChannel[] =>
  path.map((one, i) => {
    if (one.policy?.timeLockDelta !== 0) return one;
    const timeLockDelta = i === 1 ? DEFAULT_FIRST_CLTV_DELTA : DEFAULT_CLTV_DELTA;
    return { ...one, policy: { ...one.policy, timeLockDelta } };
  });
