/** A stream from lnd to a process of ours: updates arrive in order, each after a while, until contact is lost. */
import { NodeError } from '../../../src/node/node-error.ts';
import type { StopSignal } from '../../../src/ports.ts';
import { inOneLine } from '../event-log.ts';
import type { Machine } from './machine.ts';
import type { NodeCalls } from './node-calls.ts';
import { never, type ProcessLife } from './process-life.ts';

type Item<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'end' };

export interface StreamRequest<T> {
  readonly method: string;
  readonly detail: unknown;
  readonly open: (signal: StopSignal) => AsyncIterable<T>;
  readonly signal: StopSignal;
}

export function nodeStream<T>(
  parts: {
    readonly machine: Machine;
    readonly life: ProcessLife;
    readonly calls: NodeCalls;
    readonly isUp: () => boolean;
  },
  request: StreamRequest<T>,
): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => new NodeStream(parts, request) };
}

class NodeStream<T> implements AsyncIterator<T> {
  readonly #machine: Machine;
  readonly #life: ProcessLife;
  readonly #calls: NodeCalls;
  readonly #request: StreamRequest<T>;
  readonly #items: Item<T>[] = [];
  readonly #inner = new AbortController();
  #wake: (() => void) | undefined;
  #closed = false;
  #lastAtMs = 0;

  constructor(
    parts: {
      readonly machine: Machine;
      readonly life: ProcessLife;
      readonly calls: NodeCalls;
      readonly isUp: () => boolean;
    },
    request: StreamRequest<T>,
  ) {
    this.#machine = parts.machine;
    this.#life = parts.life;
    this.#calls = parts.calls;
    this.#request = request;
    if (!parts.life.alive) return;
    this.#start(parts.isUp);
  }

  #start(isUp: () => boolean): void {
    const { method, detail, signal } = this.#request;
    const machine = this.#machine;
    if (machine.killsAt({ port: 'node', method, phase: 'before' }, this.#life)) return;
    machine.log.add(`stream ${method} ${inOneLine(detail)}`);
    this.#calls.breakers.add(this.#lose);
    if (signal.aborted) this.#close();
    else signal.addEventListener('abort', this.#close, { once: true });
    if (machine.strikes(machine.plan.calls.lostBefore, 'connection lost before a call')) {
      machine.scheduler.after(machine.latencyMs(), `${method} lost`, () =>
        this.#lose('connection refused'),
      );
      return;
    }
    if (machine.strikes(machine.plan.calls.lostDuring, 'connection lost during a call')) {
      machine.scheduler.after(machine.random.below(5_000), `${method} lost`, () =>
        this.#lose('connection lost'),
      );
    }
    machine.scheduler.after(machine.latencyMs(), `${method} arrives`, () => {
      if (this.#closed || !this.#life.alive) return;
      if (!isUp()) {
        this.#lose('lnd is not running');
        return;
      }
      void this.#pump();
      machine.killsAt({ port: 'node', method, phase: 'after' }, this.#life);
    });
  }

  async #pump(): Promise<void> {
    try {
      for await (const value of this.#request.open(this.#inner.signal)) {
        this.#deliver({ kind: 'value', value });
      }
      this.#deliver({ kind: 'end' });
    } catch (error) {
      this.#deliver({ kind: 'error', error });
    }
  }

  #deliver(item: Item<T>): void {
    const { scheduler } = this.#machine;
    if (this.#closed || !this.#life.alive) return;
    this.#lastAtMs = Math.max(this.#lastAtMs, scheduler.nowMs + this.#machine.latencyMs());
    // Each a millisecond after the one before, so that no lot drawn among equals turns them round.
    this.#lastAtMs++;
    scheduler.after(this.#lastAtMs - scheduler.nowMs, `${this.#request.method} tells`, () => {
      if (!this.#closed) this.#put(item);
    });
  }

  #put(item: Item<T>): void {
    if (!this.#life.alive) return;
    this.#machine.log.add(`${this.#request.method} tells ${item.kind}`);
    this.#items.push(item);
    this.#wake?.();
  }

  readonly #lose = (reason: string): void => {
    if (this.#closed) return;
    this.#put({ kind: 'error', error: new NodeError('unreachable', reason) });
    this.#end();
  };

  readonly #close = (): void => {
    if (this.#closed) return;
    this.#items.push({ kind: 'end' });
    this.#wake?.();
    this.#end();
  };

  #end(): void {
    this.#closed = true;
    this.#calls.breakers.delete(this.#lose);
    this.#request.signal.removeEventListener('abort', this.#close);
    this.#inner.abort();
  }

  async next(): Promise<IteratorResult<T>> {
    if (!this.#life.alive) return never();
    while (this.#items.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (!this.#life.alive) return never();
    const item = this.#items.shift()!;
    if (item.kind === 'value') return { done: false, value: item.value };
    if (!this.#closed) this.#end();
    if (item.kind === 'error') throw item.error;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<T>> {
    if (!this.#closed) this.#end();
    return { done: true, value: undefined };
  }
}
