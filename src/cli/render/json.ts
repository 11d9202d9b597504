/** JSON for scripts: amounts stay exact as decimal strings, bytes become hex. */
import { bytesToHex } from '../../units/bytes.ts';

export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return part.toString();
    if (part instanceof Uint8Array) return bytesToHex(part);
    return part;
  });
}
