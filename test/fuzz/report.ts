/** What a run found, and what each target saw, as lines. */
import type { FuzzResult, TargetFinding } from './run/run-fuzz.ts';

const MOST_SHOWN = 2_000;

export function findingLines(finding: TargetFinding): string {
  const { target, seed, index, kind, what, hex } = finding;
  return [
    `FOUND in ${target}: ${kind}, seed ${seed}, case ${index}`,
    what,
    `  input, ${hex.length / 2} bytes: ${shownInput(hex)}`,
    `  again: npm run fuzz -- --target ${target} --seed ${seed} --case ${index}`,
    '',
  ].join('\n');
}

/** As text where it is plain, or else in hex. */
function shownInput(hex: string): string {
  const text = Buffer.from(hex, 'hex').toString('latin1');
  const shown = /^[\x20-\x7e]*$/.test(text) ? JSON.stringify(text) : hex;
  return shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}… (cut)` : shown;
}

export function reportLines({ tallies, findings }: FuzzResult): string {
  const lines = [...tallies].map(([name, { cases, accepted, longestMs, growthBytes }]) => {
    const share = cases === 0 ? '-' : `${((100 * accepted) / cases).toFixed(1)} %`;
    return [
      name.padEnd(20),
      `${cases.toLocaleString('en-US')} cases`.padStart(18),
      `${share} accepted`.padStart(18),
      `longest ${longestMs.toFixed(1)} ms`.padStart(21),
      `largest growth ${(growthBytes / 2 ** 20).toFixed(1)} MiB`.padStart(27),
    ].join('');
  });
  const cases = [...tallies.values()].reduce((sum, tally) => sum + tally.cases, 0);
  const found = findings.length === 0 ? 'nothing found' : `${findings.length} findings`;
  return [...lines, `${cases.toLocaleString('en-US')} cases, ${found}`].join('\n');
}
