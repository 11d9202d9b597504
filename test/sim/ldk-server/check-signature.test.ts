import { describe, expect, it } from 'vitest';
import { checkSignature } from '../../../src/sim/ldk-server/check-signature.ts';
import { hexToBytes } from '../../../src/units/bytes.ts';
import { LDK_AUTH } from '../../node/ldk-server/auth-vectors.ts';

const { apiKeyHex, unixSeconds, vectors } = LDK_AUTH;
const [empty] = vectors;

const check = (given: Partial<Parameters<typeof checkSignature>[0]>) => () =>
  checkSignature({
    header: `HMAC ${unixSeconds}:${empty.mac}`,
    body: hexToBytes(empty.body),
    apiKey: apiKeyHex,
    nowMs: unixSeconds * 1000,
    signs: 'time_and_body',
    ...given,
  });

describe('the simulated server', () => {
  it.each(vectors)('accepts the known signature of $what', ({ body, mac }) => {
    const header = `HMAC ${unixSeconds}:${mac}`;
    expect(check({ header, body: hexToBytes(body) })).not.toThrow();
  });

  it('refuses the signature of another body, key or time', () => {
    expect(check({ body: hexToBytes('00000000020801') })).toThrow(/not made with the key/);
    expect(check({ apiKey: '00'.repeat(32) })).toThrow(/not made with the key/);
    expect(check({ header: `HMAC ${unixSeconds + 1}:${empty.mac}` })).toThrow(
      /not made with the key/,
    );
  });

  it('takes the raw bytes of the key for another key', () => {
    const raw = Buffer.from(apiKeyHex, 'hex').toString('latin1');
    expect(check({ apiKey: raw })).toThrow(/not made with the key/);
  });

  it('tolerates sixty seconds, and not one more', () => {
    for (const seconds of [-60, 60]) {
      expect(check({ nowMs: (unixSeconds + seconds) * 1000 })).not.toThrow();
    }
    for (const seconds of [-61, 61]) {
      expect(check({ nowMs: (unixSeconds + seconds) * 1000 })).toThrow(/out of date/);
    }
  });

  it('refuses what is missing or malformed', () => {
    expect(check({ header: undefined })).toThrow(/not signed/);
    for (const header of ['', 'HMAC 1:2', `Bearer ${empty.mac}`, `HMAC x:${empty.mac}`]) {
      expect(check({ header })).toThrow(/another shape/);
    }
  });

  it('of old signs the time alone', () => {
    expect(check({ signs: 'time' })).toThrow(/not made with the key/);
  });
});
