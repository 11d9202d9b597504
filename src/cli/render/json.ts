/** JSON for scripts: amounts stay exact as decimal strings, bytes become hex. One line of plain characters. */
import { bytesToHex } from '../../units/bytes.ts';
import { escapeUnsafe } from './plain-text.ts';

export function toJson(value: unknown): string {
  const json = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return part.toString();
    if (part instanceof Uint8Array) return bytesToHex(part);
    return part;
  });
  return escapeUnsafe(json);
}
