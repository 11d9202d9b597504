/** Where keys stand in a TOML file: its parser keeps no places, and a message without one makes people search. */

/** A table is named by its path, and one of a list of tables by its number from 0 as well: `channels.1`. */
export type KeyPlace = readonly [table: string, key: string | null];

export class KeyLines {
  readonly #lines = new Map<string, number>();

  /** @param toml Valid TOML. What it cannot place (keys of inline tables) has no line. */
  constructor(toml: string) {
    const counts = new Map<string, number>();
    let table = '';
    let quotes: string | undefined;
    for (const [i, line] of toml.split('\n').entries()) {
      if (quotes === undefined) {
        const header = /^\s*(\[{1,2})\s*([^\]]+?)\s*\]/.exec(line);
        const key = /^\s*("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)\s*=/.exec(line);
        if (header !== null) {
          const path = bare(header[2]!);
          const count = counts.get(path) ?? 0;
          counts.set(path, count + 1);
          table = header[1] === '[[' ? `${path}.${count}` : path;
          this.#note([table, null], i + 1);
          this.#note([path, null], i + 1);
        } else if (key !== null) this.#note([table, bare(key[1]!)], i + 1);
      }
      quotes = openQuotes(line, quotes);
    }
  }

  /** That of the table where the key has none. */
  of([table, key]: KeyPlace): number | undefined {
    return this.#lines.get(`${table} ${key ?? ''}`) ?? this.#lines.get(`${table} `);
  }

  #note([table, key]: KeyPlace, line: number): void {
    const name = `${table} ${key ?? ''}`;
    if (!this.#lines.has(name)) this.#lines.set(name, line);
  }
}

const bare = (path: string): string => path.replaceAll(/["'\s]/g, '');

/** Which quotes of a text over several lines are open after a line. */
function openQuotes(line: string, before: string | undefined): string | undefined {
  let open = before;
  for (const [quotes] of line.matchAll(/"""|'''/g)) {
    if (open === undefined) open = quotes;
    else if (open === quotes) open = undefined;
  }
  return open;
}
