/**
 * Reads what LDK's scorer writes, so that an LDK node's memory can be taken over: a map from short channel id to what is
 * known of the channel, in LDK's TLV records (LDK: `scoring.rs`, `ChannelLiquidity`; `util/ser.rs`).
 */
import { type ChannelId, parseChannelId } from '../../units/ids.ts';
import { emptyRow } from './bucket-row.ts';
import { BUCKETS } from './positions.ts';
import type { ScoredChannelState } from './scored-channel.ts';

/** Record types; even ones must be understood, so one that is not here means a form that is not known. */
const MAP = 0n;
const LOWER_OFFSET = 0n;
const UPPER_OFFSET = 2n;
const BOUNDS_AT = 4n;
const LOWER_ROW = 5n;
const UPPER_ROW = 7n;
const HISTORY_AT = 9n;
const LEARNT_AT = 11n;
const ROW = 0n;

export interface ScoreRecord {
  readonly channelId: ChannelId;
  readonly state: ScoredChannelState;
}

/**
 * Histories in the eight equal parts that LDK kept before 0.0.117 are left out.
 *
 * @throws RangeError when the bytes are not what LDK writes.
 */
export function readScores(bytes: Uint8Array): ScoreRecord[] {
  const reader = new ByteReader(bytes);
  const outer = reader.records();
  const map = outer.get(MAP);
  if (map === undefined || !reader.atEnd) throw notScores('the map of channels is missing');
  requireKnown(outer, [MAP]);
  const count = map.collectionLength();
  const records: ScoreRecord[] = [];
  for (let i = 0; i < count; i++) {
    records.push({
      channelId: parseChannelId(map.uint64().toString()),
      state: channelState(map.records()),
    });
  }
  if (!map.atEnd) throw notScores('something follows the last channel');
  return records;
}

function channelState(records: ReadonlyMap<bigint, ByteReader>): ScoredChannelState {
  const required = (type: bigint): ByteReader => {
    const record = records.get(type);
    if (record === undefined) throw notScores(`a channel lacks record ${type}`);
    return record;
  };
  requireKnown(records, [LOWER_OFFSET, UPPER_OFFSET, BOUNDS_AT]);
  const boundsAtMs = required(BOUNDS_AT).durationMs();
  return {
    offsetsMsat: [Number(required(LOWER_OFFSET).uint64()), Number(required(UPPER_OFFSET).uint64())],
    rows: [bucketRow(records.get(LOWER_ROW)), bucketRow(records.get(UPPER_ROW))],
    boundsAtMs,
    historyAtMs: records.get(HISTORY_AT)?.durationMs() ?? boundsAtMs,
    learntAtMs: records.get(LEARNT_AT)?.durationMs() ?? boundsAtMs,
  };
}

function requireKnown(records: ReadonlyMap<bigint, unknown>, evenTypes: readonly bigint[]): void {
  for (const type of records.keys()) {
    if (type % 2n === 0n && !evenTypes.includes(type)) {
      throw notScores(`record ${type} is of a later version`);
    }
  }
}

function bucketRow(record: ByteReader | undefined): Uint16Array {
  const row = emptyRow();
  const buckets = record?.records().get(ROW);
  if (buckets === undefined) return row;
  for (let i = 0; i < BUCKETS; i++) row[i] = buckets.uint16();
  return row;
}

/** Big-endian numbers, one after the other. */
class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  /** Seconds and nanoseconds. */
  durationMs(): number {
    const seconds = Number(this.uint64());
    return seconds * 1000 + Math.floor(this.#view.getUint32(this.#take(4)) / 1e6);
  }

  /** Two bytes, or eight more behind two full ones. */
  collectionLength(): number {
    const short = this.uint16();
    return short < 0xffff ? short : Number(this.uint64()) + 0xffff;
  }

  /** A stream of records behind its length, by type. */
  records(): Map<bigint, ByteReader> {
    const stream = this.#part(this.#bigSize());
    const records = new Map<bigint, ByteReader>();
    while (!stream.atEnd) {
      const type = stream.#bigSize();
      records.set(type, stream.#part(stream.#bigSize()));
    }
    return records;
  }

  #bigSize(): bigint {
    const first = this.#view.getUint8(this.#take(1));
    if (first < 0xfd) return BigInt(first);
    if (first === 0xfd) return BigInt(this.uint16());
    return first === 0xfe ? BigInt(this.#view.getUint32(this.#take(4))) : this.uint64();
  }

  #part(length: bigint): ByteReader {
    const start = this.#take(Number(length));
    return new ByteReader(this.#bytes.subarray(start, this.#at));
  }

  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw notScores('it ends in the middle of a record');
    this.#at += length;
    return start;
  }
}

const notScores = (why: string): RangeError =>
  new RangeError(`this is not what LDK's scorer writes (${why}): give the bytes as it wrote them`);
