/** The fuzzer finds what was planted for it, and goes on behind it. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { entryOf } from './entries.ts';
import { findingLines } from './report.ts';
import { type FuzzResult, runFuzz } from './run/run-fuzz.ts';

const LIMITS = { heapMib: 64, dataMib: 900 };
/** Those that hang are not waited for long; a heap takes its time to fill. */
const PATIENCE_MS: Readonly<Record<string, number>> = { loops: 800, 'never-settles': 800 };

async function fuzz(name: string): Promise<FuzzResult> {
  const entry = await entryOf(fileURLToPath(new URL(`./planted/${name}.ts`, import.meta.url)));
  const extent = { from: 0, cases: () => entry.target.seededCases };
  return runFuzz([entry], {
    seed: 1,
    extent,
    limits: { ...LIMITS, hangMs: PATIENCE_MS[name] ?? 60_000 },
  });
}

describe('planted bugs', { timeout: 240_000 }, () => {
  it.each([
    ['throws', 'error', /TypeError/],
    ['loops', 'hang', /not done after/],
    ['allocates', 'error', /Array buffer allocation failed/],
    ['grows', 'memory', /bytes of memory/],
    ['hoards', 'death', /the process ended/],
    ['never-settles', 'hang', /not done after/],
    ['rejects-unseen', 'error', /nobody caught TypeError: nobody sees me/],
  ] as const)('one that %s is found', async (name, kind, what) => {
    const { findings, tallies } = await fuzz(name);
    const found = findings.find((finding) => finding.kind === kind);
    expect(found?.what).toMatch(what);
    expect(tallies.get(name)?.cases).toBeGreaterThan(found!.index + 1);
  });

  it('is told with its smallest input, and with the command that shows it again', async () => {
    const { findings } = await fuzz('throws');
    const [found] = findings;
    // The byte that breaks it, and as many as it takes to be looked at.
    expect(found?.hex).toHaveLength(2 * 8);
    expect(found?.hex).toContain('42');
    expect(findingLines(found!)).toContain(
      `npm run fuzz -- --target throws --seed 1 --case ${found?.index}`,
    );
  });

  it('draws the same cases from the same seed, and finds the same', async () => {
    const [one, other] = [await fuzz('throws'), await fuzz('throws')];
    const plain = ({ findings, tallies }: FuzzResult) => [
      findings.map(({ index, hex, signature }) => [index, hex, signature]),
      tallies.get('throws')?.accepted,
    ];
    expect(plain(one)).toEqual(plain(other));
  });
});
