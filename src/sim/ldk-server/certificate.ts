/** The TLS certificate of a served LDK Server: self-signed, for this process only. */
import { generate } from 'selfsigned';

export interface LdkServerCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** As LDK Server makes it (`util/tls.rs`): EC P-256, for localhost and 127.0.0.1, and not marked as an authority. */
export async function generateCertificate(): Promise<LdkServerCertificate> {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.UTC(2026, 0, 1)),
    notAfterDate: new Date(Date.UTC(2049, 0, 1)),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { certPem: pems.cert, keyPem: pems.private };
}
