/**
 * Every RPC of lnd that Ballast calls, with the macaroon permission that it needs. lnd itself answers no more than
 * "permission denied", so what is missing is named from here. Calls take their method's path from this table's type:
 * one that is not listed does not compile.
 */

export const LND_METHODS = {
  '/lnrpc.Lightning/GetInfo': 'info:read',
  '/lnrpc.Lightning/DescribeGraph': 'info:read',
  '/lnrpc.Lightning/ListChannels': 'offchain:read',
  '/lnrpc.Lightning/PendingChannels': 'offchain:read',
  '/lnrpc.Lightning/AddInvoice': 'invoices:write',
  '/lnrpc.Lightning/LookupInvoice': 'invoices:read',
  '/lnrpc.Lightning/DeleteCanceledInvoice': 'invoices:write',
  '/lnrpc.Lightning/ListPayments': 'offchain:read',
  '/lnrpc.Lightning/DeletePayment': 'offchain:write',
  '/invoicesrpc.Invoices/CancelInvoice': 'invoices:write',
  '/invoicesrpc.Invoices/AddHoldInvoice': 'invoices:write',
  '/invoicesrpc.Invoices/SettleInvoice': 'invoices:write',
  '/invoicesrpc.Invoices/SubscribeSingleInvoice': 'invoices:read',
  '/routerrpc.Router/SendToRouteV2': 'offchain:write',
  '/routerrpc.Router/TrackPaymentV2': 'offchain:read',
} as const;

/** Answers without a macaroon, so that a locked node can say so (lnd: `rpcperms`, `macaroonWhitelist`). */
export const OPEN_LND_METHOD = '/lnrpc.State/GetState' as const;

type GuardedMethodPath = keyof typeof LND_METHODS;

/** Only for the clean-up that a user asks for: records of failed payments and cancelled invoices. */
const CLEAN_UP_METHODS: ReadonlySet<string> = new Set<GuardedMethodPath>([
  '/lnrpc.Lightning/DeletePayment',
  '/lnrpc.Lightning/DeleteCanceledInvoice',
]);

export type LndMethodPath = GuardedMethodPath | typeof OPEN_LND_METHOD;

/** The method's name without its package and service. */
export const methodName = (path: LndMethodPath): string => path.slice(path.lastIndexOf('/') + 1);

/** What to ask for when a macaroon is baked for this method, or `undefined` where none is needed. */
export function permissionOf(path: LndMethodPath): string | undefined {
  return path === OPEN_LND_METHOD ? undefined : LND_METHODS[path];
}

/**
 * The `lncli` line that bakes the smallest macaroon with which Ballast works: one `uri:` entry for each method and
 * nothing else, and those that delete records only where `cleanUp` asks for them. lnd refuses to bake for a method
 * that it does not have: before 0.20, take DeleteCanceledInvoice out of what `cleanUp` adds.
 *
 * SendToRouteV2 can pay anyone, so whoever holds this macaroon can spend the node's channel balances; it cannot spend
 * on-chain coins, open or close channels, or change fees.
 */
export function bakeMacaroonCommand(
  options: { readonly saveTo?: string; readonly cleanUp?: boolean } = {},
): string {
  const { saveTo = 'ballast.macaroon', cleanUp = false } = options;
  const entries = Object.keys(LND_METHODS)
    .filter((path) => cleanUp || !CLEAN_UP_METHODS.has(path))
    .map((path) => `uri:${path}`);
  return `lncli bakemacaroon --save_to=${saveTo} ${entries.join(' ')}`;
}
