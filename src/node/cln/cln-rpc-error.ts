/** An error that lightningd answered with, whole. */

import { NodeError, type NodeErrorCode } from '../node-error.ts';
import type { ClnMethodName } from './cln-methods.ts';
import type { Json } from './transport/exact-json.ts';

/** lightningd: `common/jsonrpc_errors.h`. */
export const RPC_CODES = {
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  payInProgress: 200,
  hashAlreadyUsed: 201,
  unparseableOnion: 202,
  destinationPermanent: 203,
  tryOtherRoute: 204,
  noSuchPayment: 208,
  unspecifiedFailure: 209,
  labelExists: 900,
  preimageExists: 901,
  invoiceExpiredMeanwhile: 903,
  waitTimedOut: 904,
  invoiceNotFound: 905,
  invoiceStatusUnexpected: 906,
  runeNotAuthorized: 1501,
  runeNotPermitted: 1502,
  runeBlacklisted: 1503,
} as const;

export class ClnRpcError extends NodeError {
  readonly method: ClnMethodName;
  /** lightningd's own number; `null` where clnrest sends none. */
  readonly rpcCode: number | null;
  readonly data: Json;

  constructor(
    method: ClnMethodName,
    error: { readonly code: number | null; readonly message: string; readonly data: Json },
  ) {
    const [code, message] = explained(method, error);
    super(code, message);
    this.method = method;
    this.rpcCode = error.code;
    this.data = error.data;
  }
}

function explained(
  method: ClnMethodName,
  { code, message }: { readonly code: number | null; readonly message: string },
): [NodeErrorCode, string] {
  switch (code) {
    case RPC_CODES.methodNotFound:
      return [
        'too_old',
        `this lightningd has no command ${method}, or its plugin is switched off: ${message}; update Core Lightning`,
      ];
    case RPC_CODES.runeNotAuthorized:
    case RPC_CODES.runeBlacklisted:
      return ['wrong_macaroon', `clnrest does not take the rune: ${message}; make another`];
    case RPC_CODES.runeNotPermitted:
      return [
        'permission_denied',
        `the rune does not allow ${method}: ${shortened(message)}; make one that does (\`createRuneCommand\` gives the line)`,
      ];
    default:
      return [
        'rpc',
        `lightningd refused ${method}: ${message}${code === null ? '' : ` (${code})`}`,
      ];
  }
}

/** lightningd writes down all alternatives of the rune, none of which is the command. */
const MOST_CHARACTERS = 120;

const shortened = (message: string): string =>
  message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS)}…` : message;
