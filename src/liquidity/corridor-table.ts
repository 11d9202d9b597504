/**
 * What is known of every corridor, in typed columns. Two nodes have one pair number, and each pair two directions: as
 * with channels, `corridor ^ 1` is the opposite one.
 */
import type { BeliefRow } from '../ports.ts';
import type { NodeId } from '../units/ids.ts';
import type { Evidence } from './evidence.ts';

/** Above any number of nodes, so that two of them make one exact key. */
const NODES_AT_MOST = 2 ** 26;
const FIRST_ROOM = 256;

export class CorridorTable {
  /** By corridor. */
  lowMsat: Float64Array = new Float64Array(FIRST_ROOM);
  lowAtMs: Float64Array = new Float64Array(FIRST_ROOM);
  highMsat: Float64Array = new Float64Array(FIRST_ROOM);
  highAtMs: Float64Array = new Float64Array(FIRST_ROOM);
  /** Last failure that had nothing to do with the balance; 0: none. */
  suspectAtMs: Float64Array = new Float64Array(FIRST_ROOM);
  /** By corridor: its first node, and the next corridor that leaves the same node, or -1. */
  #from = new Uint32Array(FIRST_ROOM);
  #next = new Int32Array(FIRST_ROOM);
  readonly #nodes: NodeId[] = [];
  readonly #numberOf = new Map<NodeId, number>();
  /** By node: a corridor that leaves it. */
  readonly #first: number[] = [];
  readonly #pairs = new Map<number, number>();
  #count = 0;

  /** Corridors known; both directions of a pair count. */
  get count(): number {
    return this.#count;
  }

  /** Forgets everything; numbers are given anew. */
  clear(): void {
    this.lowMsat.fill(0, 0, this.#count);
    this.lowAtMs.fill(0, 0, this.#count);
    this.highMsat.fill(Number.POSITIVE_INFINITY, 0, this.#count);
    this.highAtMs.fill(0, 0, this.#count);
    this.suspectAtMs.fill(0, 0, this.#count);
    this.#nodes.length = 0;
    this.#first.length = 0;
    this.#numberOf.clear();
    this.#pairs.clear();
    this.#count = 0;
  }

  /** The corridor's number, or -1. */
  find(from: NodeId, to: NodeId): number {
    const [source, target] = [this.#numberOf.get(from), this.#numberOf.get(to)];
    if (source === undefined || target === undefined) return -1;
    const pair = this.#pairs.get(keyOf(source, target));
    if (pair === undefined) return -1;
    return source < target ? 2 * pair : 2 * pair + 1;
  }

  /** The corridor's number; it is made where it is new, without evidence. */
  reach(from: NodeId, to: NodeId): number {
    const [source, target] = [this.#node(from), this.#node(to)];
    const key = keyOf(source, target);
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      pair = this.#count / 2;
      this.#pairs.set(key, pair);
      this.#append(Math.min(source, target), Math.max(source, target));
    }
    return source < target ? 2 * pair : 2 * pair + 1;
  }

  from(corridor: number): NodeId {
    return this.#nodes[this.#from[corridor]!]!;
  }

  to(corridor: number): NodeId {
    return this.from(corridor ^ 1);
  }

  evidence(corridor: number): Evidence {
    return {
      lowMsat: this.lowMsat[corridor]!,
      lowAtMs: this.lowAtMs[corridor]!,
      highMsat: this.highMsat[corridor]!,
      highAtMs: this.highAtMs[corridor]!,
    };
  }

  row(corridor: number): BeliefRow {
    const suspectAtMs = this.suspectAtMs[corridor]!;
    const [from, to] = [this.from(corridor), this.to(corridor)];
    return { from, to, ...this.evidence(corridor), suspectAtMs };
  }

  setRow(corridor: number, row: Omit<BeliefRow, 'from' | 'to'>): void {
    this.lowMsat[corridor] = row.lowMsat;
    this.lowAtMs[corridor] = row.lowAtMs;
    this.highMsat[corridor] = row.highMsat;
    this.highAtMs[corridor] = row.highAtMs;
    this.suspectAtMs[corridor] = row.suspectAtMs;
  }

  /** When anything was last learnt of it; 0: never. */
  latestMs(corridor: number): number {
    return Math.max(this.lowAtMs[corridor]!, this.highAtMs[corridor]!, this.suspectAtMs[corridor]!);
  }

  /** All of them, in the order in which they were reached. */
  *corridors(): Iterable<number> {
    for (let corridor = 0; corridor < this.#count; corridor++) yield corridor;
  }

  /** Corridors that leave a node. */
  *leaving(nodeId: NodeId): Iterable<number> {
    const node = this.#numberOf.get(nodeId);
    if (node === undefined) return;
    for (let at = this.#first[node]!; at >= 0; at = this.#next[at]!) yield at;
  }

  #node(nodeId: NodeId): number {
    let node = this.#numberOf.get(nodeId);
    if (node === undefined) {
      node = this.#nodes.push(nodeId) - 1;
      this.#numberOf.set(nodeId, node);
      this.#first.push(-1);
    }
    return node;
  }

  #append(lesser: number, greater: number): void {
    if (this.#count === this.lowMsat.length) this.#grow();
    for (const node of [lesser, greater]) {
      const corridor = this.#count++;
      this.highMsat[corridor] = Number.POSITIVE_INFINITY;
      this.#from[corridor] = node;
      this.#next[corridor] = this.#first[node]!;
      this.#first[node] = corridor;
    }
  }

  #grow(): void {
    this.lowMsat = grown(this.lowMsat);
    this.lowAtMs = grown(this.lowAtMs);
    this.highMsat = grown(this.highMsat);
    this.highAtMs = grown(this.highAtMs);
    this.suspectAtMs = grown(this.suspectAtMs);
    this.#from = grown(this.#from);
    this.#next = grown(this.#next);
  }
}

/** @throws RangeError for a corridor from a node to itself. */
function keyOf(a: number, b: number): number {
  if (a === b) throw new RangeError('a corridor joins two different nodes');
  return Math.min(a, b) * NODES_AT_MOST + Math.max(a, b);
}

function grown<T extends Float64Array | Uint32Array | Int32Array>(column: T): T {
  const larger = new (column.constructor as new (length: number) => T)(2 * column.length);
  larger.set(column);
  return larger;
}
