/** What lightningd answered, out of the JSON that came. */
import type { CallEnd } from './carrier.ts';
import type { Json } from './exact-json.ts';

export const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An error object of JSON-RPC as the end of a call; clnrest sends the same, with a code that may be missing. */
export function errorEnd(error: Json): Extract<CallEnd, { kind: 'error' }> {
  const { code, message, data } = isObject(error) ? error : {};
  return {
    kind: 'error',
    code: typeof code === 'number' && Number.isInteger(code) ? code : null,
    message: typeof message === 'string' ? message : 'no message',
    data: data ?? null,
  };
}
