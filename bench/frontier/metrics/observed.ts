/** What was observed of one arm at one weight, in one truth, cold or warm: task by task, and by own node. */
import type { Belief } from '../run/run-arm.ts';
import type { UnitResult } from '../run/unit.ts';

export interface ObservedTask {
  readonly amountMsat: number;
  readonly oracleFeeMsat: number;
  readonly attempts: number;
  /** `null` where the task was not solved. */
  readonly feeMsat: number | null;
}

export interface Observed {
  readonly truth: string;
  readonly belief: Belief;
  readonly arm: string;
  readonly weight: number;
  /** One list for each node, and in each the same tasks for every arm. */
  readonly nodes: readonly (readonly ObservedTask[])[];
  readonly searchMs: readonly number[];
}

/**
 * @param units All nodes of one truth, with the same runs in each.
 * @param truth What the report calls it.
 */
export function observe(units: readonly UnitResult[], truth: string): Observed[] {
  const [first] = units;
  if (first === undefined) return [];
  return first.runs.map(({ arm, weight, belief }, at) => ({
    truth,
    belief,
    arm,
    weight,
    nodes: units.map((unit) => reportedTasks(unit, at)),
    searchMs: units.flatMap(({ runs }) => runs[at]!.searchMs),
  }));
}

function reportedTasks(unit: UnitResult, at: number): ObservedTask[] {
  const run = unit.runs[at]!;
  return unit.amountMsat.flatMap((amountMsat, task) => {
    if (run.belief === 'warm' && unit.warmUp[task] === true) return [];
    const oracleFeeMsat = unit.oracleFeeMsat[task]!;
    return [
      { amountMsat, oracleFeeMsat, attempts: run.attempts[task]!, feeMsat: run.feeMsat[task]! },
    ];
  });
}
