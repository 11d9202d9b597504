/** A secret that is not quite one must not come back in an error, which ends up in logs and in bug reports. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readCredentials as readLdkServerCredentials } from '../../src/node/ldk-server/credentials.ts';
import { readCredentials as readLndCredentials } from '../../src/node/lnd/credentials.ts';
import { type Certificate, makeCertificate } from '../node/lnd/certificates.ts';
import { nodeError } from '../node/lnd/connections.ts';

const MACAROON = Buffer.concat([Buffer.from('020103', 'hex'), Buffer.from('lnd'.repeat(60))]);
const HEX = MACAROON.toString('hex');
const KEY = 'c0ffee'.repeat(11).slice(0, 64);
const certificate: Certificate = await makeCertificate();

/** All that a program would show of the error that comes of it, its causes included. */
async function shown(reading: Promise<unknown>): Promise<string> {
  return inspect(await nodeError(reading), { depth: 9 });
}

describe('a macaroon', () => {
  it.each([
    ['cut in a digit', HEX.slice(0, -1)],
    ['with a digit that is none', `${HEX}x`],
    ['after 0x', `0x${HEX}`],
    ['in base64', MACAROON.toString('base64')],
    ['in the base64 of addresses', MACAROON.toString('base64url')],
    ['with its name before it', `macaroon:${HEX}`],
  ])('that is mistyped is not shown: %s', async (_how, macaroon) => {
    const text = await shown(readLndCredentials({ tlsCert: certificate.certPem, macaroon }));
    expect(text).toMatch(/neither hex nor the path of a file/);
    for (const part of parts(macaroon)) expect(text).not.toContain(part);
  });

  it.each(['ballast.macaroon', '/no/such/ballast.macaroon', `/${HEX}/x`, 'age of 1.macaroon'])(
    'that is a path is shown: %s',
    async (macaroon) => {
      const text = await shown(readLndCredentials({ tlsCert: certificate.certPem, macaroon }));
      expect(text).toContain(macaroon.slice(0, 200));
    },
  );
});

describe('a key of LDK Server', () => {
  it.each([
    ['that lacks a digit', KEY.slice(1)],
    ['with one too many', `${KEY}0`],
    ['in base64', Buffer.from(KEY, 'hex').toString('base64')],
  ])('that is mistyped is not shown: %s', async (_how, apiKey) => {
    const text = await shown(readLdkServerCredentials({ tlsCert: certificate.certPem, apiKey }));
    expect(text).toMatch(/neither 64 hex characters nor the path of a file/);
    for (const part of parts(apiKey)) expect(text).not.toContain(part);
  });

  it.each(['api_key', './no/api_key'])('that is a path is shown: %s', async (apiKey) => {
    expect(
      await shown(readLdkServerCredentials({ tlsCert: certificate.certPem, apiKey })),
    ).toContain(`"${apiKey}"`);
  });
});

/** Pieces of 20 characters, so that no larger part of it gets through. */
const parts = (secret: string): readonly string[] => secret.match(/.{20}/g) ?? [];
