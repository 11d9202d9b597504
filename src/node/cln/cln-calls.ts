/** How commands are called: lane, deadline, and what can be said about the way they ended. */
import type { StopSignal } from '../../ports.ts';
import { CLN_METHODS, type ClnMethodName } from './cln-methods.ts';
import { ClnRpcError } from './cln-rpc-error.ts';
import type { CallEnd, CallLane, Carrier } from './transport/carrier.ts';
import type { Json } from './transport/exact-json.ts';

export interface CallDeadlines {
  readonly callMs: number;
  /** For answers with all channels of the network, and others of that size. */
  readonly bulkMs: number;
}

export type ClnParams = { readonly [name: string]: Json };

export interface CallOptions {
  /** Gives the call up when it aborts. */
  readonly signal?: StopSignal;
  /** Where the answer is another size than the method's usual one. */
  readonly lane?: CallLane;
  /** Longest wait for an answer that waits for something to happen. @defaultValue none */
  readonly waitMs?: number;
}

export class ClnCalls {
  readonly #carrier: Carrier;
  readonly #deadlines: CallDeadlines;

  constructor(carrier: Carrier, deadlines: CallDeadlines) {
    this.#carrier = carrier;
    this.#deadlines = deadlines;
  }

  /** Makes one call and tells how it ended. Never rejects. */
  attempt(method: ClnMethodName, params: ClnParams, options: CallOptions = {}): Promise<CallEnd> {
    const { signal, lane = CLN_METHODS[method].lane, waitMs } = options;
    return this.#carrier.request({
      method,
      params,
      lane,
      changes: CLN_METHODS[method].changes,
      deadlineMs: this.#deadlineOf(lane, waitMs),
      ...(signal !== undefined && { signal }),
    });
  }

  /** @throws NodeError when it ends with anything but a result; `ClnRpcError` where lightningd refused it */
  async call(
    method: ClnMethodName,
    params: ClnParams = {},
    options: CallOptions = {},
  ): Promise<Json> {
    return resultOf(method, await this.attempt(method, params, options));
  }

  close(): void {
    this.#carrier.close();
  }

  #deadlineOf(lane: CallLane, waitMs: number | undefined): number | null {
    switch (lane) {
      case 'quick':
        return this.#deadlines.callMs;
      case 'bulk':
        return this.#deadlines.bulkMs;
      case 'wait':
        return waitMs === undefined ? null : waitMs + this.#deadlines.callMs;
    }
  }
}

/** @throws NodeError */
export function resultOf(method: ClnMethodName, end: CallEnd): Json {
  switch (end.kind) {
    case 'result':
      return end.result;
    case 'error':
      throw new ClnRpcError(method, end);
    case 'not_sent':
    case 'lost':
      throw end.error;
  }
}
