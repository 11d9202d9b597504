/** Words for the status that a call of LDK Server ended with. */
import { type ServiceError, status } from '@grpc/grpc-js';
import { NodeError, type NodeErrorCode } from '../node-error.ts';
import { AUTH_TOLERANCE_SECONDS } from './sign-call.ts';

export const methodName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export function statusError(
  error: ServiceError,
  call: { readonly path: string; readonly deadlineMs: number },
): NodeError {
  const name = methodName(call.path);
  const make = (code: NodeErrorCode, message: string): NodeError =>
    new NodeError(code, message, { cause: error });
  switch (error.code) {
    case status.DEADLINE_EXCEEDED:
      return make(
        'deadline',
        `LDK Server did not answer ${name} within ${call.deadlineMs} ms; it may be overloaded or far away: raise the deadline, or try again`,
      );
    case status.UNAVAILABLE:
      return make(
        'unreachable',
        `LDK Server was not available for ${name} (${error.details}); it may be restarting: try again`,
      );
    case status.UNIMPLEMENTED:
      return make(
        'too_old',
        `what answers does not know ${name} (${error.details}): check that it is LDK Server, and of 2026-08-19 or later`,
      );
    case status.INVALID_ARGUMENT:
      return make(
        'rpc',
        `LDK Server takes ${name} for invalid (${error.details}); check what was asked for`,
      );
    case status.FAILED_PRECONDITION:
      return make(
        'rpc',
        `LDK Server could not carry out ${name}: ${error.details}; its log may tell more`,
      );
    default:
      return make(
        'rpc',
        `LDK Server answered ${name} with an error: ${error.details} (${status[error.code]}); see its log`,
      );
  }
}

/**
 * Why a signature was refused. The status is the same for a wrong key, for clocks that differ and for servers that expect
 * another signature; each response tells the server's time.
 */
export function refusedSignature(
  error: ServiceError,
  facts: {
    readonly nowMs: number;
    /** The server has accepted a signature of the time alone. */
    readonly signsTimeOnly: boolean;
    readonly call: string;
  },
): NodeError {
  const make = (code: NodeErrorCode, message: string): NodeError =>
    new NodeError(code, message, { cause: error });
  if (facts.signsTimeOnly) {
    return make(
      'too_old',
      'this LDK Server is from before 2026-05-12: it signs the time of a call, but not what is asked; update it, for Ballast sends nothing that others could change on its way',
    );
  }
  const aheadSeconds = secondsAhead(error, facts.nowMs);
  if (aheadSeconds !== undefined && Math.abs(aheadSeconds) > AUTH_TOLERANCE_SECONDS) {
    const where = aheadSeconds > 0 ? 'ahead of' : 'behind';
    return make(
      'clock_skew',
      `LDK Server's clock is ${Math.abs(aheadSeconds)} s ${where} ours, and calls are signed with the time, give or take ${AUTH_TOLERANCE_SECONDS} s; set the clocks of both machines (NTP)`,
    );
  }
  const clocks =
    aheadSeconds === undefined
      ? `, or the clocks of both machines are more than ${AUTH_TOLERANCE_SECONDS} s apart: compare them`
      : '';
  return make(
    'wrong_api_key',
    `LDK Server does not accept the signature of ${facts.call} (${error.details}): the API key is not that of this server and network; give its file api_key${clocks}`,
  );
}

/** How far the server's clock is ahead of ours; `undefined` where the response has no date. */
function secondsAhead({ metadata }: ServiceError, nowMs: number): number | undefined {
  const [date] = metadata.get('date');
  const atMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.round((atMs - nowMs) / 1000);
}
