/** Calls over lightningd's unix socket. */
import { NodeError } from '../../node-error.ts';
import type { CallEnd, CarriedCall, Carrier } from './carrier.ts';
import { SocketConnection } from './socket-connection.ts';

export interface SocketCarrierOptions {
  readonly path: string;
  readonly connectDeadlineMs: number;
  /** Of an ordinary answer, and of one with all channels of the network. */
  readonly maxBytes: number;
  readonly maxBulkBytes: number;
}

export class SocketCarrier implements Carrier {
  readonly #options: SocketCarrierOptions;
  /** What quick calls share; made anew by the first one after it has broken. */
  #shared: Promise<SocketConnection> | undefined;
  readonly #own = new Set<SocketConnection>();
  #closed = false;

  constructor(options: SocketCarrierOptions) {
    this.#options = options;
  }

  async request(call: CarriedCall): Promise<CallEnd> {
    if (call.signal?.aborted === true) return { kind: 'not_sent', error: closedError() };
    try {
      return call.lane === 'quick'
        ? await (await this.#connected()).request(call)
        : await this.#alone(call);
    } catch (error) {
      if (error instanceof NodeError) return { kind: 'not_sent', error };
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#own) connection.close(closedError());
    this.#own.clear();
    this.#shared = undefined;
  }

  async #connected(): Promise<SocketConnection> {
    const shared = this.#shared;
    const ready = await shared?.catch(() => undefined);
    if (ready?.alive === true && !this.#closed) return ready;
    // Whoever comes first makes it anew for all.
    if (this.#shared === shared) this.#shared = this.#open(this.#options.maxBytes);
    return this.#shared ?? this.#connected();
  }

  async #alone(call: CarriedCall): Promise<CallEnd> {
    const { maxBytes, maxBulkBytes } = this.#options;
    const connection = await this.#open(call.lane === 'bulk' ? maxBulkBytes : maxBytes);
    try {
      return await connection.request(call);
    } finally {
      connection.close(closedError());
      this.#own.delete(connection);
    }
  }

  async #open(maxBytes: number): Promise<SocketConnection> {
    if (this.#closed) throw closedError();
    const { path, connectDeadlineMs } = this.#options;
    const connection = await SocketConnection.open(path, { connectDeadlineMs, maxBytes });
    if (this.#closed) {
      connection.close(closedError());
      throw closedError();
    }
    for (const known of this.#own) if (!known.alive) this.#own.delete(known);
    this.#own.add(connection);
    return connection;
  }
}

export const closedError = (): NodeError =>
  new NodeError('closed', 'the connection to lightningd was closed; connect again');
