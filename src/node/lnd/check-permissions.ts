/** Which of the methods that Ballast calls a macaroon permits. */
import { randomBytes } from 'node:crypto';
import type { NodeError } from '../node-error.ts';
import { parseLndAddress } from './address.ts';
import type { ConnectLndOptions } from './connect-lnd.ts';
import { LndCalls } from './lnd-calls.ts';
import { LndChannel } from './lnd-channel.ts';
import { PROBES, type ProbeEnd, probeInterceptor } from './permission-probes.ts';
import { type GuardedMethodPath, LND_METHODS } from './permissions.ts';
import { statusError } from './status-error.ts';

export type PermissionVerdict =
  | { readonly kind: 'permitted' }
  /** `permission` is what `lncli bakemacaroon` is to be asked for, unless by the method's own `uri:`. */
  | { readonly kind: 'denied'; readonly permission: string }
  /** This lnd does not have the method. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly reason: string };

export type PermissionVerdicts = ReadonlyMap<GuardedMethodPath, PermissionVerdict>;

export type CheckPermissionsOptions = Pick<
  ConnectLndOptions,
  'address' | 'tlsCert' | 'macaroon' | 'serverName'
> & {
  /** Asked with a connection that is open for a moment; see `probeInterceptor`. */
  readonly interceptor: boolean;
  readonly deadlineMs: number;
  /** Of which methods to ask. @defaultValue all that have a probe */
  readonly wanted?: (path: GuardedMethodPath) => boolean;
};

/** Probes at a time: none takes lnd long. */
const AT_ONCE = 4;

/**
 * Asks lnd, with requests that cannot move money and leave nothing behind; see {@link PROBES}. DescribeGraph is not among
 * the verdicts, and HtlcInterceptor only where it is asked for.
 *
 * @throws NodeError where lnd cannot be reached.
 */
export async function checkPermissions(
  options: CheckPermissionsOptions,
): Promise<PermissionVerdicts> {
  const { address, tlsCert, macaroon, serverName, deadlineMs, interceptor } = options;
  const { wanted = () => true } = options;
  const channel = { address: parseLndAddress(address), tlsCert, macaroon, serverName };
  const calls = new LndCalls(new LndChannel({ ...channel, connectDeadlineMs: deadlineMs }));
  const verdicts = new Map<GuardedMethodPath, PermissionVerdict>();
  const probes = Object.entries(PROBES) as [GuardedMethodPath, typeof probeInterceptor][];
  if (interceptor) probes.push(['/routerrpc.Router/HtlcInterceptor', probeInterceptor]);
  const next = probes.filter(([path]) => wanted(path)).values();
  const ask = async (): Promise<void> => {
    for (const [path, probe] of next) {
      const end = await probe({ calls, deadlineMs, nobody: new Uint8Array(randomBytes(32)) });
      verdicts.set(path, verdictOf(end, { path, deadlineMs }));
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    return verdicts;
  } finally {
    calls.close();
  }
}

function verdictOf(
  end: ProbeEnd,
  call: { readonly path: GuardedMethodPath; readonly deadlineMs: number },
): PermissionVerdict {
  if (end === null) return { kind: 'permitted' };
  const error: NodeError = statusError(end, call);
  switch (error.code) {
    case 'permission_denied':
      return { kind: 'denied', permission: LND_METHODS[call.path] };
    case 'wrong_address':
      return { kind: 'absent' };
    case 'rpc':
      // The request was refused, as it was meant to be: the macaroon has passed.
      return end.details.includes('interceptor already exists')
        ? { kind: 'unknown', reason: 'another program intercepts forwards already' }
        : { kind: 'permitted' };
    default:
      return { kind: 'unknown', reason: error.message };
  }
}
