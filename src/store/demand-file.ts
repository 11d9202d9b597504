/** The demand in the file of a store, synchronously: what the thread of the store does. */
import type { DatabaseSync } from 'node:sqlite';
import type { DemandRow, DemandState } from '../ports.ts';
import { checkedDemand, NO_DEMAND } from './demand-rows.ts';
import type { SpareRoom } from './spare-room.ts';
import { StoreError } from './store-error.ts';

const NAMES = ['channelId', 'side', 'kind', 'msat', 'squares', 'feeMsat', 'atMs'] as const;

export class DemandFile {
  readonly #database: DatabaseSync;
  readonly #room: SpareRoom;

  constructor(database: DatabaseSync, room: SpareRoom) {
    this.#database = database;
    this.#room = room;
  }

  /** Within the transaction of the caller. @throws StoreError `full` where the journal needs the room. */
  write({ rows, watched, readToMs }: DemandState): void {
    if (rows.length > 0) this.#room.assert('demand is');
    this.#database.exec('DELETE FROM demand');
    const insert = this.#database.prepare('INSERT INTO demand VALUES (?, ?, ?, ?, ?, ?, ?)');
    for (const row of rows) insert.run(...NAMES.map((name) => row[name]));
    this.#database.exec('DELETE FROM demand_watched');
    const field = this.#database.prepare('INSERT INTO demand_watched VALUES (?, ?)');
    for (const [name, value] of Object.entries(watched)) field.run(name, value);
    if (readToMs !== undefined) field.run('readToMs', readToMs);
  }

  /** @throws StoreError `corrupt` for what nobody has written. */
  read(): DemandState {
    const rows = this.#database
      .prepare(
        'SELECT channel_id AS channelId, side, kind, msat, squares, fee_msat AS feeMsat, at_ms AS atMs FROM demand',
      )
      .all();
    const fields = this.#database.prepare('SELECT name, value FROM demand_watched').all();
    const named = fields.map(({ name, value }) => [String(name), Number(value)] as const);
    const { readToMs, ...watched } = Object.fromEntries(named);
    try {
      return checkedDemand({
        rows: rows as unknown as DemandRow[],
        watched: { ...NO_DEMAND.watched, ...watched },
        ...(readToMs !== undefined && { readToMs }),
      });
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new StoreError(
        'corrupt',
        `the store has demand that cannot be read (${cause.message}); it is lost, the journal is as it was`,
        { cause },
      );
    }
  }
}
