/**
 * Opens a TLS connection to the node and closes it again, to learn why one cannot be made: gRPC reports every cause
 * as the same "no connection established". Nothing is sent over it.
 */
import { isIP } from 'node:net';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { bytesEqual } from '../../units/bytes.ts';
import { NodeError } from '../node-error.ts';
import type { LdkServerAddress } from './address.ts';
import { certificateError, dialError, otherNameError } from './tls-error.ts';

export interface TlsProbe {
  readonly address: LdkServerAddress;
  readonly certPem: string;
  readonly certDer: Uint8Array;
  /** Name to look for in the certificate instead of the address. */
  readonly serverName: string | undefined;
  readonly deadlineMs: number;
}

export interface TlsIdentity {
  /** The name, or IP address, under which the node's certificate was accepted. */
  readonly checkedName: string;
  /** What to send as SNI, which must not be an IP address (RFC 6066, section 3). */
  readonly sniName: string;
}

/** A name that LDK Server puts into every certificate it makes (LDK Server: `util/tls.rs`). */
const NAME_IN_EVERY_CERTIFICATE = 'localhost';

/** @throws NodeError `unreachable`, `wrong_address` or `wrong_certificate` when gRPC over TLS would not come about. */
export function probeTls(probe: TlsProbe): Promise<TlsIdentity> {
  const { host, port } = probe.address;
  const sniName = probe.serverName ?? (isIP(host) === 0 ? host : NAME_IN_EVERY_CERTIFICATE);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      ca: probe.certPem,
      servername: sniName,
      ALPNProtocols: ['h2'],
      // Judged in `identify`, where the certificate is at hand for the message.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    }, probe.deadlineMs);
    socket.once('secureConnect', () => {
      try {
        resolve({ checkedName: identify(socket, probe), sniName });
      } catch (error) {
        reject(error);
      }
      socket.destroy();
    });
    socket.on('error', (error) => reject(dialError(error, probe.address)));
    socket.once('close', () => clearTimeout(timer));
  });
}

function identify(socket: TLSSocket, probe: TlsProbe): string {
  const leaf = socket.getPeerX509Certificate();
  if (leaf === undefined || !socket.authorized) {
    throw certificateError({
      reason: String(socket.authorizationError),
      presented: leaf,
      address: probe.address,
    });
  }
  if (socket.alpnProtocol !== 'h2') {
    throw new NodeError(
      'wrong_address',
      `${probe.address.text} answers with the right certificate but does not speak HTTP/2, so it is no LDK Server of today; those from before 2026-03-27 spoke REST: update it`,
    );
  }
  const name = probe.serverName ?? probe.address.host;
  const isNamed = (candidate: string): boolean =>
    checkServerIdentity(candidate, leaf.toLegacyObject()) === undefined;
  if (isNamed(name)) return name;
  // Where the certificate trusted is the very one presented, its key alone proves who answers, and the IP address that
  // was dialled adds nothing.
  const pinned = bytesEqual(leaf.raw, probe.certDer);
  const dialledByIp = probe.serverName === undefined && isIP(name) !== 0;
  if (dialledByIp && pinned && isNamed(NAME_IN_EVERY_CERTIFICATE)) {
    return NAME_IN_EVERY_CERTIFICATE;
  }
  throw otherNameError(name, leaf);
}
