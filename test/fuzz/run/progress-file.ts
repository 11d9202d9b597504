/**
 * Where a runner writes down which case it is at, before it begins it: whoever ends the runner, or finds it dead, reads
 * there what it died of. A message could be stuck in a process that hangs.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const BYTES = 12;

export interface Progress {
  readonly index: number;
  /** Cases accepted since the last order. */
  readonly accepted: number;
  /** Goes on with each input that is run, which may be many for one case. */
  readonly runs: number;
}

export class ProgressFile {
  readonly #file: number;
  readonly #bytes: Buffer = Buffer.alloc(BYTES);

  constructor(path: string) {
    this.#file = openSync(path, 'a+');
    closeSync(this.#file);
    this.#file = openSync(path, 'r+');
  }

  write({ index, accepted, runs }: Progress): void {
    this.#bytes.writeUInt32LE(index, 0);
    this.#bytes.writeUInt32LE(accepted, 4);
    this.#bytes.writeUInt32LE(runs, 8);
    writeSync(this.#file, this.#bytes, 0, BYTES, 0);
  }

  read(): Progress {
    this.#bytes.fill(0);
    readSync(this.#file, this.#bytes, 0, BYTES, 0);
    const [index, accepted, runs] = [0, 4, 8].map((at) => this.#bytes.readUInt32LE(at));
    return { index: index!, accepted: accepted!, runs: runs! };
  }

  close(): void {
    closeSync(this.#file);
  }
}
