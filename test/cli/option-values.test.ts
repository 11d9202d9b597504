import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  count,
  fractionalSats,
  positiveSats,
  probability,
  rate,
  sats,
} from '../../src/cli/option-values.ts';

describe('sats', () => {
  it.each<[string, bigint]>([
    ['0', 0n],
    ['7', 7n],
    ['1000000', 1_000_000n],
    ['1,000,000', 1_000_000n],
    ['1_000_000', 1_000_000n],
    ['50,000', 50_000n],
    ['2100000000000000', 2_100_000_000_000_000n],
  ])('reads %s', (text, expected) => {
    expect(sats(text)).toBe(expected);
  });

  it.each([
    ...['', '1,5', '1_5', '1.5', '1,0000', '1000,000', ',100', '100,', '1,,000', '1,000_000'],
    ...['-1', '+1', ' 1', '1e3', '0x10', '12345678901234567', '١'],
  ])('refuses %j', (text) => {
    expect(() => sats(text)).toThrow(InvalidArgumentError);
  });

  it('says of more than there is what the most is', () => {
    expect(() => sats('12345678901234567')).toThrow(/more than there will ever be: 2,100,0/);
    expect(() => sats('1.5')).toThrow(/whole satoshis/);
  });

  it('takes fractions down to the millisatoshi where they are meant', () => {
    const values = ['0', '2', '0.3', '0.001', '10.25'].map(fractionalSats);
    expect(values).toEqual([0n, 2000n, 300n, 1n, 10_250n]);
    for (const text of ['', '.3', '1.', '0.0001', '-1', '1e3', '1,5']) {
      expect(() => fractionalSats(text), text).toThrow(InvalidArgumentError);
    }
  });

  it('takes no amount for none', () => {
    expect(() => positiveSats('0')).toThrow(InvalidArgumentError);
    expect(positiveSats('1')).toBe(1n);
  });
});

describe('count and rate', () => {
  it('hold their bounds', () => {
    expect([count(1, 3)('1'), count(1, 3)('3')]).toEqual([1, 3]);
    for (const text of ['0', '4', '1.0', '', '-1']) {
      expect(() => count(1, 3)(text), text).toThrow(InvalidArgumentError);
    }
    expect([rate('0'), rate('12.5'), rate('1000000')]).toEqual([0, 12.5, 1_000_000]);
    for (const text of ['1000001', '-1', '1e3', '.5', '1.', '']) {
      expect(() => rate(text), text).toThrow(InvalidArgumentError);
    }
  });

  it('take shares of one only', () => {
    expect([probability('0'), probability('0.01'), probability('.5'), probability('1')]).toEqual([
      0, 0.01, 0.5, 1,
    ]);
    for (const text of ['1.1', '-0.1', '5%', '', '1e-2']) {
      expect(() => probability(text), text).toThrow(InvalidArgumentError);
    }
  });
});
