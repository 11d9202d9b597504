/**
 * Cuts gossip_store into records (Core Lightning: `common/gossip_store.h`): a byte with the version, then records of
 * flags u16, length u16, CRC u32, timestamp u32, all big-endian, and a message that begins with its type.
 */
import { crc32c } from './crc32c.ts';

export interface StoreRecord {
  readonly type: number;
  readonly timestamp: number;
  /** After the type. A view: copy what is kept. */
  readonly body: Uint8Array;
  /** Stands right behind the one that was read before it. */
  readonly follows: boolean;
}

/** A version whose records cannot be read. */
export class StoreVersionError extends Error {
  override readonly name = 'StoreVersionError';
}

const HEADER_BYTES = 12;
const TYPE_BYTES = 2;
const DELETED = 0x8000;
/** Set once the record is whole; since minor version 15. */
const COMPLETED = 0x2000;
const COMPLETED_SINCE = 15;
/**
 * Announcements have some hundred bytes. A longer one is read, but not looked for: each byte that might begin one would
 * cost as much as its length.
 */
const LONGEST_SOUGHT = 2048;
/** Before it, records had another header. */
const OLDEST_MINOR = 9;

export class StoreRecords {
  #buffer: Uint8Array = new Uint8Array();
  /** What of the buffer has been read. */
  #at = 0;
  #version: number | undefined;
  /** Between two damaged places: not one more for each byte that is no record. */
  #lost = false;
  /** Something was left out since the last record. */
  #gap = true;
  #damaged = 0;
  #deleted = 0;

  /** Records that could not be read, as far as they can be counted: a stretch of them is one. */
  get damaged(): number {
    return this.#damaged;
  }

  get deleted(): number {
    return this.#deleted;
  }

  /** Bytes that wait for more. */
  get waiting(): number {
    return this.#buffer.length - this.#at;
  }

  push(chunk: Uint8Array): void {
    const rest = this.#buffer.subarray(this.#at);
    if (rest.length === 0) {
      this.#buffer = chunk;
    } else {
      this.#buffer = new Uint8Array(rest.length + chunk.length);
      this.#buffer.set(rest);
      this.#buffer.set(chunk, rest.length);
    }
    this.#at = 0;
  }

  /**
   * The records that are whole, and not deleted.
   *
   * @throws StoreVersionError at the very beginning
   */
  *read(): Generator<StoreRecord, void, undefined> {
    if (!this.#readVersion()) return;
    for (;;) {
      const step = this.#next();
      if (step === 'wait') return;
      if (step !== 'skip') yield step;
    }
  }

  #readVersion(): boolean {
    if (this.#version !== undefined) return true;
    const version = this.#buffer[this.#at];
    if (version === undefined) return false;
    const [major, minor] = [version >> 5, version & 0x1f];
    if (major !== 0 || minor < OLDEST_MINOR) {
      throw new StoreVersionError(
        `this gossip_store is of version ${major}.${minor}, and versions from 0.${OLDEST_MINOR} below 1 can be read`,
      );
    }
    this.#version = minor;
    this.#at++;
    return true;
  }

  #next(): StoreRecord | 'skip' | 'wait' {
    const header = this.#headerAt(this.#at);
    if (header === undefined) return 'wait';
    const { flags, length, end } = header;
    const isWhole = end <= this.#buffer.length;
    const isComplete = (flags & COMPLETED) !== 0 || this.#version! < COMPLETED_SINCE;
    if (isWhole && length >= TYPE_BYTES && this.#isIntact(header)) {
      // One that is still being written has nothing behind it.
      if (!isComplete && end === this.#buffer.length) return 'wait';
      this.#at = end;
      this.#lost = false;
      if ((flags & DELETED) === 0) return this.#recordAt(header);
      this.#deleted++;
      this.#gap = true;
      return 'skip';
    }
    // What is cut short, or being written, is waited for, even where its length is what is damaged: whatever stands inside
    // a record was written by strangers, and is never taken for records of its own.
    const mayBecomeWhole = !isWhole || (!isComplete && end === this.#buffer.length);
    return mayBecomeWhole && !this.#lost && length >= TYPE_BYTES ? 'wait' : this.#resume(header);
  }

  /** Past a damaged record: behind it, where its length is right, or else wherever the next intact one begins. */
  #resume({ end }: Header): 'skip' | 'wait' {
    let from = this.#at;
    if (!this.#lost) {
      const behind = this.#headerAt(end);
      // Whether its length is right only the next record tells, and that has to be there first.
      if (behind === undefined) return 'wait';
      if (this.#isPlausible(behind) && behind.end > this.#buffer.length) return 'wait';
      this.#damaged++;
      this.#lost = true;
      this.#gap = true;
      if (this.#isPlausible(behind) && this.#isIntact(behind)) {
        this.#at = end;
        return 'skip';
      }
      from++;
    }
    let cutShort: number | undefined;
    for (let at = from; ; at++) {
      const candidate = this.#headerAt(at);
      if (candidate === undefined) {
        // Its rest has to come first; or one begins in the bytes that are too few for a header.
        this.#at = cutShort ?? at;
        return 'wait';
      }
      if (!this.#isPlausible(candidate)) continue;
      if (candidate.end > this.#buffer.length) {
        cutShort ??= at;
      } else if (this.#isIntact(candidate)) {
        this.#at = at;
        return 'skip';
      }
    }
  }

  #headerAt(at: number): Header | undefined {
    if (at + HEADER_BYTES > this.#buffer.length) return undefined;
    const view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset + at, HEADER_BYTES);
    const length = view.getUint16(2);
    return {
      at,
      flags: view.getUint16(0),
      length,
      crc: view.getUint32(4),
      timestamp: view.getUint32(8),
      end: at + HEADER_BYTES + length,
    };
  }

  /** Looks at what costs nothing; where bytes are searched for a record, most end here. */
  #isPlausible({ at, flags, length }: Header): boolean {
    if (length < TYPE_BYTES || length > LONGEST_SOUGHT) return false;
    if ((flags & ~KNOWN_FLAGS) !== 0) return false;
    if ((flags & COMPLETED) === 0 && this.#version! >= COMPLETED_SINCE) return false;
    const type = at + HEADER_BYTES;
    if (type + TYPE_BYTES > this.#buffer.length) return true;
    return PLAUSIBLE_TYPES.has((this.#buffer[type]! << 8) | this.#buffer[type + 1]!);
  }

  #isIntact({ at, crc, timestamp, end }: Header): boolean {
    if (end > this.#buffer.length) return false;
    return crc32c(timestamp, this.#buffer.subarray(at + HEADER_BYTES, end)) === crc;
  }

  #recordAt({ at, timestamp, end }: Header): StoreRecord {
    const message = at + HEADER_BYTES;
    const follows = !this.#gap;
    this.#gap = false;
    return {
      follows,
      type: (this.#buffer[message]! << 8) | this.#buffer[message + 1]!,
      timestamp,
      body: this.#buffer.subarray(message + TYPE_BYTES, end),
    };
  }
}

interface Header {
  readonly at: number;
  readonly flags: number;
  readonly length: number;
  readonly crc: number;
  readonly timestamp: number;
  readonly end: number;
}

/** Deleted, completed, dying, and those of older versions: push, zombie, rate limit. */
const KNOWN_FLAGS = 0xf800;
/** Gossip of BOLT 7, and Core Lightning's own records. */
const PLAUSIBLE_TYPES: ReadonlySet<number> = new Set([
  256, 257, 258, 4101, 4102, 4103, 4104, 4105, 4106, 4107,
]);
