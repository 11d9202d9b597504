/** Where a command writes: answers on standard output, progress beside them or, with `--json`, on standard error. */
import { setImmediate } from 'node:timers/promises';
import { toJson } from './render/json.ts';
import { plainText } from './render/plain-text.ts';

export interface Streams {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown };
  /** Aborts when standard output turns out not to be writable any more. */
  readonly broken: AbortSignal;
}

/** Every line passes through {@link plainText} here, whatever foreign text it was made of. */
export class Output {
  readonly json: boolean;
  /** See {@link Streams}. */
  readonly broken: AbortSignal;
  readonly #streams: Streams;

  constructor(streams: Streams, options: { json: boolean }) {
    this.#streams = streams;
    this.json = options.json;
    this.broken = streams.broken;
  }

  /** A line while work is going on. */
  progress(line: string): void {
    const stream = this.json ? this.#streams.err : this.#streams.out;
    stream.write(`${plainText(line)}\n`);
  }

  /** A line of progress that is to reach somebody: on standard error where nobody reads standard output. */
  async tell(line: string): Promise<void> {
    this.progress(line);
    // A pipe without a reader is known for one a turn after writing to it.
    await setImmediate();
    if (this.broken.aborted && !this.json) this.warn(line);
  }

  /** A line that is no part of the answer, always on standard error. */
  warn(line: string): void {
    this.#streams.err.write(`ballast: ${plainText(line)}\n`);
  }

  /** Lines of the answer, for people; nothing with `--json`. */
  print(...lines: readonly string[]): void {
    if (this.json) return;
    for (const line of lines) this.#streams.out.write(`${plainText(line)}\n`);
  }

  /** The answer for scripts; nothing without `--json`. */
  answer(value: unknown): void {
    if (this.json) this.#streams.out.write(`${toJson(value)}\n`);
  }

  /** Says why there is no answer: to people on standard error, to scripts as an object with `error` as well. */
  fail(failure: { readonly code: string; readonly message: string }): void {
    const { code, message } = failure;
    this.warn(message);
    this.answer({ error: { code, message } });
  }
}
