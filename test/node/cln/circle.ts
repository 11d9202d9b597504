/** A circle of ours: us -> a -> b -> us, 1,000 sat, at height 900,000. */
import { Route } from '../../../src/generated/messages/route.ts';
import { parseChannelId } from '../../../src/units/ids.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';
import { OUR_ID } from './scripted-lightningd.ts';

export const SECRET: Uint8Array = new Uint8Array(32).fill(7);

export const circle = (): Route =>
  Route.fromPartial({
    totalAmtMsat: 1_002_001n,
    totalTimeLock: 900_163,
    totalFeesMsat: 2_001n,
    hops: [
      {
        chanId: parseChannelId('101x1x0'),
        pubKey: nodeIdOf('a'),
        amtToForwardMsat: 1_001_000n,
        expiry: 900_123,
        feeMsat: 1_001n,
      },
      {
        chanId: parseChannelId('102x1x0'),
        pubKey: nodeIdOf('b'),
        amtToForwardMsat: 1_000_000n,
        expiry: 900_043,
        feeMsat: 1_000n,
      },
      {
        chanId: parseChannelId('103x1x0'),
        pubKey: OUR_ID,
        amtToForwardMsat: 1_000_000n,
        expiry: 900_043,
        mppRecord: { totalAmtMsat: 1_000_000n, paymentAddr: SECRET },
      },
    ],
  });
