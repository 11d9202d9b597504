/** The columns of the tables of beliefs, and what may stand in them. */
import type { BeliefRow, BeliefState } from '../ports.ts';
import { isNodeId, type NodeId } from '../units/ids.ts';
import { LATEST_DATE_MS } from '../units/time.ts';

/**
 * Rows as they cross from thread to thread: one array for each column, and each node named once. Objects for a hundred
 * thousand rows would take longer to copy than to read from the disk.
 */
export interface BeliefColumns {
  readonly nodes: readonly NodeId[];
  /** Places in `nodes`. */
  readonly from: Uint32Array<ArrayBuffer>;
  readonly to: Uint32Array<ArrayBuffer>;
  /** `VALUES_PER_ROW` of each row, in the order of a `BeliefRow`. */
  readonly values: Float64Array<ArrayBuffer>;
  readonly models: Readonly<Record<string, readonly number[]>>;
}

export const VALUES_PER_ROW = 5;

/** @throws RangeError for what is no belief. */
export function columnsOf({ rows, models }: BeliefState): BeliefColumns {
  const places = new Map<NodeId, number>();
  const placeOf = (nodeId: NodeId): number => {
    let place = places.get(nodeId);
    if (place === undefined) {
      if (!isNodeId(nodeId)) throw new RangeError(`a belief names the node "${nodeId}"`);
      place = places.size;
      places.set(nodeId, place);
    }
    return place;
  };
  const from = new Uint32Array(rows.length);
  const to = new Uint32Array(rows.length);
  const values = new Float64Array(VALUES_PER_ROW * rows.length);
  rows.forEach((row, i) => {
    assertBelief(row);
    from[i] = placeOf(row.from);
    to[i] = placeOf(row.to);
    const { lowMsat, lowAtMs, highMsat, highAtMs, suspectAtMs } = row;
    values.set([lowMsat, lowAtMs, highMsat, highAtMs, suspectAtMs], VALUES_PER_ROW * i);
  });
  for (const [name, numbers] of Object.entries(models)) {
    if (!numbers.every(Number.isFinite)) {
      throw new RangeError(`model ${name} has learnt a number that is none`);
    }
  }
  return { nodes: [...places.keys()], from, to, values, models: structuredClone(models) };
}

export function stateOf({ nodes, from, to, values, models }: BeliefColumns): BeliefState {
  const rows: BeliefRow[] = new Array(from.length);
  for (let i = 0; i < from.length; i++) {
    const at = VALUES_PER_ROW * i;
    rows[i] = {
      from: nodes[from[i]!]!,
      to: nodes[to[i]!]!,
      lowMsat: values[at]!,
      lowAtMs: values[at + 1]!,
      highMsat: values[at + 2]!,
      highAtMs: values[at + 3]!,
      suspectAtMs: values[at + 4]!,
    };
  }
  return { rows, models };
}

/** Whether these figures can be believed: bounds from 0, and dates that there are. */
export function isBelief(row: Omit<BeliefRow, 'from' | 'to'>): boolean {
  const { lowMsat, lowAtMs, highMsat, highAtMs, suspectAtMs } = row;
  const dated = [lowAtMs, highAtMs, suspectAtMs].every(
    (atMs) => atMs >= 0 && atMs <= LATEST_DATE_MS,
  );
  return dated && Number.isFinite(lowMsat) && lowMsat >= 0 && highMsat >= 0;
}

function assertBelief(row: BeliefRow): void {
  if (!isBelief(row)) {
    throw new RangeError(`a belief about ${row.from} -> ${row.to} has a figure that is none`);
  }
}

/** When anything was last learnt of the corridor; 0: never. */
export const learntAtMs = ({ lowAtMs, highAtMs, suspectAtMs }: BeliefRow): number =>
  Math.max(lowAtMs, highAtMs, suspectAtMs);
