/** What brings a rebalance to its end from outside: its deadline, its caller's signal, and the grace after either. */
import type { RebalanceInput } from '../executor/rebalance-state.ts';
import type { Clock, StopSignal } from '../ports.ts';

interface StopParts {
  readonly clock: Clock;
  readonly tell: (input: Extract<RebalanceInput, { kind: 'stop' | 'grace_over' }>) => void;
  /** A clock that breaks its promise never to reject. */
  readonly onFault: (error: unknown) => void;
}

export class Stops {
  readonly #parts: StopParts;
  readonly #stopped = new AbortController();
  readonly #ended = new AbortController();
  #graceStarted = false;

  constructor(parts: StopParts) {
    this.#parts = parts;
  }

  /** Nothing new is tried any more, so nobody waits for the chance to. */
  get stopped(): StopSignal {
    return this.#stopped.signal;
  }

  /** The report is out: nobody is to be hurried any more. */
  get ended(): boolean {
    return this.#ended.signal.aborted;
  }

  /** @param deadlineMs from now; `null`: none. */
  watch(on: {
    readonly signal: AbortSignal | undefined;
    readonly deadlineMs: number | null;
  }): void {
    const { signal, deadlineMs } = on;
    const abort = (): void => this.#stop('aborted');
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true, signal: this.#ended.signal });
    if (deadlineMs !== null) this.#after(deadlineMs, () => this.#stop('deadline'));
  }

  /** There is one; asking again changes nothing. */
  startGrace(graceMs: number): void {
    if (this.#graceStarted) return;
    this.#graceStarted = true;
    this.#after(graceMs, () => this.#parts.tell({ kind: 'grace_over' }));
  }

  /** No timer and no listener is left behind. */
  end(): void {
    this.#stopped.abort();
    this.#ended.abort();
  }

  #stop(cause: 'aborted' | 'deadline'): void {
    this.#parts.tell({ kind: 'stop', cause });
    this.#stopped.abort();
  }

  #after(milliseconds: number, then: () => void): void {
    const ended = this.#ended.signal;
    this.#parts.clock.sleep(milliseconds, ended).then(() => {
      if (!ended.aborted) then();
    }, this.#parts.onFault);
  }
}
