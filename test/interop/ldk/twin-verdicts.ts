/** Whether LDK and the simulator, which does as lnd does, said the same about a payment; and where not, whether they may. */
import { Failure_FailureCode as Code } from '../../../src/generated/messages/failure.ts';
import type { Route } from '../../../src/generated/messages/route.ts';
import type { RouteDefectCode } from '../../../src/pathfinder/check-route.ts';
import type { SendOutcome } from '../../../src/ports.ts';
import type { PaymentEnd } from './ldk-payment.ts';
import type { TwinDirection } from './twin-network.ts';
import type { TwinPayment } from './twin-script.ts';

export type Agreement =
  | 'settled in both'
  | 'same code, same node'
  /** LDK gives no code for its own refusal to send. */
  | 'refused by the sender itself'
  /** lnd: UNKNOWN_NEXT_PEER. LDK: TEMPORARY_CHANNEL_FAILURE, and CHANNEL_DISABLED once it has announced that. */
  | 'offline peer, each in its own words'
  /** lnd sends nothing that expires too soon or too far away, LDK leaves that to its peer. */
  | 'expiry that lnd does not send and LDK does'
  /** Both take on nothing that expires within three blocks; lnd counts from the newest block, LDK from the next one. */
  | 'expiry in four blocks, too soon for LDK only'
  /** The route has several faults at that node, and they look for them in different orders. */
  | 'same node, another of its faults'
  | 'disagreement';

type Fault =
  | 'fee_insufficient'
  | 'incorrect_cltv'
  | 'below_minimum'
  | 'above_maximum'
  | 'expiry'
  | 'liquidity'
  | 'link down'
  | 'no such channel';

/** What each of the two calls a fault. */
const WORDS: Readonly<Record<Fault, { readonly lnd: Code; readonly ldk: readonly Code[] }>> = {
  fee_insufficient: { lnd: Code.FEE_INSUFFICIENT, ldk: [Code.FEE_INSUFFICIENT] },
  incorrect_cltv: { lnd: Code.INCORRECT_CLTV_EXPIRY, ldk: [Code.INCORRECT_CLTV_EXPIRY] },
  below_minimum: { lnd: Code.AMOUNT_BELOW_MINIMUM, ldk: [Code.AMOUNT_BELOW_MINIMUM] },
  above_maximum: { lnd: Code.TEMPORARY_CHANNEL_FAILURE, ldk: [Code.TEMPORARY_CHANNEL_FAILURE] },
  expiry: { lnd: Code.EXPIRY_TOO_SOON, ldk: [Code.EXPIRY_TOO_SOON] },
  liquidity: { lnd: Code.TEMPORARY_CHANNEL_FAILURE, ldk: [Code.TEMPORARY_CHANNEL_FAILURE] },
  'link down': {
    lnd: Code.UNKNOWN_NEXT_PEER,
    ldk: [Code.TEMPORARY_CHANNEL_FAILURE, Code.CHANNEL_DISABLED],
  },
  'no such channel': { lnd: Code.UNKNOWN_NEXT_PEER, ldk: [Code.UNKNOWN_NEXT_PEER] },
};

/** LDK takes no HTLC on that expires within so many blocks; lnd takes one more. */
const TOO_SOON_BLOCKS = 4;

export function agreement(
  ends: { readonly ldk: PaymentEnd; readonly simulated: SendOutcome },
  payment: TwinPayment,
  directions: readonly TwinDirection[],
): Agreement {
  const { ldk, simulated } = ends;
  if (ldk.kind === 'settled' && simulated.kind === 'settled') return 'settled in both';
  if (ldk.kind !== 'failed' || simulated.kind !== 'failed') return 'disagreement';
  const [theirs, ours] = [ldk.failure, simulated.failure];
  const isExpiry = (code: Code) => code === Code.EXPIRY_TOO_FAR || code === Code.EXPIRY_TOO_SOON;
  const route = payment.routeFor(payment.invoice.simulatedAddr);
  const ofPayee =
    route.hops.length === 1 && theirs.code === Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS;
  const places = [ours.failureSourceIndex, theirs.failureSourceIndex].join();
  if (places === '0,1' && isExpiry(ours.code) && (isExpiry(theirs.code) || ofPayee)) {
    return 'expiry that lnd does not send and LDK does';
  }
  const onwards = route.hops[theirs.failureSourceIndex - 1]?.expiry ?? Infinity;
  if (
    theirs.code === Code.EXPIRY_TOO_SOON &&
    theirs.failureSourceIndex < ours.failureSourceIndex &&
    onwards - payment.blockHeight === TOO_SOON_BLOCKS
  ) {
    return 'expiry in four blocks, too soon for LDK only';
  }
  if (theirs.failureSourceIndex !== ours.failureSourceIndex) return 'disagreement';
  if (theirs.code === ours.code) return 'same code, same node';
  const source = ours.failureSourceIndex;
  const faults = faultsAt(source, { route, payment, directions });
  if (!faults.some((fault) => WORDS[fault].lnd === ours.code)) return 'disagreement';
  if (source === 0) return 'refused by the sender itself';
  if (!faults.some((fault) => WORDS[fault].ldk.includes(theirs.code))) return 'disagreement';
  return faults.length > 1
    ? 'same node, another of its faults'
    : 'offline peer, each in its own words';
}

/** Everything that the node could complain about: how the payment arrives, and the channel that it is to go on over. */
function faultsAt(
  source: number,
  about: {
    readonly route: Route;
    readonly payment: TwinPayment;
    readonly directions: readonly TwinDirection[];
  },
): readonly Fault[] {
  const { route, payment, directions } = about;
  if (source === route.hops.length) return [];
  const onward = direction(route, source, directions);
  if (onward === undefined) return ['no such channel'];
  const isNamed = (code: RouteDefectCode, hop: number) =>
    payment.defects.some((defect) => defect.code === code && defect.hop === hop);
  const before = route.hops[source - 1];
  const amountMsat = before?.amtToForwardMsat ?? route.totalAmtMsat;
  const expiry = before?.expiry ?? route.totalTimeLock;
  const faults: readonly (readonly [Fault, boolean])[] = [
    ['fee_insufficient', isNamed('fee_insufficient', source - 1)],
    ['incorrect_cltv', isNamed('incorrect_cltv', source - 1)],
    ['below_minimum', isNamed('below_minimum', source)],
    ['above_maximum', isNamed('above_maximum', source)],
    ['expiry', expiry - payment.blockHeight <= TOO_SOON_BLOCKS],
    ['liquidity', amountMsat > onward.simulatedLimitMsat],
    ['link down', !onward.up],
  ];
  return faults.filter(([, isThere]) => isThere).map(([fault]) => fault);
}

/**
 * True where an amount of the route lies between what the two would let a channel carry: lnd keeps room for twice the
 * commitment fee, LDK for once; and lnd goes by the maximum that it announces, LDK by its peer's limit alone.
 */
export function isBetweenLimits(route: Route, directions: readonly TwinDirection[]): boolean {
  return route.hops.some((_, link) => {
    const across = direction(route, link, directions);
    if (across === undefined) return false;
    const { ldkLimitMsat, simulatedLimitMsat } = across;
    const amountMsat = route.hops[link - 1]?.amtToForwardMsat ?? route.totalAmtMsat;
    return amountMsat <= ldkLimitMsat !== amountMsat <= simulatedLimitMsat;
  });
}

function direction(
  route: Route,
  link: number,
  directions: readonly TwinDirection[],
): TwinDirection | undefined {
  const hop = route.hops[link];
  return directions.find(({ channelId, to }) => channelId === hop?.chanId && to === hop.pubKey);
}
