/** One table of a configuration, read by a list of its keys. */
import { nearestName } from './nearest-name.ts';
import type { ValueKind } from './value-kinds.ts';

/** What each key of a table is; those that must be there are marked. */
export type TableKeys<Table> = {
  readonly [Key in keyof Table]-?: {
    readonly kind: ValueKind<Exclude<Table[Key], undefined>>;
  } & (object extends Pick<Table, Key> ? unknown : { readonly required: true });
};

interface AnyKey {
  readonly kind: ValueKind<unknown>;
  readonly required?: true;
}

export interface TableAt {
  /** As messages name it, such as `[plan]`. */
  readonly name: string;
  /** Says what is wrong with a key of it, or with the table itself. */
  readonly refuse: (key: string | null, problem: string) => void;
}

/**
 * The values, as far as they are sound; with a required one missing, what is returned lacks it, and the problem has been
 * told. A table that is not there is an empty one.
 */
export function readTable<Table>(
  table: unknown,
  keys: TableKeys<Table>,
  { name, refuse }: TableAt,
): Table {
  const values: Record<string, unknown> = {};
  if (table !== undefined && !isTable(table)) {
    refuse(null, `${name} is ${shown(table)}; it must be a table`);
    return values as Table;
  }
  const given: Readonly<Record<string, unknown>> = table ?? {};
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(keys, key)) refuse(key, unknownKey(name, key, { known: Object.keys(keys) }));
  }
  for (const [key, { kind, required }] of Object.entries<AnyKey>(keys)) {
    if (given[key] === undefined) {
      if (required) refuse(null, `${name} ${key} is missing; it must be ${kind.what}`);
      continue;
    }
    const value = kind.read(given[key]);
    if (value === undefined) {
      refuse(key, `${name} ${key} is ${shown(given[key])}; it must be ${kind.what}`);
    } else values[key] = value;
  }
  return values as Table;
}

export function unknownKey(
  name: string,
  key: string,
  { known, what = 'key' }: { readonly known: readonly string[]; readonly what?: string },
): string {
  const nearest = nearestName(key, known);
  const hint = nearest === undefined ? '' : `did you mean "${nearest}"? `;
  return `${name} has no ${what} ${shown(key)}; ${hint}its ${what}s are ${known.join(', ')}`;
}

export const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** A value as it may have been written, not too long. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.length > 60 ? `${value.slice(0, 59)}…` : value}"`;
  if (Array.isArray(value)) {
    const more = value.length > 4 ? ', …' : '';
    return `[${value.slice(0, 4).map(shown).join(', ')}${more}]`;
  }
  if (value instanceof Date) return 'a date';
  return isTable(value) ? 'a table' : String(value);
}
