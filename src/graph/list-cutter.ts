/**
 * Cuts the long lists "nodes" and "edges" out of a graph file while its bytes arrive, a batch of entries at a time, so
 * that neither the whole text nor all its objects ever stand in memory. What remains is a small JSON document with
 * both lists empty; it is for the caller to parse, which checks everything that this scanner only steps over.
 */
import { EXPECTED, GraphFormatError } from './graph-format-error.ts';

export type ListName = 'nodes' | 'edges';

/** Some entries of a list. */
export interface ListBatch {
  readonly list: ListName;
  /** A JSON array of them. Valid only during the call that delivers it. */
  readonly bytes: Uint8Array;
  /** The list has no other batch. One that has may not have an empty batch: a comma stands there with no entry. */
  readonly whole: boolean;
}

/** Entries are cut off once so many bytes of them are there: parsing larger ones gains no time and takes memory. */
const BATCH_BYTES = 1 << 16;
const FIRST_ROOM = 1 << 18;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** `[` and `{` differ in this bit alone, and so do `]` and `}`. */
const CURLY = 0x20;

const NAMES: readonly ListName[] = ['nodes', 'edges'];

export class ListCutter {
  readonly #deliver: (batch: ListBatch) => void;
  readonly #batchBytes: number;
  readonly #cut = new Set<ListName>();
  /** What arrived, without what was delivered. */
  #bytes = new Uint8Array(FIRST_ROOM);
  #length = 0;
  #at = 0;
  #depth = 0;
  #quoted = false;
  /** Where the last text of the outermost object begins: its key, once a list opens. */
  #key = 0;
  /** The list being cut, and where its bracket stands. */
  #list: ListName | undefined;
  #open = 0;
  #batches = 0;

  /** Nodes are delivered before edges: in a file that has them the other way round, edges stay in `rest`. */
  constructor(terms: { deliver: (batch: ListBatch) => void; batchBytes?: number }) {
    this.#deliver = terms.deliver;
    this.#batchBytes = terms.batchBytes ?? BATCH_BYTES;
  }

  push(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
    this.#scan();
  }

  /** The document without the entries that were delivered. */
  get rest(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #scan(): void {
    const bytes = this.#bytes;
    let [at, depth] = [this.#at, this.#depth];
    if (this.#quoted) at = this.#skipText(at);
    for (; at < this.#length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        if (depth === 1) this.#key = at;
        at = this.#skipText(at + 1) - 1;
      } else if ((byte | CURLY) === OPEN_OBJECT) {
        if (depth === 1 && byte === OPEN_LIST) this.#openList(at);
        depth++;
      } else if ((byte | CURLY) === CLOSE_OBJECT) {
        depth--;
        if (depth === 1 && this.#list !== undefined) at = this.#closeList(at);
      } else if (byte === COMMA && depth === 2 && at - this.#open > this.#batchBytes) {
        if (this.#list !== undefined) at = this.#cutAt(at);
      }
    }
    [this.#at, this.#depth] = [at, depth];
  }

  /** From inside a text to behind its closing quote, or as far as bytes are there (and past one that is escaped). */
  #skipText(from: number): number {
    const [bytes, length] = [this.#bytes, this.#length];
    let at = from;
    for (; at < length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.#quoted = false;
        return at + 1;
      }
      if (byte === BACKSLASH) at++;
    }
    this.#quoted = true;
    return at;
  }

  #openList(at: number): void {
    const list = this.#named(at);
    if (list === undefined || (list === 'edges' && !this.#cut.has('nodes'))) return;
    if (this.#cut.has(list)) {
      throw new GraphFormatError(`this graph has the list "${list}" twice; ${EXPECTED}`);
    }
    this.#cut.add(list);
    this.#list = list;
    this.#open = at;
    this.#batches = 0;
  }

  /**
   * Which list the last key names. One spelt with escapes is not known here and stays in `rest`, which is as good; and
   * a document where it was no key is no graph, which `rest` shows.
   */
  #named(at: number): ListName | undefined {
    const key = this.#bytes.subarray(this.#key + 1, at);
    return NAMES.find(
      (name) =>
        key[name.length] === QUOTE &&
        Array.from(name).every((letter, i) => key[i] === letter.charCodeAt(0)),
    );
  }

  /** Delivers all entries before the comma at `at`; scanning goes on behind the result. */
  #cutAt(at: number): number {
    this.#bytes[at] = CLOSE_LIST;
    this.#emit(at, false);
    return this.#drop(at + 1) - 1;
  }

  #closeList(at: number): number {
    this.#emit(at, this.#batches === 0);
    this.#list = undefined;
    return this.#drop(at);
  }

  #emit(end: number, whole: boolean): void {
    const bytes = this.#bytes.subarray(this.#open, end + 1);
    this.#batches++;
    this.#deliver({ list: this.#list!, bytes, whole });
  }

  /** Takes out what stands between the list's bracket and `end`, and returns where `end` is then. */
  #drop(end: number): number {
    const start = this.#open + 1;
    this.#bytes.copyWithin(start, end, this.#length);
    this.#length -= end - start;
    return start;
  }
}
