/** `ballast/cln`: Ballast on a Core Lightning node. */
export { NodeError, type NodeErrorCode } from '../node-error.ts';
export {
  CLN_METHODS,
  type ClnMethod,
  type ClnMethodName,
  type ClnMethodPurpose,
  createRuneCommand,
} from './cln-methods.ts';
export { ClnRpcError } from './cln-rpc-error.ts';
export {
  type ClnRest,
  type ClnSocket,
  type ConnectClnOptions,
  connectCln,
} from './connect-cln.ts';
export type { CallLane } from './transport/carrier.ts';
export type { Json } from './transport/exact-json.ts';
