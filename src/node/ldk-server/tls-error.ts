/** Words for what a TLS connection to LDK Server can fail with. */
import type { X509Certificate } from 'node:crypto';
import { NodeError } from '../node-error.ts';
import type { LdkServerAddress } from './address.ts';

/** The connection broke off before TLS stood. */
export function dialError(cause: Error, address: LdkServerAddress): NodeError {
  const code = 'code' in cause ? String(cause.code) : '';
  const error = (kind: 'unreachable' | 'wrong_address', message: string): NodeError =>
    new NodeError(kind, message, { cause });
  switch (code) {
    case 'ECONNREFUSED':
      return error(
        'unreachable',
        `nothing listens at ${address.text}; check that LDK Server runs, and its grpc_service_address (127.0.0.1:3536 by default)`,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return error(
        'unreachable',
        `the host name "${address.host}" cannot be resolved; check its spelling, or give an IP address`,
      );
    case 'ETIMEDOUT':
      return error(
        'unreachable',
        `${address.text} does not answer; check address, port and firewalls, and that grpc_service_address is reachable from here`,
      );
    default:
      if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
        return error(
          'wrong_address',
          `${address.text} answers, but not with the TLS of LDK Server; check the port (3536 by default)`,
        );
      }
      return error(
        'unreachable',
        `${address.text} cannot be reached (${cause.message}); check the address and the way to it`,
      );
  }
}

/** TLS stands, but the certificate is not to be trusted. */
export function certificateError(facts: {
  /** OpenSSL's name for the reason, such as DEPTH_ZERO_SELF_SIGNED_CERT. */
  readonly reason: string;
  readonly presented: X509Certificate | undefined;
  readonly address: LdkServerAddress;
}): NodeError {
  const { presented, address, reason } = facts;
  const cause = new Error(reason);
  const wrong = (message: string): NodeError =>
    new NodeError('wrong_certificate', message, { cause });
  if (reason === 'CERT_HAS_EXPIRED' || reason === 'CERT_NOT_YET_VALID') {
    return wrong(
      `the certificate of ${address.text} is valid from ${presented?.validFrom} to ${presented?.validTo}; check the clocks of both machines, or have LDK Server make a new one and copy it`,
    );
  }
  return wrong(
    `${address.text} presents another certificate (SHA-256 ${presented?.fingerprint256}) than the one given: either LDK Server has made a new one, then copy its tls.crt again, or this is not your node (${reason})`,
  );
}

/** The certificate is trusted, but made for other names. */
export function otherNameError(name: string, presented: X509Certificate): NodeError {
  const names = presented.subjectAltName ?? presented.subject;
  return new NodeError(
    'wrong_certificate',
    `the certificate is not made for "${name}" but for ${names}; dial one of these names, set serverName to one of them, or add "${name}" to hosts under [tls] in LDK Server's configuration, let it make a new certificate and copy that`,
  );
}
