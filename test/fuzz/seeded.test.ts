/**
 * Every door, with a fixed seed and a fixed number of cases: some forty seconds of one processor. `npm run fuzz` goes on
 * from here for as long as one likes.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { fuzzEntries } from './entries.ts';
import { CaseInputs } from './input/case-input.ts';
import { findingLines, reportLines } from './report.ts';
import { type FuzzResult, runFuzz } from './run/run-fuzz.ts';

const SEED = 1;
const entries = await fuzzEntries();

describe('everything that comes from outside', () => {
  let result: FuzzResult;

  beforeAll(async () => {
    const extent = { from: 0, cases: ({ target }: (typeof entries)[number]) => target.seededCases };
    // A hang is the one thing that only the clock tells, and here it is given ten times as long as a busy machine takes.
    result = await runFuzz(entries, { seed: SEED, extent, limits: { hangMs: 60_000 } });
    process.stdout.write(`seed ${SEED}\n${reportLines(result)}\n`);
  }, 900_000);

  it.each(entries.map((entry) => [entry.target.name, entry] as const))('%s', (name, { target }) => {
    const found = result.findings.filter((finding) => finding.target === name);
    expect(found.map(findingLines).join('\n')).toBe('');
    const { cases, accepted } = result.tallies.get(name)!;
    expect(cases).toBe(target.seededCases);
    const [least, most] = target.acceptedShare;
    expect(accepted / cases).toBeGreaterThanOrEqual(least);
    expect(accepted / cases).toBeLessThanOrEqual(most);
  });

  it('is the same from the same seed, and another from another', () => {
    for (const { target } of entries) {
      const drawn = (seed: number) => {
        const inputs = new CaseInputs(target);
        return [70, 3, 300].map((index) => Buffer.from(inputs.of({ seed, index })).toString('hex'));
      };
      expect(drawn(SEED)).toEqual(drawn(SEED));
      expect(drawn(SEED)).not.toEqual(drawn(SEED + 1));
    }
  });
});
