/** `ballast/cln`: Ballast on a Core Lightning node. */
export { NodeError, type NodeErrorCode } from '../node-error.ts';
export { CLN_METHODS, type ClnMethodName, createRuneCommand } from './cln-methods.ts';
export { ClnRpcError } from './cln-rpc-error.ts';
export {
  type ClnRest,
  type ClnSocket,
  type ConnectClnOptions,
  connectCln,
} from './connect-cln.ts';
