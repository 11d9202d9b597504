/** `npm run simulate:just-in-time`: any number of seeds. Options: `--seeds N`, `--seed S` (the first, or the only one). */
import { parseArgs } from 'node:util';
import { runJustInTimeSeeds, tableOf } from './run-seeds.ts';

const { values } = parseArgs({
  options: { seeds: { type: 'string' }, seed: { type: 'string' } },
});
const first = whole('seed', values.seed ?? '1');
const count = whole('seeds', values.seeds ?? (values.seed === undefined ? '500' : '1'));
const write = (text: string): boolean => process.stdout.write(`${text}\n`);

const startedNs = process.hrtime.bigint();
write(`seeds ${first} to ${first + count - 1}`);
const result = await runJustInTimeSeeds({ first, count }, (failure) => write(failure));
write(tableOf(result, Number(process.hrtime.bigint() - startedNs) / 1e9));
process.exitCode = result.failures.length === 0 ? 0 : 1;

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} must be a whole number above 0, not ${text}`);
}
