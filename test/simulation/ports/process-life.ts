/** One start of the process that runs Ballast. Once killed, nothing that it called ever answers. */

export class ProcessLife {
  /** Counted from 1. */
  readonly number: number;
  readonly #onDeath: (() => void)[] = [];
  #alive = true;

  constructor(number: number) {
    this.number = number;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** What the machine does at the death, in the order in which it was asked. */
  onDeath(task: () => void): void {
    this.#onDeath.push(task);
  }

  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const task of this.#onDeath) task();
  }
}

/** The answer to a call of a dead process. */
export const never = <T>(): Promise<T> => new Promise<T>(() => {});
