/**
 * A route that is one msat or one block short at a hop is refused by the real LDK node there, for that very reason, and
 * Ballast's own check names the same hop.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type LdkModule, loadLdk } from '../../../bench/ldk/load-ldk.ts';
import type { Route } from '../../../src/generated/messages/route.ts';
import type { RouteDefect, RouteDefectCode } from '../../../src/pathfinder/check-route.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';
import { runSize } from '../run-size.ts';
import { Tally } from '../tally.ts';
import { codeAndPlace } from './code-and-place.ts';
import { type FoundPayment, findPayment } from './found-payment.ts';
import type { LdkNetwork } from './ldk-network.ts';
import { sendAlong } from './ldk-payment.ts';
import { drawPolicies, randomLdkNetwork } from './random-ldk-network.ts';

const NETWORKS = runSize({ part: 1, full: 4 });
const ROUTES_EACH = runSize({ part: 10, full: 60 });
const ROUTES_UNDER_ONE_POLICY = 10;

interface Shortage {
  readonly shorten: (route: Route, hop: number) => void;
  readonly spare: (route: Route, hop: number) => bigint;
  readonly defect: RouteDefectCode;
  readonly code: string;
}

const ONE_MSAT: Shortage = {
  shorten: (route, hop) => {
    if (hop === 0) route.totalAmtMsat -= 1n;
    else route.hops[hop - 1]!.amtToForwardMsat -= 1n;
  },
  spare: ({ hops }, hop) => hops[hop]!.feeMsat,
  defect: 'fee_insufficient',
  code: 'FEE_INSUFFICIENT',
};

const ONE_BLOCK: Shortage = {
  shorten: (route, hop) => {
    if (hop === 0) route.totalTimeLock -= 1;
    else route.hops[hop - 1]!.expiry -= 1;
  },
  spare: ({ hops, totalTimeLock }, hop) =>
    BigInt((hops[hop - 1]?.expiry ?? totalTimeLock) - hops[hop]!.expiry),
  defect: 'incorrect_cltv',
  code: 'INCORRECT_CLTV_EXPIRY',
};

/** What became of the places where a route could be shortened. */
class Outcomes {
  forThatReason = 0;
  belowMinimum = 0;
  nothingToTake = 0;

  toString(): string {
    const { forThatReason, belowMinimum, nothingToTake } = this;
    return `${forThatReason} for that reason, ${belowMinimum} below a minimum; ${nothingToTake} hops that keep nothing left out`;
  }
}

/**
 * What LDK has to say, from what Ballast's check says, which must name that hop and no other. Where the channel's
 * minimum raised the amount, a msat less misses that minimum, and it may still pay the fee: then the node that would
 * send so little refuses, the sender included.
 */
function foreseen(
  defects: readonly RouteDefect[],
  { shortage, outcomes, hop }: { shortage: Shortage; outcomes: Outcomes; hop: number },
): string {
  const ofHops = defects.filter((defect) => defect.hop !== -1);
  expect(new Set(ofHops.map((defect) => defect.hop))).toEqual(new Set([hop]));
  const codes = ofHops.map(({ code }) => code);
  if (codes.includes('below_minimum')) {
    outcomes.belowMinimum++;
    return hop === 0 ? 'TEMPORARY_CHANNEL_FAILURE@0' : `AMOUNT_BELOW_MINIMUM@${hop}`;
  }
  outcomes.forThatReason++;
  expect(codes).toEqual([shortage.defect]);
  return `${shortage.code}@${hop + 1}`;
}

async function shortenEachHop(
  network: LdkNetwork,
  found: FoundPayment,
  { tally, ...how }: { shortage: Shortage; tally: Tally; outcomes: Outcomes },
): Promise<void> {
  for (let hop = 0; hop < found.path.hops.length - 1; hop++) {
    const route = found.build();
    // A node that keeps nothing cannot get less: LDK can send no route on which amounts grow.
    if (how.shortage.spare(route, hop) === 0n) {
      how.outcomes.nothingToTake++;
      continue;
    }
    how.shortage.shorten(route, hop);
    const { from, invoice } = found;
    const payment = await sendAlong(network, { from, route, invoice });
    tally.sent++;
    expect(codeAndPlace(payment.end)).toBe(foreseen(found.check(route), { ...how, hop }));
    tally.refused++;
  }
}

describe('routes that fall short at a hop', () => {
  let ldk: LdkModule;
  beforeAll(async () => {
    ldk = await loadLdk();
  });

  it.for([
    ['1 msat', ONE_MSAT, 4101],
    ['1 block', ONE_BLOCK, 4102],
  ] as const)(
    'by %s are refused there, and the check says so',
    async ([what, shortage, fixed], context) => {
      const seed = testSeed(fixed);
      const tally = new Tally(`${what} less at each hop`);
      const outcomes = new Outcomes();
      for (let n = 0; n < NETWORKS; n++) {
        const random = new SeededRandom(seed + n);
        const network = randomLdkNetwork(ldk, random);
        for (let i = 0; i < ROUTES_EACH; i++) {
          if (i % ROUTES_UNDER_ONE_POLICY === 0) drawPolicies(network, random);
          await shortenEachHop(network, findPayment(network, random), {
            shortage,
            tally,
            outcomes,
          });
        }
      }
      tally.report(context);
      process.stdout.write(`${outcomes}\n`);
      expect(outcomes.forThatReason).toBeGreaterThan(NETWORKS * ROUTES_EACH);
    },
  );
});
