/** Time, chance and diagnostics. */

/** The part of the web's `AbortSignal` that is needed; every `AbortSignal` is one. The core knows no web types. */
export interface StopSignal {
  readonly aborted: boolean;
  /** Calls the listener when it aborts; not where it has before: look at `aborted` first. */
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  /** Takes back what `addEventListener` asked for. */
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The time, and waiting for it. An argument, so that simulated time can take the place of the machine's. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after the given time, or as soon as the signal aborts; never rejects. */
  sleep(milliseconds: number, signal?: StopSignal): Promise<void>;
}

/** Cryptographic randomness; a preimage that can be guessed is money that can be stolen. */
export interface Entropy {
  /** So many bytes that nobody can guess: preimages are made of them. */
  bytes(length: number): Uint8Array;
}

/** Where the engine writes what is not an event. */
export interface Log {
  /** Steps, for whoever looks for a fault. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What an operator wants to read afterwards. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What went wrong and was got over: a lost connection, an answer that cannot be. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
