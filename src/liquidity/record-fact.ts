/** How one fact changes what is known of a corridor, and of the way back. */

import { HOUR_MS } from '../units/time.ts';
import type { CorridorTable } from './corridor-table.ts';
import type { LiquidityFact } from './liquidity-fact.ts';

/** For so long a bound that says more stays, though a newer one says less: balances hardly move within hours. */
const BOUND_STAYS_MS = 12 * HOUR_MS;

export interface DatedFact {
  readonly fact: LiquidityFact;
  readonly atMs: number;
  /** What other attempts of ours hold of the corridor: the fact was about what they left. */
  readonly heldMsat: number;
}

export function recordFact(table: CorridorTable, corridor: number, dated: DatedFact): void {
  const { fact, atMs, heldMsat } = dated;
  switch (fact.kind) {
    case 'carried':
      passed(table, corridor, { msat: Number(fact.amountMsat) + heldMsat, atMs });
      return;
    case 'lacked':
      failed(table, corridor, { msat: Number(fact.amountMsat) + heldMsat, atMs });
      return;
    case 'moved':
      passed(table, corridor, { msat: Number(fact.amountMsat) + heldMsat, atMs });
      shift(table, corridor, Number(fact.amountMsat), atMs);
      return;
    case 'suspect':
      table.suspectAtMs[corridor] = atMs;
      return;
  }
}

interface Bound {
  readonly msat: number;
  readonly atMs: number;
}

function passed(table: CorridorTable, corridor: number, { msat, atMs }: Bound): void {
  table.suspectAtMs[corridor] = 0;
  if (msat >= table.highMsat[corridor]!) forgetHigh(table, corridor);
  const old = atMs - table.lowAtMs[corridor]! > BOUND_STAYS_MS;
  if (msat < table.lowMsat[corridor]! && !old) return;
  table.lowMsat[corridor] = msat;
  table.lowAtMs[corridor] = atMs;
}

function failed(table: CorridorTable, corridor: number, { msat, atMs }: Bound): void {
  if (msat <= table.lowMsat[corridor]!) forgetLow(table, corridor);
  const old = atMs - table.highAtMs[corridor]! > BOUND_STAYS_MS;
  if (msat > table.highMsat[corridor]! && !old) return;
  table.highMsat[corridor] = msat;
  table.highAtMs[corridor] = atMs;
}

/** What was here is there now. Another parallel channel may have more, so what fails here is only known not to be more. */
function shift(table: CorridorTable, corridor: number, msat: number, atMs: number): void {
  const back = corridor ^ 1;
  table.lowMsat[corridor] = Math.max(0, table.lowMsat[corridor]! - msat);
  if (table.lowMsat[corridor] === 0) table.lowAtMs[corridor] = 0;
  // Not the sum of both: it may be another of parallel channels that had more before.
  const old = atMs - table.lowAtMs[back]! > BOUND_STAYS_MS;
  table.lowMsat[back] = old ? msat : Math.max(msat, table.lowMsat[back]!);
  table.lowAtMs[back] = atMs;
  if (table.highAtMs[back]! > 0) table.highMsat[back]! += msat;
  table.suspectAtMs[back] = 0;
}

function forgetLow(table: CorridorTable, corridor: number): void {
  table.lowMsat[corridor] = 0;
  table.lowAtMs[corridor] = 0;
}

function forgetHigh(table: CorridorTable, corridor: number): void {
  table.highMsat[corridor] = Number.POSITIVE_INFINITY;
  table.highAtMs[corridor] = 0;
}
