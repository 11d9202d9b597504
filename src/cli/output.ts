/** Where a command writes: answers on standard output, progress beside them or, with `--json`, on standard error. */
import { setImmediate } from 'node:timers/promises';
import { toJson } from './render/json.ts';
import { plainText } from './render/plain-text.ts';
import { ProgressBar, type Terminal } from './render/progress-bar.ts';

export interface Streams {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown };
  /** Aborts when standard output turns out not to be writable any more. */
  readonly broken: AbortSignal;
  /** Absent where standard error is no terminal: then nothing is drawn, and nothing has a colour. */
  readonly terminal?: Terminal;
}

/** Work that takes less long shows no bar. */
const BAR_AFTER_MS = 400;

/** Every line passes through {@link plainText} here, whatever foreign text it was made of. */
export class Output {
  readonly json: boolean;
  /** See {@link Streams}. */
  readonly broken: AbortSignal;
  readonly #streams: Streams;
  #bar: ProgressBar | undefined;

  constructor(streams: Streams, options: { json: boolean }) {
    this.#streams = streams;
    this.json = options.json;
    this.broken = streams.broken;
  }

  /** Somebody at a terminal reads what is written to standard error. */
  get isWatched(): boolean {
    return this.#streams.terminal !== undefined && !this.json;
  }

  /** A line while work is going on. */
  progress(line: string): void {
    this.#write(this.json ? 'err' : 'out', `${plainText(line)}\n`);
  }

  /**
   * Shows how far work of so many steps has come, until its end, on a terminal. It is no part of what is said: elsewhere
   * nothing is drawn.
   */
  bar(label: string, total: number): Pick<ProgressBar, 'step' | 'end'> {
    const { terminal, err } = this.#streams;
    if (terminal === undefined) return { step: () => {}, end: () => {} };
    const bar = new ProgressBar({ label, total }, terminal, (text) => err.write(text));
    this.#bar = bar;
    const later = setTimeout(() => bar.show(), BAR_AFTER_MS).unref();
    return {
      step: () => bar.step(),
      end: () => {
        clearTimeout(later);
        bar.end();
        this.#bar = undefined;
      },
    };
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
    this.#write('err', `ballast: ${plainText(line)}\n`);
  }

  /** A line of a log, which is safe to show and ends with a line end, on standard error. */
  log(line: string): void {
    this.#write('err', line);
  }

  /** Lines of the answer, for people; nothing with `--json`. */
  print(...lines: readonly string[]): void {
    if (this.json) return;
    for (const line of lines) this.#write('out', `${plainText(line)}\n`);
  }

  /** The answer in a format of its own, as it is: foreign text in it has to be plain already. */
  plain(text: string): void {
    this.#write('out', text);
  }

  /** The answer for scripts; nothing without `--json`. */
  answer(value: unknown): void {
    if (this.json) this.#write('out', `${toJson(value)}\n`);
  }

  /**
   * Says why there is no answer: to people on standard error, line by line, to scripts as an object with `error` as well.
   */
  fail(failure: { readonly code: string; readonly message: string }): void {
    const { code, message } = failure;
    for (const line of message.split('\n')) this.warn(line);
    this.answer({ error: { code, message } });
  }

  #write(stream: 'out' | 'err', text: string): void {
    const write = (): void => {
      this.#streams[stream].write(text);
    };
    if (this.#bar === undefined) write();
    else this.#bar.above(write);
  }
}
