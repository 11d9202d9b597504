/** The smallest piece of work that a thread takes: one strategy through one seed's week. */

import { makeDigestDeterministic } from '../../../test/simulation/deterministic-digest.ts';
import { ARMS } from '../arms/index.ts';
import { type WorldSize, worldTerms } from '../world/terms.ts';
import { runWeek, type WeekResult } from './run-week.ts';

export interface Unit {
  readonly seed: number;
  readonly arm: string;
  readonly size: WorldSize;
  readonly warmUpDays: number;
  readonly days: number;
}

export interface UnitResult extends WeekResult {
  readonly seed: number;
  readonly arm: string;
  readonly seconds: number;
}

export async function runUnit(unit: Unit): Promise<UnitResult> {
  const { seed, arm: name, size, warmUpDays, days } = unit;
  const arm = ARMS.find((known) => known.name === name);
  if (arm === undefined) throw new RangeError(`there is no arm ${name}`);
  const startMs = performance.now();
  const restore = makeDigestDeterministic();
  try {
    const week = await runWeek(arm, worldTerms(seed, size), { warmUpDays, days });
    return { ...week, seed, arm: name, seconds: (performance.now() - startMs) / 1000 };
  } finally {
    restore();
  }
}
