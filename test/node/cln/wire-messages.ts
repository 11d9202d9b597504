/** Writes BOLT messages byte by byte, apart from the code that reads them. */

const CHAIN = '6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000';

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
export const u16 = (value: number): string => value.toString(16).padStart(4, '0');
export const u32 = (value: number): string => value.toString(16).padStart(8, '0');
export const u64 = (value: bigint | number): string => BigInt(value).toString(16).padStart(16, '0');
const i32 = (value: number): string => u32(value >>> 0);

/** TLV 55555 with an inbound fee. */
export const inboundFeeTlv = (baseMsat: number, ratePpm: number): string =>
  `fdd90308${i32(baseMsat)}${i32(ratePpm)}`;

export interface UpdateFields {
  readonly scid: bigint;
  readonly timestamp?: number;
  readonly direction?: 0 | 1;
  readonly disabled?: boolean;
  readonly delta?: number;
  readonly minMsat?: bigint;
  readonly baseMsat?: number;
  readonly ppm?: number;
  /** `null`: the field is left out, as old nodes do. */
  readonly maxMsat?: bigint | null;
  /** Hex behind the fixed fields. */
  readonly extra?: string;
}

/** channel_update with its wire type, as hex. */
export function channelUpdate(fields: UpdateFields): string {
  const { timestamp = 1_700_000_000, direction = 0, disabled = false, delta = 40 } = fields;
  const { minMsat = 1n, baseMsat = 1000, ppm = 100, maxMsat = 500_000_000n, extra = '' } = fields;
  return [
    u16(258),
    'ab'.repeat(64),
    CHAIN,
    u64(fields.scid),
    u32(timestamp),
    maxMsat === null ? '00' : '01',
    (direction + (disabled ? 2 : 0)).toString(16).padStart(2, '0'),
    u16(delta),
    u64(minMsat),
    u32(baseMsat),
    u32(ppm),
    maxMsat === null ? '' : u64(maxMsat),
    extra,
  ].join('');
}

/** channel_announcement with its wire type, as hex. */
export const channelAnnouncement = (fields: {
  readonly scid: bigint;
  readonly node1: string;
  readonly node2: string;
  readonly features?: string;
}): string => {
  const { features = '' } = fields;
  return [
    u16(256),
    'cd'.repeat(256),
    u16(features.length / 2),
    features,
    CHAIN,
    u64(fields.scid),
    fields.node1,
    fields.node2,
    `02${'31'.repeat(32)}`,
    `03${'32'.repeat(32)}`,
  ].join('');
};

/** node_announcement with its wire type, as hex. */
export const nodeAnnouncement = (fields: {
  readonly node: string;
  readonly alias: string;
  readonly timestamp?: number;
}): string =>
  [
    u16(257),
    'ef'.repeat(64),
    u16(1),
    '80',
    u32(fields.timestamp ?? 1_700_000_000),
    fields.node,
    '112233',
    Buffer.from(fields.alias).toString('hex').padEnd(64, '0').slice(0, 64),
    u16(0),
  ].join('');
