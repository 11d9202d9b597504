/**
 * Cuts a stream of bytes into JSON documents. lightningd ends each reply with a blank line, but passes on what plugins
 * write byte for byte, so a blank line may stand inside one too (lightningd: `plugin.c`): what counts is where the
 * braces close.
 */

export interface JsonDocument {
  readonly text: string;
  /** Some number in it may be beyond what a `number` holds exactly. */
  readonly hasLongNumbers: boolean;
}

/** The stream cannot be cut any more: what follows is unknown, so the connection has to be given up. */
export class BrokenJsonError extends Error {
  override readonly name = 'BrokenJsonError';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;
/** Digits that every number of 53 bits stays below. */
const LONG_DIGITS = 16;
/** Replies of lightningd are some six levels deep. */
const MAX_DEPTH = 64;

export class JsonDocuments {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #digits = 0;
  #hasLongNumbers = false;

  /** @param maxBytes of one document: more is taken for an attack, or a reply that nobody can use */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Somewhere inside a document. */
  get unfinished(): boolean {
    return this.#depth > 0;
  }

  /**
   * The documents that these bytes complete. They may be cut anywhere.
   *
   * @throws BrokenJsonError where they are no JSON objects one after another, or one is too long or too deep
   */
  push(chunk: Uint8Array): readonly JsonDocument[] {
    const documents: JsonDocument[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.#depth === 0) {
        if (isSpace(byte)) continue;
        if (byte !== 0x7b) throw new BrokenJsonError(`no JSON object begins with ${shown(byte)}`);
        this.#depth = 1;
        start = at;
      } else if (this.#inside(byte)) {
        this.#keep(chunk.subarray(start, at + 1));
        documents.push(this.#finish());
      }
    }
    if (this.#depth > 0) this.#keep(chunk.slice(start));
    return documents;
  }

  /** Whether the byte ends the document. */
  #inside(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return false;
    }
    if (byte >= ZERO && byte <= NINE) {
      this.#digits++;
      if (this.#digits >= LONG_DIGITS) this.#hasLongNumbers = true;
      return false;
    }
    this.#digits = 0;
    if (byte === QUOTE) this.#inString = true;
    else if (byte === 0x7b || byte === 0x5b) this.#deeper();
    else if (byte === 0x7d || byte === 0x5d) this.#depth--;
    return this.#depth === 0;
  }

  #deeper(): void {
    this.#depth++;
    if (this.#depth > MAX_DEPTH) throw new BrokenJsonError(`JSON of more than ${MAX_DEPTH} levels`);
  }

  #keep(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) {
      throw new BrokenJsonError(`a reply of more than ${this.#maxBytes} bytes`);
    }
    this.#parts.push(part);
  }

  #finish(): JsonDocument {
    const text = Buffer.concat(this.#parts, this.#bytes).toString('utf8');
    const hasLongNumbers = this.#hasLongNumbers;
    this.#parts = [];
    this.#bytes = 0;
    this.#digits = 0;
    this.#hasLongNumbers = false;
    return { text, hasLongNumbers };
  }
}

const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const shown = (byte: number): string =>
  byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte ${byte}`;
