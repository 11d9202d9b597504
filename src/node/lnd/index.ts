/** `ballast/lnd`: Ballast on an lnd node. */
export { NodeError, type NodeErrorCode } from '../node-error.ts';
export { type ConnectLndOptions, connectLnd } from './connect-lnd.ts';
export { bakeMacaroonCommand, LND_METHODS } from './permissions.ts';
