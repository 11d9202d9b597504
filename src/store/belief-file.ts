/** The beliefs in the file of a store, synchronously: what the thread of the store does. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { bytesToHex, hexToBytes } from '../units/bytes.ts';
import { isNodeId, type NodeId } from '../units/ids.ts';
import { type BeliefColumns, isBelief, VALUES_PER_ROW } from './belief-columns.ts';
import type { SpareRoom } from './spare-room.ts';
import { StoreError } from './store-error.ts';

const UPSERT = `
  INSERT INTO belief (from_node, to_node, low_msat, low_at_ms, high_msat, high_at_ms, suspect_at_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET
    low_msat = excluded.low_msat, low_at_ms = excluded.low_at_ms, high_msat = excluded.high_msat,
    high_at_ms = excluded.high_at_ms, suspect_at_ms = excluded.suspect_at_ms`;

const FORGET = `
  DELETE FROM belief WHERE max(low_at_ms, high_at_ms, suspect_at_ms) < ?;`;

export class BeliefFile {
  readonly #database: DatabaseSync;
  /** In the file, by the ids of the nodes. */
  readonly #numbers = new Map<NodeId, number>();
  readonly #room: SpareRoom;
  #upsert: StatementSync | undefined;

  constructor(database: DatabaseSync, room: SpareRoom) {
    this.#database = database;
    this.#room = room;
  }

  /** Within the transaction of the caller. @throws StoreError `full` where the journal needs the room. */
  write({ nodes, from, to, values, models }: BeliefColumns): void {
    this.#room.assert('beliefs are');
    const numbers = nodes.map((nodeId) => this.#numberOf(nodeId));
    this.#upsert ??= this.#database.prepare(UPSERT);
    for (let i = 0; i < from.length; i++) {
      const [low, lowAt, high, highAt, suspectAt] = values.subarray(
        VALUES_PER_ROW * i,
        VALUES_PER_ROW * (i + 1),
      );
      const highOrNone = high === Number.POSITIVE_INFINITY ? null : high!;
      const ends = [numbers[from[i]!]!, numbers[to[i]!]!] as const;
      this.#upsert.run(...ends, low!, lowAt!, highOrNone, highAt!, suspectAt!);
    }
    for (const [name, numbersOfModel] of Object.entries(models)) {
      this.#database
        .prepare('INSERT INTO model VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state')
        .run(name, new Uint8Array(Float64Array.from(numbersOfModel).buffer));
    }
  }

  /** Nodes that nothing is believed of any more go with their corridors. */
  forget(beforeMs: number): void {
    const { changes } = this.#database.prepare(FORGET).run(beforeMs);
    if (changes === 0) return;
    this.#database.exec(`
      DELETE FROM belief_node WHERE number NOT IN (
        SELECT from_node FROM belief UNION SELECT to_node FROM belief
      )`);
    this.#numbers.clear();
  }

  /** @throws StoreError `corrupt` for what nobody has written. */
  read(): BeliefColumns {
    const places = new Map<number, number>();
    const nodes: NodeId[] = [];
    for (const { number, node_id } of this.#database
      .prepare('SELECT number, node_id FROM belief_node')
      .iterate()) {
      const nodeId = bytesToHex(node_id as Uint8Array);
      if (!isNodeId(nodeId)) throw corrupt(`a belief about the node "${nodeId}"`);
      places.set(Number(number), nodes.push(nodeId) - 1);
      this.#numbers.set(nodeId, Number(number));
    }
    const count = Number(this.#database.prepare('SELECT count(*) AS n FROM belief').get()?.['n']);
    const columns: BeliefColumns = {
      nodes,
      from: new Uint32Array(count),
      to: new Uint32Array(count),
      values: new Float64Array(VALUES_PER_ROW * count),
      models: this.#models(),
    };
    this.#fill(columns, places);
    return columns;
  }

  #fill({ from, to, values }: BeliefColumns, places: ReadonlyMap<number, number>): void {
    let i = 0;
    for (const row of this.#database.prepare('SELECT * FROM belief').iterate()) {
      const [source, target] = [
        places.get(Number(row['from_node'])),
        places.get(Number(row['to_node'])),
      ];
      if (source === undefined || target === undefined) throw corrupt('a belief about no node');
      from[i] = source;
      to[i] = target;
      const lowMsat = Number(row['low_msat']);
      const lowAtMs = Number(row['low_at_ms']);
      const highMsat = Number(row['high_msat'] ?? Number.POSITIVE_INFINITY);
      const highAtMs = Number(row['high_at_ms']);
      const suspectAtMs = Number(row['suspect_at_ms']);
      if (!isBelief({ lowMsat, lowAtMs, highMsat, highAtMs, suspectAtMs })) {
        throw corrupt('a belief with a figure that is none');
      }
      values.set([lowMsat, lowAtMs, highMsat, highAtMs, suspectAtMs], VALUES_PER_ROW * i++);
    }
  }

  #models(): Record<string, readonly number[]> {
    const models: [string, readonly number[]][] = [];
    for (const { name, state } of this.#database.prepare('SELECT * FROM model').all()) {
      const bytes = state as Uint8Array;
      if (bytes.length % Float64Array.BYTES_PER_ELEMENT !== 0) {
        throw corrupt(`the state of model ${String(name)}`);
      }
      models.push([String(name), [...new Float64Array(new Uint8Array(bytes).buffer)]]);
    }
    return Object.fromEntries(models);
  }

  #numberOf(nodeId: NodeId): number {
    let number = this.#numbers.get(nodeId);
    if (number === undefined) {
      const bytes = hexToBytes(nodeId);
      const found =
        this.#database.prepare('SELECT number FROM belief_node WHERE node_id = ?').get(bytes) ??
        this.#database
          .prepare('INSERT INTO belief_node (node_id) VALUES (?) RETURNING number')
          .get(bytes);
      number = Number(found?.['number']);
      this.#numbers.set(nodeId, number);
    }
    return number;
  }

  /** What a transaction that was rolled back has numbered does not count. */
  rolledBack(): void {
    this.#numbers.clear();
  }
}

const corrupt = (what: string): StoreError =>
  new StoreError(
    'corrupt',
    `the store has ${what}, which cannot be read; what was learnt is lost, the journal is as it was`,
  );
