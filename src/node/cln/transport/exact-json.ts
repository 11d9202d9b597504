/** JSON whose whole numbers stay exact. */
import type { JsonDocument } from './json-documents.ts';

/** A value of JSON. Whole numbers beyond 2^53 are `bigint`. */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/**
 * Whole numbers that a `number` would round become `bigint`; all others stay `number`. Looking at each costs several
 * times the parsing, so it is done only where the text has some that are long enough.
 *
 * @throws SyntaxError where it is no JSON
 */
export function parseExactly({ text, hasLongNumbers }: JsonDocument): Json {
  if (!hasLongNumbers) return JSON.parse(text) as Json;
  // Node has had the third argument since 21; the types do not have it yet.
  return (JSON.parse as (text: string, reviver: Reviver) => Json)(text, exact);
}

/** Longer ones are no amounts, and a `bigint` of a million digits takes seconds to make. */
const WHOLE = /^-?[0-9]{1,40}$/;

function exact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && WHOLE.test(source) ? BigInt(source) : value;
}

/** The same the other way: a `bigint` is written as a number, digit by digit. */
export function writeExactly(value: Json): string {
  const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };
  return JSON.stringify(value, (_key, held: unknown) =>
    typeof held === 'bigint' ? rawJSON(String(held)) : held,
  );
}
