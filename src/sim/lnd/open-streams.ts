/** The streams that clients have open, so that a test can cut them. */

interface OpenStream {
  /** Aborts when the stream is cut. */
  readonly cut: AbortSignal;
  /** To be called when it has ended. */
  close(): void;
}

export class OpenStreams {
  readonly #open = new Map<AbortController, string>();

  open(methodPath: string): OpenStream {
    const cut = new AbortController();
    this.#open.set(cut, methodPath);
    return { cut: cut.signal, close: () => this.#open.delete(cut) };
  }

  /** Cuts the streams of one method, or all; tells how many there were. */
  cut(methodPath: string | undefined): number {
    const chosen = [...this.#open].filter(
      ([, path]) => methodPath === undefined || path === methodPath,
    );
    for (const [cut] of chosen) cut.abort();
    return chosen.length;
  }
}
