import { bech32 } from 'bech32';
import { describe, expect, test } from 'vitest';
import { encodePaymentRequest } from '../../src/sim/payment-request.ts';

const TERMS = {
  paymentHash: new Uint8Array(32).fill(7),
  paymentAddr: new Uint8Array(32).fill(9),
  valueMsat: 0n,
  memo: 'tea for zwölf',
  createdAtSeconds: 1_700_000_000,
  expirySeconds: 3600n,
  cltvExpiry: 80,
  features: [8, 14, 17],
};

const prefixOf = (valueMsat: bigint): string =>
  bech32.decode(encodePaymentRequest({ ...TERMS, valueMsat }), 4096).prefix;

describe('payment request', () => {
  // The multipliers are BOLT 11's: m = 1/10^3, u = 1/10^6, n = 1/10^9, p = 1/10^12 of a bitcoin.
  test.each([
    [0n, 'lnbcrt'],
    [1n, 'lnbcrt10p'],
    [100n, 'lnbcrt1n'],
    [1500n, 'lnbcrt15n'],
    [250_000_000n, 'lnbcrt2500u'],
    [2_000_000_000n, 'lnbcrt20m'],
    [300_000_000_000n, 'lnbcrt3'],
  ])('%i msat has the prefix %s', (valueMsat, prefix) => {
    expect(prefixOf(valueMsat)).toBe(prefix);
  });

  test('begins with the creation time and holds each field once', () => {
    const { words } = bech32.decode(encodePaymentRequest(TERMS), 4096);
    const time = words.slice(0, 7).reduce((sum, word) => sum * 32 + word, 0);
    expect(time).toBe(TERMS.createdAtSeconds);
    const fields = new Map<number, number[]>();
    let at = 7;
    while (at < words.length - 104) {
      const length = words[at + 1]! * 32 + words[at + 2]!;
      fields.set(words[at]!, words.slice(at + 3, at + 3 + length));
      at += 3 + length;
    }
    expect(at).toBe(words.length - 104);
    const bytes = (type: number): Uint8Array =>
      Uint8Array.from(bech32.fromWordsUnsafe(fields.get(type)!) ?? []);
    expect(fields.get(1)).toHaveLength(52);
    expect(fields.get(16)).toHaveLength(52);
    expect(new TextDecoder().decode(bytes(13))).toBe(TERMS.memo);
    expect(fields.get(6)).toEqual([3, 16, 16]);
    expect(fields.get(24)).toEqual([2, 16]);
    // Bits 8, 14 and 17, counted from the right.
    expect(fields.get(5)).toEqual([4, 16, 8, 0]);
    expect([...fields.keys()].sort((x, y) => x - y)).toEqual([1, 5, 6, 13, 16, 24]);
  });
});
