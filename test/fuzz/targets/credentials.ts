/** Certificates, macaroons and API keys, as files hold them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readCredentials as readLdkCredentials } from '../../../src/node/ldk-server/credentials.ts';
import { readCredentials } from '../../../src/node/lnd/credentials.ts';
import { NodeError } from '../../../src/node/node-error.ts';
import { prefixed } from '../input/like-example.ts';
import type { FuzzTarget } from '../target.ts';

/** Self-signed, of no node. */
const CERTIFICATE: string = `-----BEGIN CERTIFICATE-----
MIIBnTCCAUOgAwIBAgIJYSRjoON6qeL3MAoGCCqGSM49BAMCMCAxHjAcBgNVBAMT
FWJhbGxhc3Qgc2ltdWxhdGVkIGxuZDAeFw0yNjExMjEwMzE0MTJaFw0yNjEyMjIw
MzE0MTJaMCAxHjAcBgNVBAMTFWJhbGxhc3Qgc2ltdWxhdGVkIGxuZDBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABPjuEBeQ5nZ6DjY2xfXOXKlQe9zM39Y0hfpVo6mA
nYNtkA+FV3WXBw6vGOUR6ExH/xshIVvfu6u30iOM9JtAUdCjZjBkMA8GA1UdEwEB
/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgKkMBMGA1UdJQQMMAoGCCsGAQUFBwMBMCwG
A1UdEQQlMCOCCWxvY2FsaG9zdIcEfwAAAYcQAAAAAAAAAAAAAAAAAAAAATAKBggq
hkjOPQQDAgNIADBFAiBcFgF6d+xRQWOETBD9OOl/k2MlGXxiiJJa7Bl/m7+cQgIh
AKk11WWwuwMWDlpmbnEgdrz+KO6/BdvMH5mDPMK5IfSQ
-----END CERTIFICATE-----
`;
const MACAROON = Uint8Array.from({ length: 90 }, (_, i) => (i * 37) & 0xff);
const text = new TextEncoder();

export const target: FuzzTarget = {
  name: 'credentials',
  about: 'files with certificates and keys, damaged or mistaken for each other',
  shape: 'bytes',
  prefixBytes: 1,
  valid: fc.oneof(
    fc.constant(prefixed(0, text.encode(CERTIFICATE))),
    fc
      .constantFrom(MACAROON, text.encode('0201036c6e64'), text.encode(''))
      .map((bytes) => prefixed(1, bytes)),
    fc.constantFrom(text.encode(CERTIFICATE), MACAROON).map((bytes) => prefixed(2, bytes)),
    fc
      .constantFrom(text.encode('ab'.repeat(32)), MACAROON.slice(0, 32))
      .map((bytes) => prefixed(3, bytes)),
  ),
  refusals: [NodeError],
  acceptedShare: [0.2, 0.9],
  seededCases: 1_500,
  run: async (input): Promise<'accepted'> => {
    const bytes = input.subarray(1);
    const certificate = text.encode(CERTIFICATE);
    const which = (input[0] ?? 0) % 4;
    if (which < 2) {
      const [tlsCert, macaroon] = which === 0 ? [bytes, MACAROON] : [certificate, bytes];
      const { macaroonHex, certDer } = await readCredentials({ tlsCert, macaroon });
      assert.match(macaroonHex, /^(?:[0-9a-f]{2})+$/);
      assert.ok(certDer.length > 0);
    } else {
      const [tlsCert, apiKey] = which === 2 ? [bytes, 'ab'.repeat(32)] : [certificate, bytes];
      const { apiKeyHex } = await readLdkCredentials({ tlsCert, apiKey } as never);
      assert.match(apiKeyHex, /^[0-9a-f]+$/);
    }
    return 'accepted';
  },
};
