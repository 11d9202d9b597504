/**
 * `npm run fuzz`: everything that comes from outside, for as long as one likes. Options: `--minutes N` (1), `--seed S`
 * (drawn, and printed), `--target NAME` (all; may be given more than once), `--case K` (that one alone, of one target).
 */
import { parseArgs } from 'node:util';
import { fuzzEntries } from './entries.ts';
import { findingLines, reportLines } from './report.ts';
import { runFuzz } from './run/run-fuzz.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    target: { type: 'string', multiple: true },
    case: { type: 'string' },
  },
});
const write = (text: string): boolean => process.stdout.write(`${text}\n`);

const MINUTE_MS = 60_000;
const SEEDS = 2 ** 31;
/** Enough for a runner to begin, work and be replaced a few times. */
const SPARE_SECONDS = 120;

const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new RangeError(`--minutes must be a number above 0: ${values.minutes}`);
const seed = whole('seed', values.seed) ?? Math.floor(Math.random() * SEEDS);
const only = whole('case', values.case);
const all = await fuzzEntries();
const names = values.target ?? all.map(({ target }) => target.name);
const unknown = names.find((name) => !all.some(({ target }) => target.name === name));
if (unknown !== undefined) {
  const known = all.map(({ target }) => target.name).join(', ');
  throw new RangeError(`--target ${unknown} is none of ${known}`);
}
const entries = all.filter(({ target }) => names.includes(target.name));
if (only !== undefined && entries.length !== 1) {
  throw new RangeError('--case is of one target; name it with --target');
}

write(`seed ${seed}, ${entries.length} targets`);
const result = await runFuzz(entries, {
  seed,
  extent: only === undefined ? { ms: minutes * MINUTE_MS } : { from: only, cases: () => 1 },
  limits: { processorSeconds: Math.ceil(minutes * 60) + SPARE_SECONDS },
  onFinding: (finding) => write(findingLines(finding)),
});
write(reportLines(result));
process.exitCode = result.findings.length === 0 ? 0 : 1;

function whole(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`--${name} must be a whole number, not ${text}`);
}
