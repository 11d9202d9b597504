/** Words for the status that a call of lnd ended with. */
import { type ServiceError, status } from '@grpc/grpc-js';
import { NodeError, type NodeErrorCode } from '../node-error.ts';
import { type InterceptorRefusal, interceptorRefusal } from './interceptor-refusal.ts';
import { type LndMethodPath, methodName, permissionOf } from './permissions.ts';

export interface CallFacts {
  readonly path: LndMethodPath;
  /** `null`: the call waited without limit. */
  readonly deadlineMs: number | null;
}

export function statusError(error: ServiceError, call: CallFacts): NodeError {
  const name = methodName(call.path);
  const make = (code: NodeErrorCode, message: string): NodeError =>
    new NodeError(code, message, { cause: error });
  const refusal = interceptorRefusal(error);
  if (refusal !== undefined) return make(refusal, refusalText(refusal, error, call.path));
  switch (error.code) {
    case status.DEADLINE_EXCEEDED:
      return make(
        'deadline',
        `lnd did not answer ${name} within ${call.deadlineMs} ms; it may be overloaded or far away: raise the deadline, or try again`,
      );
    case status.UNAVAILABLE:
      return make(
        'unreachable',
        `contact with lnd was lost during ${name} (${error.details}); it may be restarting: try again`,
      );
    case status.UNIMPLEMENTED:
      return make(
        'wrong_address',
        `what answers does not know ${name} (${error.details}): check that the address is that of lnd's gRPC (10009 by default, not the REST port), and that lnd is 0.18.5 or newer`,
      );
    case status.RESOURCE_EXHAUSTED:
      return make(
        'rpc',
        `${name} hit a size or rate limit (${error.details}); see lnd's log, and try again later`,
      );
    default:
      return make(
        'rpc',
        `lnd answered ${name} with an error: ${error.details} (${status[error.code]}); see lnd's log`,
      );
  }
}

/** What the macaroon library says of bytes that are something else. */
const NO_MACAROON = /^(?:cannot (?:determine|detect) data format |unknown macaroon version)/;

function refusalText(
  refusal: InterceptorRefusal,
  error: ServiceError,
  path: LndMethodPath,
): string {
  switch (refusal) {
    case 'permission_denied':
      return `the macaroon does not permit ${methodName(path)}: the permission ${permissionOf(path)} is missing; bake one that has it, or has uri:${path} (lncli bakemacaroon)`;
    case 'wrong_macaroon':
      if (NO_MACAROON.test(error.details)) {
        return `what was given as the macaroon is none, for lnd cannot read it (${error.details}); give the .macaroon file that \`lncli bakemacaroon\` wrote, its bytes, or their hex`;
      }
      return `lnd does not accept the macaroon (${error.details}); give one that this very node baked, that has not expired, and whose root key was not deleted`;
    case 'locked':
      return `lnd's wallet is not open (${error.details}); unlock it with \`lncli unlock\`, or create it with \`lncli create\``;
    case 'starting':
      return `lnd is still starting (${error.details}); try again in a moment`;
  }
}
