/** Words for what a TLS connection to lnd can fail with. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { NodeError } from '../node-error.ts';
import type { LndAddress } from './address.ts';

/** The connection broke off before TLS stood. */
export function dialError(cause: Error, address: LndAddress): NodeError {
  const code = 'code' in cause ? String(cause.code) : '';
  const error = (kind: 'unreachable' | 'wrong_address', message: string): NodeError =>
    new NodeError(kind, message, { cause });
  switch (code) {
    case 'ECONNREFUSED':
      return error(
        'unreachable',
        `nothing listens at ${address.text}; check that lnd runs and that the port is that of its gRPC (--rpclisten, 10009 by default)`,
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
        `${address.text} does not answer; check address, port and firewalls, and that lnd listens on that interface (--rpclisten)`,
      );
    case 'ECONNRESET':
    case 'EPIPE':
      return error(
        'unreachable',
        `${address.text} hung up before TLS was set up; check that this is the port of lnd's gRPC (10009 by default) and not its peer port (9735)`,
      );
    default:
      if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
        return error(
          'wrong_address',
          `${address.text} answers, but not with the TLS of lnd's gRPC; check the port (10009 by default) and that no plaintext proxy stands before it`,
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
  readonly address: LndAddress;
}): NodeError {
  const { presented, address } = facts;
  const cause = new Error(facts.reason);
  const wrong = (message: string): NodeError =>
    new NodeError('wrong_certificate', message, { cause });
  switch (facts.reason) {
    case 'CERT_HAS_EXPIRED':
      return wrong(
        `the certificate of ${address.text} expired on ${presented?.validTo}; restart lnd with --tlsautorefresh, or delete its tls.cert and tls.key and restart it, then copy the new tls.cert`,
      );
    case 'CERT_NOT_YET_VALID':
      return wrong(
        `the certificate of ${address.text} is valid only from ${presented?.validFrom}; check the clocks of both machines`,
      );
    default:
      return wrong(
        `${address.text} presents another certificate (SHA-256 ${presented?.fingerprint256}) than the one given: either lnd has made a new one, then copy its tls.cert again, or this is not your node (${facts.reason})`,
      );
  }
}

/** The certificate is trusted, but made for other names. */
export function otherNameError(facts: {
  readonly name: string;
  readonly presented: X509Certificate;
}): NodeError {
  const setting = isIP(facts.name) === 0 ? 'tlsextradomain' : 'tlsextraip';
  const names = facts.presented.subjectAltName ?? facts.presented.subject;
  return new NodeError(
    'wrong_certificate',
    `the certificate is not made for "${facts.name}" but for ${names}; dial one of these names, set serverName to one of them, or add ${setting}=${facts.name} to lnd.conf, let lnd make a new certificate and copy it`,
  );
}
