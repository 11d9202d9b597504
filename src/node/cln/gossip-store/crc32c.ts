/** CRC-32C (Castagnoli), with which gossip_store guards its records; `node:zlib` has only the other CRC-32. */

/** The polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** @param start The CRC of what stood before. gossip_store takes the record's timestamp for it. */
export function crc32c(start: number, bytes: Uint8Array): number {
  let crc = ~start;
  for (let at = 0; at < bytes.length; at++) {
    crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]!) & 0xff]!;
  }
  return ~crc >>> 0;
}
