/** Whether LDK and the simulator, which does as lnd does, said the same about a payment; and where not, whether they may. */
import { Failure_FailureCode as Code } from '../../../src/generated/messages/failure.ts';
import type { Route } from '../../../src/generated/messages/route.ts';
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

const TAKEN_FOR_A_FAULT: ReadonlySet<string> = new Set([
  'fee_insufficient',
  'incorrect_cltv',
  'below_minimum',
  'above_maximum',
]);

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
  const isExpiry = ours.code === Code.EXPIRY_TOO_FAR || ours.code === Code.EXPIRY_TOO_SOON;
  if (isExpiry && ours.failureSourceIndex === 0 && theirs.failureSourceIndex === 1) {
    return 'expiry that lnd does not send and LDK does';
  }
  const route = payment.routeFor(payment.invoice.simulatedAddr);
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
  if (source === 0) return 'refused by the sender itself';
  const faults = faultsAt(source, { route, payment, directions });
  if (faults.size > 1) return 'same node, another of its faults';
  const offline =
    ours.code === Code.UNKNOWN_NEXT_PEER &&
    (theirs.code === Code.TEMPORARY_CHANNEL_FAILURE || theirs.code === Code.CHANNEL_DISABLED);
  return offline && faults.has('link down')
    ? 'offline peer, each in its own words'
    : 'disagreement';
}

/** Everything that the node could complain about: how the payment arrives, and the channel that it is to go on over. */
function faultsAt(
  source: number,
  about: {
    readonly route: Route;
    readonly payment: TwinPayment;
    readonly directions: readonly TwinDirection[];
  },
): ReadonlySet<string> {
  const { route, payment, directions } = about;
  const faults = new Set<string>();
  for (const { code, hop } of payment.defects) {
    const isFee = code === 'fee_insufficient' || code === 'incorrect_cltv';
    if (TAKEN_FOR_A_FAULT.has(code) && hop === (isFee ? source - 1 : source)) faults.add(code);
  }
  const onward = direction(route, source, directions);
  if (onward === undefined) return faults;
  const { amtToForwardMsat: amountMsat, expiry } = route.hops[source - 1]!;
  if (expiry - payment.blockHeight <= TOO_SOON_BLOCKS) faults.add('expiry');
  if (!onward.up) faults.add('link down');
  if (amountMsat > onward.simulatedLimitMsat) faults.add('liquidity');
  return faults;
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
