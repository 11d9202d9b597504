/**
 * Refusals by which lnd's interceptors stop a call before its handler runs: the wallet's state first, then the
 * macaroon. lnd returns them as plain errors, so they arrive as status UNKNOWN with nothing but their text.
 */
import { type ServiceError, status } from '@grpc/grpc-js';

export type InterceptorRefusal = 'permission_denied' | 'wrong_macaroon' | 'locked' | 'starting';

/** lnd: `rpcperms/interceptor.go`; the texts are the same from 0.18.5 on. */
const STATE_TEXTS: ReadonlyMap<string, InterceptorRefusal> = new Map([
  ['wallet locked, unlock it to enable full RPC access', 'locked'],
  ['wallet not created, create one to enable full RPC access', 'locked'],
  ['waiting to start, RPC services not available', 'starting'],
  [
    'the RPC server is in the process of starting up, but not yet ready to accept calls',
    'starting',
  ],
]);

/** Beginnings of what lnd's macaroon check and the macaroon libraries below it say. */
const MACAROON_TEXT =
  /^(?:expected 1 macaroon, got |verification failed: |cannot (?:retrieve|get) macaroon: |cannot (?:determine|detect) data format |unknown macaroon version|invalid ID$|encoding\/hex: |caveat .* not satisfied)/;

/**
 * `undefined` for every error that does not prove that the handler never ran. Texts are compared whole or from their
 * beginning: "permission denied" inside a longer text may be a handler's trouble with a file.
 */
export function interceptorRefusal(
  error: Pick<ServiceError, 'code' | 'details'>,
): InterceptorRefusal | undefined {
  switch (error.code) {
    case status.UNKNOWN:
      if (error.details === 'permission denied') return 'permission_denied';
      if (MACAROON_TEXT.test(error.details)) return 'wrong_macaroon';
      return STATE_TEXTS.get(error.details);
    // lnd answers with neither of these two; a proxy in front of it does (HTTP 401, 403), before it passes the call on.
    case status.UNAUTHENTICATED:
      return 'wrong_macaroon';
    case status.PERMISSION_DENIED:
      // grpc-js makes the same status of a stream reset for weak TLS, which can come at any time.
      return error.details === 'Protocol not secure enough' ? undefined : 'permission_denied';
    default:
      return undefined;
  }
}
