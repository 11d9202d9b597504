import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCredentials } from '../../../src/node/lnd/credentials.ts';
import { type Certificate, makeCertificate } from './certificates.ts';
import { nodeError } from './connections.ts';

const MACAROON = Uint8Array.of(2, 1, 3, 0x6c, 0x6e, 0x64, 0xff, 0, 0x80);
const MACAROON_HEX = '0201036c6e64ff0080';

describe('readCredentials', () => {
  let folder: string;
  let certificate: Certificate;
  let certPath: string;
  let macaroonPath: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-credentials-'));
    certificate = await makeCertificate();
    certPath = join(folder, 'tls.cert');
    macaroonPath = join(folder, 'ballast.macaroon');
    await writeFile(certPath, certificate.certPem);
    await writeFile(macaroonPath, MACAROON);
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('takes the certificate as path, text or bytes', async () => {
    const sources = [certPath, certificate.certPem, new TextEncoder().encode(certificate.certPem)];
    for (const tlsCert of sources) {
      const read = await readCredentials({ tlsCert, macaroon: MACAROON });
      expect(read.certPem).toBe(certificate.certPem);
      expect(read.certDer[0]).toBe(0x30);
    }
  });

  it('takes the macaroon as path, bytes, hex, or a file of hex', async () => {
    const hexPath = join(folder, 'hex.macaroon');
    await writeFile(hexPath, `${MACAROON_HEX}\n`);
    for (const macaroon of [macaroonPath, MACAROON, MACAROON_HEX.toUpperCase(), hexPath]) {
      const read = await readCredentials({ tlsCert: certPath, macaroon });
      expect(read.macaroonHex).toBe(MACAROON_HEX);
    }
  });

  it.each([
    [
      'a missing file',
      () => join(folder, 'no.cert'),
      /no\.cert" \(there is no such file\); .*tls\.cert on the node/,
    ],
    ['a folder', () => folder, /could not be read from/],
    ['garbage', () => new TextEncoder().encode('garbage'), /no PEM certificate; give tls\.cert/],
    [
      'a damaged certificate',
      () => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      /damaged; copy tls\.cert/,
    ],
    ['the private key', () => certificate.keyPem, /is a private key; give tls\.cert/],
  ])('refuses %s as certificate', async (_what, tlsCert, message) => {
    const error = await nodeError(readCredentials({ tlsCert: tlsCert(), macaroon: MACAROON }));
    expect(error.code).toBe('wrong_certificate');
    expect(error.message).toMatch(message);
  });

  it.each([
    [
      'a missing file',
      () => join(folder, 'no.macaroon'),
      /no\.macaroon" \(there is no such file\)/,
    ],
    ['nothing', () => new Uint8Array(), /is empty; give the \.macaroon file/],
    ['the certificate', () => certPath, /is a PEM file, not a macaroon/],
  ])('refuses %s as macaroon', async (_what, macaroon, message) => {
    const error = await nodeError(readCredentials({ tlsCert: certPath, macaroon: macaroon() }));
    expect(error.code).toBe('wrong_macaroon');
    expect(error.message).toMatch(message);
  });
});
