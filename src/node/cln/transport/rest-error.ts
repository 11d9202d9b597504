/** Why clnrest could not be reached. */
import { NodeError } from '../../node-error.ts';
import type { RestAddress } from './rest-address.ts';

/** What TLS says of a certificate that the given authority did not sign. */
const FOREIGN = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

export function restError(
  { host, port }: RestAddress,
  error: { readonly code?: string | undefined; readonly message?: string },
): NodeError {
  const at = `${host}:${port}`;
  const cause = { cause: error };
  const { code = '', message = '' } = error;
  if (FOREIGN.has(code)) {
    return new NodeError(
      'wrong_certificate',
      `clnrest at ${at} presents a certificate of another authority than the one given; give ca.pem from lightningd's folder (tlsCa, or --tls)`,
      cause,
    );
  }
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return new NodeError(
        'wrong_certificate',
        `the certificate of clnrest at ${at} has expired; delete its .pem files in lightningd's folder and restart it`,
        cause,
      );
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return new NodeError(
        'wrong_certificate',
        `the certificate of clnrest at ${at} does not hold this name; give serverName: 'localhost', which it holds, or a name that it does`,
        cause,
      );
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'HPE_INVALID_CONSTANT':
      return new NodeError(
        'wrong_address',
        `what answers at ${at} does not speak the protocol asked for; check clnrest-protocol and the port`,
        cause,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new NodeError('unreachable', `the host ${host} is unknown`, cause);
    case 'ECONNREFUSED':
      return new NodeError(
        'unreachable',
        `nothing listens at ${at}; start clnrest with the option clnrest-port`,
        cause,
      );
    case 'ETIMEDOUT':
      return new NodeError('unreachable', `nothing answers at ${at}`, cause);
    default:
      return new NodeError(
        'unreachable',
        `contact with clnrest at ${at} was lost: ${message === '' ? code : message}`,
        cause,
      );
  }
}
