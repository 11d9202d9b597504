/**
 * Which permission lnd asks for each RPC that is served here. Written apart from the client's own table, so that
 * the two check each other.
 */

/** `entity:action`, as `lncli bakemacaroon` takes it. */
const PERMISSION_OF_METHOD: Readonly<Record<string, string>> = {
  '/lnrpc.Lightning/GetInfo': 'info:read',
  '/lnrpc.Lightning/DescribeGraph': 'info:read',
  '/lnrpc.Lightning/SubscribeChannelGraph': 'info:read',
  '/lnrpc.Lightning/GetChanInfo': 'info:read',
  '/lnrpc.Lightning/GetNodeInfo': 'info:read',
  '/lnrpc.Lightning/QueryRoutes': 'info:read',
  '/lnrpc.Lightning/ListChannels': 'offchain:read',
  '/lnrpc.Lightning/SubscribeChannelEvents': 'offchain:read',
  '/lnrpc.Lightning/PendingChannels': 'offchain:read',
  '/lnrpc.Lightning/ListPayments': 'offchain:read',
  '/lnrpc.Lightning/FeeReport': 'offchain:read',
  '/lnrpc.Lightning/ForwardingHistory': 'offchain:read',
  '/lnrpc.Lightning/SubscribeCustomMessages': 'offchain:read',
  '/lnrpc.Lightning/SendCustomMessage': 'offchain:write',
  '/lnrpc.Lightning/DeletePayment': 'offchain:write',
  '/lnrpc.Lightning/UpdateChannelPolicy': 'offchain:write',
  '/lnrpc.Lightning/LookupInvoice': 'invoices:read',
  '/lnrpc.Lightning/AddInvoice': 'invoices:write',
  '/lnrpc.Lightning/DeleteCanceledInvoice': 'invoices:write',
  '/routerrpc.Router/SendToRouteV2': 'offchain:write',
  '/routerrpc.Router/XImportMissionControl': 'offchain:write',
  '/routerrpc.Router/HtlcInterceptor': 'offchain:write',
  '/routerrpc.Router/BuildRoute': 'offchain:read',
  '/routerrpc.Router/TrackPaymentV2': 'offchain:read',
  '/routerrpc.Router/TrackPayments': 'offchain:read',
  '/routerrpc.Router/SubscribeHtlcEvents': 'offchain:read',
  '/routerrpc.Router/QueryMissionControl': 'offchain:read',
  '/invoicesrpc.Invoices/SubscribeSingleInvoice': 'invoices:read',
  '/invoicesrpc.Invoices/AddHoldInvoice': 'invoices:write',
  '/invoicesrpc.Invoices/SettleInvoice': 'invoices:write',
  '/invoicesrpc.Invoices/CancelInvoice': 'invoices:write',
};

/** The only RPC that needs neither macaroon nor an unlocked wallet (lnd: `rpcperms.macaroonWhitelist`). */
export const OPEN_METHOD = '/lnrpc.State/GetState';

const URI_PREFIX = 'uri:';
const KNOWN_PERMISSIONS: ReadonlySet<string> = new Set(Object.values(PERMISSION_OF_METHOD));

/** Everything that a method served here can ask for: lnd's admin macaroon, as far as it matters. */
export const ALL_PERMISSIONS: readonly string[] = [...KNOWN_PERMISSIONS].sort();

/** @throws Error for a method that is not served; every served one has an entry. */
function permissionOf(methodPath: string): string {
  const permission = PERMISSION_OF_METHOD[methodPath];
  if (permission === undefined) throw new Error(`no permission is recorded for ${methodPath}`);
  return permission;
}

/** True for `entity:action` pairs of the table, and for `uri:` with the path of a served method. */
export function isKnownPermission(permission: string): boolean {
  return permission.startsWith(URI_PREFIX)
    ? Object.hasOwn(PERMISSION_OF_METHOD, permission.slice(URI_PREFIX.length))
    : KNOWN_PERMISSIONS.has(permission);
}

/** Whether these permissions open the method, either by entity and action or by its own `uri:` entry. */
export function permits(granted: ReadonlySet<string>, methodPath: string): boolean {
  return granted.has(permissionOf(methodPath)) || granted.has(`${URI_PREFIX}${methodPath}`);
}
