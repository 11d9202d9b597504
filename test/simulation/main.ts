/**
 * `npm run simulate`: any number of seeds. Options: `--seeds N`, `--seed S` (the first, or the only one), `--trace`,
 * `--system cln`: on Core Lightning instead of lnd.
 */
import { parseArgs } from 'node:util';
import type { SystemName } from './ports/node-system.ts';
import { failureLines, reportTable } from './report-table.ts';
import { runSeeds } from './run-seeds.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    system: { type: 'string', default: 'lnd' },
  },
});
const first = whole('seed', values.seed ?? '1');
const count = whole('seeds', values.seeds ?? (values.seed === undefined ? '1000' : '1'));
const system = systemNamed(values.system);
const write = (text: string): boolean => process.stdout.write(`${text}\n`);

if (values.trace) {
  const { lines, violations, digest } = await simulate({ seed: first, system, keepLines: true });
  write(lines.join(''));
  write(`hash of all lines: ${digest}`);
  if (violations.length > 0) write(failureLines({ seed: first, violations }));
  process.exitCode = violations.length === 0 ? 0 : 1;
} else {
  const startedNs = process.hrtime.bigint();
  write(`seeds ${first} to ${first + count - 1}`);
  const result = await runSeeds({ first, count }, { system }, (failure) => {
    if (failure !== undefined) write(failureLines(failure));
  });
  const seconds = Number(process.hrtime.bigint() - startedNs) / 1e9;
  write(`\n${reportTable(result, seconds)}`);
  process.exitCode = result.failures.length === 0 ? 0 : 1;
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} must be a whole number above 0, not ${text}`);
}

function systemNamed(name: string): SystemName {
  if (name === 'lnd' || name === 'cln') return name;
  throw new RangeError(`--system is lnd or cln, not ${name}`);
}
