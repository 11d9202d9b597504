/** Everything that happened in a simulation, in order: as a hash, and as lines where somebody wants to read them. */
import { createHash, type Hash } from 'node:crypto';

export class EventLog {
  readonly #hash: Hash = createHash('sha256');
  readonly #kept: string[] | undefined;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number, keepLines: boolean) {
    this.#nowMs = nowMs;
    this.#kept = keepLines ? [] : undefined;
  }

  add(line: string): void {
    const timed = `${this.#nowMs()} ${line}\n`;
    this.#hash.update(timed);
    this.#kept?.push(timed);
  }

  get lines(): readonly string[] {
    return this.#kept ?? [];
  }

  /** Of all lines so far. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}

/** Values as one line, the same every time. */
export const inOneLine = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${part}`;
    if (part instanceof Uint8Array) return Buffer.from(part).toString('hex').slice(0, 16);
    if (part instanceof Map) return [...part];
    return part;
  }) ?? 'undefined';
