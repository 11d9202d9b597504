/** EC certificates like those that lnd makes, and some that it does not. */
import { generate } from 'selfsigned';

export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
}

const DAY_MS = 86_400_000;

export async function makeCertificate(
  options: {
    readonly names?: readonly string[];
    readonly ips?: readonly string[];
    /** Days from now, negative for the past. */
    readonly validFromDay?: number;
    readonly validToDay?: number;
    /** Who signs it; itself by default. */
    readonly authority?: Certificate;
  } = {},
): Promise<Certificate> {
  const { names = ['localhost'], ips = ['127.0.0.1'] } = options;
  const { validFromDay = -1, validToDay = 30, authority } = options;
  // A certificate that bore its authority's name would pass for self-signed.
  const commonName = authority === undefined ? 'fake lnd' : 'fake lnd with an authority';
  const now = Date.now();
  const pems = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    ...(authority === undefined ? {} : { ca: { key: authority.keyPem, cert: authority.certPem } }),
    notBeforeDate: new Date(now + validFromDay * DAY_MS),
    notAfterDate: new Date(now + validToDay * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: authority === undefined, critical: true },
      {
        name: 'keyUsage',
        digitalSignature: true,
        keyCertSign: authority === undefined,
        critical: true,
      },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...ips.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { certPem: pems.cert, keyPem: pems.private };
}
