import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../bench/operator/options.ts';

describe('the options of the operator benchmark', () => {
  it('has all strategies and seeds from 1 by default, and fewer seeds when it is to be quick', () => {
    const full = readOptions([]);
    expect(full.arms).toEqual(['economic', 'none', 'balance', 'regolancer', 'rebalance-lnd']);
    expect(full.seeds[0]).toBe(1);
    expect(full.days).toBe(7);
    const quick = readOptions(['--quick']);
    expect(quick.seeds.length).toBeLessThan(full.seeds.length);
    expect({ ...quick, seeds: [] }).toEqual({ ...full, seeds: [] });
  });

  it('takes seeds, days, strategies and a file', () => {
    const args = ['--seed', '40', '--seeds', '2', '--days', '3', '--json', 'week.json'];
    expect(readOptions([...args, '--arm', 'none', '--arm', 'economic'])).toMatchObject({
      seeds: [40, 41],
      days: 3,
      arms: ['economic', 'none'],
      json: 'week.json',
    });
  });

  it('refuses what it does not know', () => {
    expect(() => readOptions(['--arm', 'luck'])).toThrow('--arm is one of economic, none');
    expect(() => readOptions(['--days', '0'])).toThrow('--days must be a whole number above 0');
    expect(() => readOptions(['--weeks', '2'])).toThrow('--weeks');
  });
});
