/**
 * What reaches lnd: the same path, once priced by bolt07 and sent by the package `lightning`, once priced, built and sent
 * by Ballast, arrives as the same SendToRouteV2 message.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { payViaRoutes } from 'lightning';
import { describe, expect, it } from 'vitest';
import { HTLCAttempt, HTLCAttempt_HTLCStatus } from '../../../src/generated/services/payments.ts';
import type { SendToRouteRequest } from '../../../src/generated/services/router.ts';
import { buildRoute } from '../../../src/pathfinder/build-route.ts';
import { type PathChannel, pricePath } from '../../../src/pathfinder/price-path.ts';
import { parsePaymentHash } from '../../../src/units/ids.ts';
import { testSeed } from '../../seeded-random.ts';
import { runSize } from '../run-size.ts';
import { Tally } from '../tally.ts';
import { bolt07Route } from './bolt07-route.ts';
import { asBolt07Reads, randomAmountMsat, randomPath } from './random-path.ts';
import { connectBoth } from './two-clients.ts';

const MESSAGES = runSize({ part: 60, full: 500 });
const PREIMAGE = new Uint8Array(32).fill(7);
const HASH = createHash('sha256').update(PREIMAGE).digest('hex');
const terms = { blockHeight: 900_000, finalCltvDelta: 43 };

const SETTLED = HTLCAttempt.fromPartial({
  status: HTLCAttempt_HTLCStatus.SUCCEEDED,
  preimage: PREIMAGE,
  attemptTimeNs: 1n,
  resolveTimeNs: 2n,
});

/** lnd prints the amount in `chan_capacity` and never reads it; `lightning` leaves the field out. */
function withoutCapacities(request: SendToRouteRequest): SendToRouteRequest {
  for (const hop of request.route!.hops) hop.chanCapacity = 0n;
  return request;
}

describe('the message that reaches lnd', () => {
  it('is the one that the package lightning sends, field by field', async (context) => {
    const tally = new Tally('SendToRouteV2 messages of lightning');
    const { ballast, lightning, takeRequests } = await connectBoth(SETTLED);
    const same = async (drawn: readonly PathChannel[], amountMsat: bigint, addr: Uint8Array) => {
      const theirs = { ...bolt07Route(drawn, { amountMsat, ...terms, paymentAddr: addr }) };
      const routes = [theirs] as unknown as Parameters<typeof payViaRoutes>[0]['routes'];
      await payViaRoutes({ lnd: lightning, id: HASH, routes });
      const path = pricePath(asBolt07Reads(drawn), { amountMsat, ...terms });
      const route = buildRoute(path, { paymentAddr: addr, ...terms });
      await ballast.sendToRoute({ paymentHash: parsePaymentHash(HASH), route });
      const [fromLightning, fromBallast, ...more] = takeRequests();
      expect(more).toEqual([]);
      tally.compared++;
      tally.amounts(fromLightning!.route!.totalAmtMsat, fromBallast!.route!.totalAmtMsat);
      expect(withoutCapacities(fromBallast!)).toEqual(withoutCapacities(fromLightning!));
    };
    await fc.assert(
      fc.asyncProperty(
        randomPath,
        randomAmountMsat,
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        same,
      ),
      { seed: testSeed(4501), numRuns: MESSAGES },
    );
    tally.report(context);
  });
});
