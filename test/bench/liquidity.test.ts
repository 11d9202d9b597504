import { expect, it, onTestFinished } from 'vitest';
import { generatedNetwork } from '../../bench/network/benchmark-network.ts';
import { liquiditySuite } from '../../bench/suites/liquidity.ts';
import { snapshotOf } from '../../bench/suites/setting.ts';
import { TINY_OPTIONS } from './tiny-benchmark.ts';

it('folds observations into as many rows as there are corridors, all of which are loaded again', () => {
  const network = generatedNetwork({ nodes: 60, seed: 1 });
  onTestFinished(() => network.dispose());
  const { rows, figures, facts } = liquiditySuite({
    options: TINY_OPTIONS,
    snapshot: snapshotOf(network.description),
  });
  expect(facts).toEqual([TINY_OPTIONS.corridors, TINY_OPTIONS.corridors]);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ found: TINY_OPTIONS.loadProcesses });
  expect(rows[0]?.medianMs).toBeGreaterThan(0);
  expect(figures?.map(({ label }) => label)).toEqual([
    'an attempt that teaches',
    'an attempt on this network, which teaches the model as well',
    'processor time of opening and loading',
    'beliefs about 2,000 corridors',
  ]);
  for (const { text } of figures ?? []) expect(text).not.toMatch(/NaN|-/);
});
