/**
 * lightningd forgets the route of a payment, so it is written into the payment's label, which `listsendpays` gives back:
 * that is how an attempt is known again after a restart.
 */
import { Route } from '../../generated/messages/route.ts';
import { formatChannelId, tryParseChannelId } from '../../units/ids.ts';

const BEGINNING = 'ballast/1';
const NUMBER = /^(?:0|[1-9][0-9]{0,17})$/;

/** `ballast/1 AMOUNT@EXPIRY CHANNEL:AMOUNT@EXPIRY…`: what leaves us, and each channel with what is sent on behind it. */
export function routeLabel(route: Route): string {
  const hops = route.hops.map(
    ({ chanId, amtToForwardMsat, expiry }) =>
      `${formatChannelId(tryParseChannelId(chanId)!)}:${amtToForwardMsat}@${expiry}`,
  );
  return [BEGINNING, `${route.totalAmtMsat}@${route.totalTimeLock}`, ...hops].join(' ');
}

/** The route as far as its label tells; without hops where it is none of ours. */
export function labelledRoute(label: string | undefined): Route {
  const [beginning, total, ...hops] = (label ?? '').split(' ');
  const first = amountAndExpiry(total);
  const rest = hops.map(readHop);
  if (beginning !== BEGINNING || first === undefined || !rest.every(isPresent)) {
    return Route.create();
  }
  return Route.fromPartial({
    totalAmtMsat: first.amountMsat,
    totalTimeLock: first.expiry,
    hops: rest,
  });
}

function readHop(text: string) {
  const [channel = '', terms] = text.split(':');
  const chanId = tryParseChannelId(channel);
  const onward = amountAndExpiry(terms);
  if (chanId === undefined || onward === undefined) return undefined;
  return { chanId, amtToForwardMsat: onward.amountMsat, expiry: onward.expiry };
}

function amountAndExpiry(
  text: string | undefined,
): { readonly amountMsat: bigint; readonly expiry: number } | undefined {
  const [amount = '', expiry = '', ...more] = (text ?? '').split('@');
  if (!NUMBER.test(amount) || !NUMBER.test(expiry) || more.length > 0) return undefined;
  return { amountMsat: BigInt(amount), expiry: Number(expiry) };
}

const isPresent = <T>(value: T | undefined): value is T => value !== undefined;
