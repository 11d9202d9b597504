/** Where a command writes: answers on standard output, progress beside them or, with `--json`, on standard error. */
import { toJson } from './render/json.ts';

export interface Streams {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown };
}

export class Output {
  readonly json: boolean;
  readonly #streams: Streams;

  constructor(streams: Streams, options: { json: boolean }) {
    this.#streams = streams;
    this.json = options.json;
  }

  /** A line while work is going on. */
  progress(line: string): void {
    const stream = this.json ? this.#streams.err : this.#streams.out;
    stream.write(`${line}\n`);
  }

  /** Text of the answer, for people; nothing with `--json`. */
  print(text: string): void {
    if (!this.json) this.#streams.out.write(`${text}\n`);
  }

  /** The answer for scripts; nothing without `--json`. */
  answer(value: unknown): void {
    if (this.json) this.#streams.out.write(`${toJson(value)}\n`);
  }
}
