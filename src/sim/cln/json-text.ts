/** JSON with whole numbers of any size: a `bigint` is written as a number. */
import type { Json } from './parameters.ts';

/** @param indent Spaces; 0 leaves out everything that need not be there. */
export function jsonText(value: unknown, indent = 0): string {
  return JSON.stringify(
    value,
    (_name, held: unknown) => (typeof held === 'bigint' ? rawJson(held.toString()) : held),
    indent,
  );
}

/** Whole numbers that a `number` cannot hold come as `bigint`. */
export function readJson(text: string): Json {
  return JSON.parse(text, ((_name: string, value: unknown, context: { source: string }) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? BigInt(context.source)
      : value) as (name: string, value: unknown) => unknown) as Json;
}

/** Not among the types of ES2024, but in every Node from 22 on. */
const rawJson = (text: string): unknown =>
  (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
