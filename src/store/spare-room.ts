/** What is kept beside the journal may not take the room that the journal needs. */
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from './store-error.ts';

/** What may be filled, by all together, of a file whose size is limited. */
const MOST_OF_FILE = 0.75;

export class SpareRoom {
  readonly #database: DatabaseSync;
  readonly #maxPages: number | null;

  constructor(database: DatabaseSync, { limited }: { readonly limited: boolean }) {
    this.#database = database;
    this.#maxPages = limited ? MOST_OF_FILE * this.#pragma('max_page_count') : null;
  }

  /** @throws StoreError `full` where the journal needs the room. */
  assert(what: string): void {
    if (this.#maxPages === null) return;
    const used = this.#pragma('page_count') - this.#pragma('freelist_count');
    if (used < this.#maxPages) return;
    throw new StoreError(
      'full',
      `${what} not kept any more, so that the journal finds room: raise maxBytes, or give the old ones up`,
    );
  }

  #pragma(name: string): number {
    return Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[name]);
  }
}
