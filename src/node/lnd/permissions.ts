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
  '/lnrpc.Lightning/ForwardingHistory': 'offchain:read',
  '/lnrpc.Lightning/SendCustomMessage': 'offchain:write',
  '/lnrpc.Lightning/SubscribeCustomMessages': 'offchain:read',
  '/invoicesrpc.Invoices/CancelInvoice': 'invoices:write',
  '/invoicesrpc.Invoices/AddHoldInvoice': 'invoices:write',
  '/invoicesrpc.Invoices/SettleInvoice': 'invoices:write',
  '/invoicesrpc.Invoices/SubscribeSingleInvoice': 'invoices:read',
  '/routerrpc.Router/SendToRouteV2': 'offchain:write',
  '/routerrpc.Router/TrackPaymentV2': 'offchain:read',
  '/routerrpc.Router/SubscribeHtlcEvents': 'offchain:read',
  '/routerrpc.Router/HtlcInterceptor': 'offchain:write',
  '/routerrpc.Router/QueryMissionControl': 'offchain:read',
  '/routerrpc.Router/XImportMissionControl': 'offchain:write',
} as const;

/** Answers without a macaroon, so that a locked node can say so (lnd: `rpcperms`, `macaroonWhitelist`). */
export const OPEN_LND_METHOD = '/lnrpc.State/GetState' as const;

export type GuardedMethodPath = keyof typeof LND_METHODS;

/** Only for the clean-up that a user asks for: records of failed payments and cancelled invoices. */
const CLEAN_UP_METHODS: ReadonlySet<string> = new Set<GuardedMethodPath>([
  '/lnrpc.Lightning/DeletePayment',
  '/lnrpc.Lightning/DeleteCanceledInvoice',
]);

/** Only for exchanging beliefs with lnd's own memory. */
const MISSION_CONTROL_METHODS: ReadonlySet<string> = new Set<GuardedMethodPath>([
  '/routerrpc.Router/QueryMissionControl',
  '/routerrpc.Router/XImportMissionControl',
]);

/** Only for planning by what channels earn, and what they miss. */
const PLANNING_METHODS: ReadonlySet<string> = new Set<GuardedMethodPath>([
  '/lnrpc.Lightning/ForwardingHistory',
  '/routerrpc.Router/SubscribeHtlcEvents',
]);

/** Only for rebalancing while a forward waits. */
const JUST_IN_TIME_METHODS: ReadonlySet<string> = new Set<GuardedMethodPath>([
  '/routerrpc.Router/HtlcInterceptor',
]);

/** Only for asking peers what their swaps and channels cost. */
const CUSTOM_MESSAGE_METHODS: ReadonlySet<string> = new Set<GuardedMethodPath>([
  '/lnrpc.Lightning/SendCustomMessage',
  '/lnrpc.Lightning/SubscribeCustomMessages',
]);

export type LndMethodPath = GuardedMethodPath | typeof OPEN_LND_METHOD;

/** What a method is for, under the names by which {@link bakeMacaroonCommand} is asked for it. */
export type LndPurpose =
  | 'rebalance'
  | 'cleanUp'
  | 'missionControl'
  | 'planning'
  | 'justInTime'
  | 'customMessages';

export function purposeOf(path: GuardedMethodPath): LndPurpose {
  if (CLEAN_UP_METHODS.has(path)) return 'cleanUp';
  if (MISSION_CONTROL_METHODS.has(path)) return 'missionControl';
  if (PLANNING_METHODS.has(path)) return 'planning';
  if (JUST_IN_TIME_METHODS.has(path)) return 'justInTime';
  return CUSTOM_MESSAGE_METHODS.has(path) ? 'customMessages' : 'rebalance';
}

/** The method's name without its package and service. */
export const methodName = (path: LndMethodPath): string => path.slice(path.lastIndexOf('/') + 1);

/** What to ask for when a macaroon is baked for this method, or `undefined` where none is needed. */
export function permissionOf(path: LndMethodPath): string | undefined {
  return path === OPEN_LND_METHOD ? undefined : LND_METHODS[path];
}

/**
 * The `lncli` line that bakes the smallest macaroon with which Ballast works: one `uri:` entry for each method and
 * nothing else, those that delete records only where `cleanUp` asks for them, those of lnd's memory of payments only
 * where `missionControl` does, and the history and the events of forwards, which plans are made by, only where `planning`
 * does. lnd refuses to bake for a method that it does not have: before 0.20, take DeleteCanceledInvoice out of what
 * `cleanUp` adds.
 *
 * SendToRouteV2 can pay anyone, so whoever holds this macaroon can spend the node's channel balances; it cannot spend
 * on-chain coins, open or close channels, or change fees.
 */
export function bakeMacaroonCommand(
  options: {
    readonly saveTo?: string;
    readonly cleanUp?: boolean;
    readonly missionControl?: boolean;
    readonly planning?: boolean;
    readonly justInTime?: boolean;
    readonly customMessages?: boolean;
  } = {},
): string {
  const {
    saveTo = 'ballast.macaroon',
    cleanUp,
    missionControl,
    planning,
    justInTime,
    customMessages,
  } = options;
  const entries = Object.keys(LND_METHODS)
    .filter((path) => cleanUp === true || !CLEAN_UP_METHODS.has(path))
    .filter((path) => missionControl === true || !MISSION_CONTROL_METHODS.has(path))
    .filter((path) => planning === true || !PLANNING_METHODS.has(path))
    .filter((path) => justInTime === true || !JUST_IN_TIME_METHODS.has(path))
    .filter((path) => customMessages === true || !CUSTOM_MESSAGE_METHODS.has(path))
    .map((path) => `uri:${path}`);
  return `lncli bakemacaroon --save_to=${saveTo} ${entries.join(' ')}`;
}
