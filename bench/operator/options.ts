/** What a run is asked on the command line. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { ARMS } from './arms/index.ts';
import type { WorldSize } from './world/terms.ts';

export interface OperatorOptions {
  readonly seeds: readonly number[];
  readonly days: number;
  readonly warmUpDays: number;
  readonly size: WorldSize;
  readonly arms: readonly string[];
  readonly threads: number;
  readonly json: string | undefined;
}

const FULL_SEEDS = 20;
/** Under ten minutes on two cores. */
const QUICK_SEEDS = 5;
const DAYS = 7;
/** Long enough for the first balances to be forgotten, and for a history of forwards. */
const WARM_UP_DAYS = 2;
const SIZE: WorldSize = { nodes: 100, paymentsPerDay: 15_000 };

/** @throws RangeError or TypeError for options that are unknown or cannot be meant. */
export function readOptions(args: readonly string[]): OperatorOptions {
  const names = ARMS.map(({ name }) => name);
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      seeds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      days: { type: 'string', default: String(DAYS) },
      arm: { type: 'string', multiple: true, default: names },
      threads: { type: 'string', default: String(availableParallelism()) },
      json: { type: 'string' },
    },
  });
  for (const arm of values.arm) {
    if (!names.includes(arm))
      throw new RangeError(`--arm is one of ${names.join(', ')}, not ${arm}`);
  }
  const first = whole('--seed', values.seed);
  const count = whole('--seeds', values.seeds ?? String(values.quick ? QUICK_SEEDS : FULL_SEEDS));
  return {
    seeds: Array.from({ length: count }, (_, i) => first + i),
    days: whole('--days', values.days),
    warmUpDays: WARM_UP_DAYS,
    size: SIZE,
    arms: names.filter((name) => values.arm.includes(name)),
    threads: whole('--threads', values.threads),
    json: values.json,
  };
}

function whole(option: string, asked: string): number {
  const value = Number(asked);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${option} must be a whole number above 0, not ${asked}`);
}
