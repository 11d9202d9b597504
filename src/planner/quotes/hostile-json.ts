/** JSON out of a stranger's message. */

/** Answers have some hundred bytes. */
const MOST_BYTES = 16_384;

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The object, or why there is none. Bytes beyond ASCII become characters of their own value: what is read of these
 * answers has none.
 */
export function readJsonObject(data: Uint8Array): JsonObject | string {
  if (data.length > MOST_BYTES) return `it has ${data.length} bytes`;
  let text = '';
  for (const byte of data) text += String.fromCharCode(byte);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : 'it is no JSON object';
}

/** @param value of ASCII alone */
export const jsonBytes = (value: JsonObject): Uint8Array =>
  Uint8Array.from(JSON.stringify(value), (character) => character.charCodeAt(0));

/** A whole number within bounds, `undefined` for all else. */
export function wholeNumber(
  value: unknown,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const isWhole = typeof value === 'number' && Number.isInteger(value);
  return isWhole && value >= least && value <= most ? value : undefined;
}
