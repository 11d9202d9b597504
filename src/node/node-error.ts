/** What goes wrong between Ballast and a Lightning node, sorted by what the user has to do about it. */

/**
 * - `wrong_address`: the text is no address, or something other than the node's RPC answers there.
 * - `unreachable`: nothing answers: host unknown, port closed, no way to it, or contact was lost.
 * - `wrong_certificate`: the certificate cannot be read, or is not the one that the node presents.
 * - `wrong_macaroon`: the macaroon cannot be read, or the node does not accept it.
 * - `wrong_api_key`: the API key cannot be read, or the node does not accept what it signs.
 * - `clock_skew`: the clocks of both machines are too far apart for signed calls.
 * - `permission_denied`: the macaroon is good but lacks a permission, which the message names.
 * - `locked`: the wallet waits for its password, or does not exist yet.
 * - `starting`: the node is coming up; try again soon.
 * - `syncing`: the node is behind the chain or the graph.
 * - `too_old`: the node's software lacks what Ballast needs.
 * - `unsupported`: the node has no such thing at all (`NodeCapabilities`); the message says what to do instead.
 * - `deadline`: no answer in time. The call may still have taken effect.
 * - `closed`: the connection was closed by us.
 * - `rpc`: any other error that the node answered with.
 */
export type NodeErrorCode =
  | 'wrong_address'
  | 'unreachable'
  | 'wrong_certificate'
  | 'wrong_macaroon'
  | 'wrong_api_key'
  | 'clock_skew'
  | 'permission_denied'
  | 'locked'
  | 'starting'
  | 'syncing'
  | 'too_old'
  | 'unsupported'
  | 'deadline'
  | 'closed'
  | 'rpc';

/** The message says what happened and what to do next; `cause` holds the error underneath, where there is one. */
export class NodeError extends Error {
  override readonly name = 'NodeError';
  readonly code: NodeErrorCode;

  constructor(code: NodeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
