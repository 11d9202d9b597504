/** Reads big-endian fields one after another. Past the end they are zero, and `ranOut` says so. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #ranOut = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get ranOut(): boolean {
    return this.#ranOut;
  }

  u8(): number {
    const at = this.#take(1);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  u16(): number {
    const at = this.#take(2);
    return at === undefined ? 0 : this.#view.getUint16(at);
  }

  u32(): number {
    const at = this.#take(4);
    return at === undefined ? 0 : this.#view.getUint32(at);
  }

  u64(): bigint {
    const at = this.#take(8);
    return at === undefined ? 0n : this.#view.getBigUint64(at);
  }

  /** A copy. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return at === undefined ? new Uint8Array(length) : this.#bytes.slice(at, at + length);
  }

  skip(length: number): void {
    this.#take(length);
  }

  /** A copy of all that is left. */
  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#at);
  }

  #take(length: number): number | undefined {
    const at = this.#at;
    if (this.#ranOut || length > this.#bytes.length - at) {
      this.#ranOut = true;
      return undefined;
    }
    this.#at = at + length;
    return at;
  }
}
