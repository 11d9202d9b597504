/**
 * The signal of a caller, as far as the engine needs one. Node's own keeps whatever listens to it through another
 * signal alive for as long as that is not aborted, and a process that was killed never aborts anything.
 */
export class CallerSignal {
  readonly #listeners = new Set<() => void>();
  #aborted = false;

  get aborted(): boolean {
    return this.#aborted;
  }

  addEventListener(
    _type: 'abort',
    listener: () => void,
    options?: { readonly signal?: AbortSignal },
  ): void {
    if (options?.signal?.aborted === true) return;
    this.#listeners.add(listener);
    options?.signal?.addEventListener('abort', () => this.#listeners.delete(listener));
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }
}
