/** Errors of lightningd's RPC, by their numbers (Core Lightning: `common/jsonrpc_errors.h`). */

export const RPC_CODE = {
  unknownCommand: -32601,
  invalidParams: -32602,
  invalidRequest: -32600,
  lightningd: -1,
  inProgress: 200,
  rhashAlreadyUsed: 201,
  unparseableOnion: 202,
  destinationPermFail: 203,
  tryOtherRoute: 204,
  noSuchPayment: 208,
  unspecified: 209,
  invoiceLabelExists: 900,
  invoicePreimageExists: 901,
  invoiceExpired: 903,
  invoiceNotFound: 905,
  invoiceStatusUnexpected: 906,
  waitTimeout: 904,
} as const;

export class RpcRefusal extends Error {
  override readonly name = 'RpcRefusal';
  readonly code: number;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(code: number, message: string, data?: Readonly<Record<string, unknown>>) {
    super(message);
    this.code = code;
    this.data = data;
  }
}
