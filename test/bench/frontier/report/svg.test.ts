import { describe, expect, it } from 'vitest';
import { points } from '../../../../bench/frontier/metrics/point.ts';
import { resamples } from '../../../../bench/frontier/metrics/resamples.ts';
import { logScale } from '../../../../bench/frontier/report/scale.ts';
import { frontierSvg, type Panel } from '../../../../bench/frontier/report/svg.ts';
import { observed, task } from '../metrics/made-up.ts';

const SAMPLES = resamples(1, { count: 3, seed: 'svg' });

function panel(title: string): Panel {
  const arms = [
    observed([[task(1, 100), task(2, 300)]], { arm: 'a & b', weight: 1 }),
    observed([[task(3, 50), task(4, 80)]], { arm: 'a & b', weight: 0.1 }),
    observed([[task(5, 60), task(9, 70)]], { arm: 'other' }),
  ];
  return { title, points: points(arms, SAMPLES) };
}

describe('the drawing', () => {
  const svg = frontierSvg('made up', [panel('one <cold>'), panel('two'), panel('three')], 2);

  it('has a mark for each point, a line for each arm, and names', () => {
    expect(svg.match(/<polyline /g)).toHaveLength(6);
    expect(svg.match(/<title>/g)).toHaveLength(9);
    expect(svg).toContain('a &amp; b');
    expect(svg).toContain('one &lt;cold&gt;');
    expect(svg).toContain('attempts per success');
  });

  it('is well formed: every element is closed', () => {
    const open: string[] = [];
    for (const [, slash, name, end] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (slash === '/') expect(open.pop()).toBe(name);
      else if (end !== '/') open.push(name!);
    }
    expect(open).toEqual([]);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('puts cheaper points left and fewer attempts below', () => {
    const places = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="3"/g)].map(
      ([, x, y]) => [Number(x), Number(y)] as const,
    );
    const [light, heavy, other] = places;
    // In the order of weights: 0.1 is cheaper and takes more attempts than 1.
    expect(light![0]).toBeLessThan(heavy![0]);
    expect(light![1]).toBeLessThan(heavy![1]);
    expect(other![1]).toBeLessThan(light![1]);
  });

  it('is the same text for the same points', () => {
    expect(frontierSvg('made up', [panel('one <cold>'), panel('two'), panel('three')], 2)).toBe(
      svg,
    );
  });

  it('can be empty', () => {
    const none = points([observed([[task(20, null)]])], SAMPLES);
    expect(frontierSvg('none', [{ title: 'none', points: none }], 2)).not.toMatch(/NaN|Infinity/);
  });
});

describe('a logarithmic axis', () => {
  it('has room around its values, and round numbers on it', () => {
    const scale = logScale([10, 1000]);
    expect(scale.at(scale.low)).toBe(0);
    expect(scale.at(scale.high)).toBeCloseTo(1, 12);
    expect(scale.at(100)).toBeCloseTo(0.5, 12);
    expect(scale.ticks).toEqual([10, 20, 50, 100, 200, 500, 1000]);
  });

  it('has some numbers however close the values lie', () => {
    for (const values of [
      [100, 101],
      [1, 1.3],
      [540, 560],
      [3, 30_000],
    ]) {
      const { ticks, low, high } = logScale(values);
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(8);
      expect(ticks.every((tick) => tick >= low && tick <= high)).toBe(true);
    }
  });
});
