/** Writes a gossip_store, apart from the code that reads it: the CRC is taken bit by bit. */
import { u16, u32, u64, unhex } from '../wire-messages.ts';

export const DELETED = 0x8000;
export const COMPLETED = 0x2000;
const VERSION_16 = 16;

/** CRC-32C by its definition. */
export function slowCrc32c(start: number, bytes: Uint8Array): number {
  let crc = ~start >>> 0;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = ((crc ^ (byte >>> bit)) & 1) === 1;
      crc = isOdd ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
  }
  return ~crc >>> 0;
}

/** One record, as hex. @param message with its type, as hex */
export function record(
  message: string,
  options: { readonly flags?: number; readonly timestamp?: number; readonly crc?: number } = {},
): string {
  const { flags = COMPLETED, timestamp = 1_700_000_000 } = options;
  const crc = options.crc ?? slowCrc32c(timestamp, unhex(message));
  return u16(flags) + u16(message.length / 2) + u32(crc) + u32(timestamp) + message;
}

export const store = (records: readonly string[], version: number = VERSION_16): Uint8Array =>
  unhex(version.toString(16).padStart(2, '0') + records.join(''));

export const amount = (sat: bigint | number): string => u16(4101) + u64(sat);
export const deleteChannel = (scid: bigint): string => u16(4103) + u64(scid);
export const dyingChannel = (scid: bigint): string => u16(4106) + u64(scid) + u32(900_000);
export const uuid = (): string => u16(4107) + '77'.repeat(32);
export const ended = (): string => u16(4105) + u64(100) + '78'.repeat(32);
export const privateChannel = (sat: number, announcement: string): string =>
  u16(4104) + u64(sat) + u16(announcement.length / 2) + announcement;
export const privateUpdate = (update: string): string =>
  u16(4102) + u16(update.length / 2) + update;
