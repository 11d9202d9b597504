/** The TLS certificate of a served lnd: self-signed, for this process only. */
import { generate } from 'selfsigned';
import { DAY_MS } from '../../units/time.ts';

export interface ServerCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

const VALID_DAYS = 30;
/**
 * A fresh EC P-256 certificate which, like lnd's own, names localhost and the loopback addresses and is its own
 * authority. It starts a day in the past, so that a clock a little behind does not refuse it.
 */
export async function generateCertificate(): Promise<ServerCertificate> {
  const now = Date.now();
  const pems = await generate([{ name: 'commonName', value: 'ballast simulated lnd' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + VALID_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'keyUsage',
        digitalSignature: true,
        keyEncipherment: true,
        keyCertSign: true,
        critical: true,
      },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { certPem: pems.cert, keyPem: pems.private };
}
