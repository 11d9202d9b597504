import { describe, expect, it } from 'vitest';
import { ARM_KINDS } from '../../../bench/frontier/arms/index.ts';
import { readOptions } from '../../../bench/frontier/options.ts';
import { TRUTH_NAMES } from '../../../bench/frontier/world/truths.ts';

describe('the options of the frontier benchmark', () => {
  it('are the whole protocol by default', () => {
    const options = readOptions([]);
    expect(options).toMatchObject({
      networks: ['real', 'generated'],
      truths: TRUTH_NAMES,
      arms: ARM_KINDS.map(({ name }) => name),
      tuning: false,
      json: undefined,
    });
    expect(options.nodes).toBeGreaterThanOrEqual(50);
    expect(options.pairs).toBeGreaterThanOrEqual(20);
    const quick = readOptions(['--quick', '--nodes', '3']);
    expect(quick.nodes).toBe(3);
    expect(quick.pairs).toBeLessThan(options.pairs);
  });

  it('keep tuning and reporting apart', () => {
    const [tuning, reporting] = [
      readOptions(['--tune', '--seed', '7']),
      readOptions(['--seed', '7']),
    ];
    expect(tuning.tuning).toBe(true);
    expect(tuning.seed).not.toBe(reporting.seed);
    expect(() => readOptions(['--tune', '--json', 'frontier.json'])).toThrow(
      'a run with --tune is no report',
    );
    expect(readOptions(['--tune', '--json', '/tmp/tune-1.json']).json).toBe('/tmp/tune-1.json');
  });

  it('are refused where they mean nothing', () => {
    expect(() => readOptions(['--truth', 'gaussian'])).toThrow('--truth is one of uniform,');
    expect(() => readOptions(['--arm', 'nobody'])).toThrow('--arm is one of');
    expect(() => readOptions(['--nodes', '0'])).toThrow('--nodes must be a whole number above 0');
    expect(() => readOptions(['--node', '3'])).toThrow('--node');
  });

  it('take a choice in the order of the report', () => {
    const { truths } = readOptions(['--truth', 'traffic', '--truth', 'uniform']);
    expect(truths).toEqual(['uniform', 'traffic']);
  });
});
