/** How payments may fail on their way, and how they may arrive. */
import {
  ChannelUpdate,
  Failure,
  Failure_FailureCode,
} from '../../src/generated/messages/failure.ts';
import type { Route } from '../../src/generated/messages/route.ts';
import type { InvoiceArrival, SendRequest } from '../../src/ports.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { IN, OUT, OUT_2 } from './circle-network.ts';

const CODES = Object.values(Failure_FailureCode).filter((code) => code >= 0);

/** Any code from anywhere, sensible or not. */
export function drawFailure(route: Route, random: SeededRandom): Failure {
  const hop = random.pick(route.hops);
  return Failure.fromPartial({
    code: random.pick(CODES),
    failureSourceIndex: random.between(0, route.hops.length),
    ...(random.chance(0.5) ? { channelUpdate: drawUpdate(hop.chanId, random) } : {}),
  });
}

const drawUpdate = (chanId: string, random: SeededRandom): ChannelUpdate =>
  ChannelUpdate.fromPartial({
    chanId,
    channelFlags: random.between(0, 3),
    timeLockDelta: random.between(0, 200),
    feeRate: random.pick([0, 100, 101, 400, 5000]),
    baseFee: random.pick([0, 1000]),
    messageFlags: random.between(0, 1),
    htlcMaximumMsat: BigInt(random.pick([1_000, 999_999_999, 2_000_000_000])),
  });

/** What the last node says about a payment whose invoice is cancelled. */
export const refusedAtTheEnd = (route: Route): Failure =>
  Failure.fromPartial({
    code: Failure_FailureCode.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS,
    failureSourceIndex: route.hops.length,
  });

/** Mostly as the route asks for; otherwise over another channel, 1 msat short, or 1 block short. */
export function drawArrival({ route }: SendRequest, random: SeededRandom): InvoiceArrival {
  const last = route.hops.at(-1)!;
  const wrong = random.next();
  return {
    channelId: wrong < 0.25 ? random.pick([OUT, OUT_2]) : IN,
    amountMsat: last.amtToForwardMsat - (wrong > 0.9 ? 1n : 0n),
    expiryHeight: last.expiry - (wrong > 0.8 && wrong < 0.9 ? 1 : 0),
    state: 'accepted',
  };
}
