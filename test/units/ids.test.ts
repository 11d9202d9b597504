import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatChannelId,
  isNodeId,
  parseChannelId,
  parseNodeId,
  parsePaymentHash,
} from '../../src/units/ids.ts';
import { testSeed } from '../seeded-random.ts';

describe('channel ids', () => {
  it('reads both forms, beyond 2^53, and prints the canonical decimal', () => {
    expect(parseChannelId('812345x678x1')).toBe(((812345n << 40n) | (678n << 16n) | 1n).toString());
    expect(parseChannelId('000893159345678909441')).not.toBe('000893159345678909441');
    expect(parseChannelId('18446744073709551615')).toBe('18446744073709551615');
  });

  it('brings every id back from its printed form', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const channelId = parseChannelId(value.toString());
        expect(parseChannelId(formatChannelId(channelId))).toBe(channelId);
      }),
      { seed: testSeed(64) },
    );
  });

  it.each([
    '',
    'abc',
    '-1',
    '1.5',
    '18446744073709551616',
    '16777216x0x0',
    '1x16777216x0',
    '1x2x65536',
    '1x2',
  ])('refuses %j with a sentence that shows the right form', (text) => {
    expect(() => parseChannelId(text)).toThrow(/not a channel id; give it as a decimal number or/);
  });
});

describe('node ids and payment hashes', () => {
  const key = `03${'ab'.repeat(32)}`;

  it('accepts upper case and surrounding blanks', () => {
    expect(parseNodeId(` ${key.toUpperCase()} `)).toBe(key);
    expect(parsePaymentHash('AB'.repeat(32))).toBe('ab'.repeat(32));
  });

  it.each([`04${'ab'.repeat(32)}`, key.slice(2), `${key}00`, 'zz'])('refuses %j', (text) => {
    expect(isNodeId(text)).toBe(false);
    expect(() => parseNodeId(text)).toThrow(/66 hex characters/);
  });

  it('refuses a short hash', () => {
    expect(() => parsePaymentHash('ab')).toThrow(/64 hex characters/);
  });
});
