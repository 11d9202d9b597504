/** Time, chance and diagnostics. */

/** The part of the web's `AbortSignal` that is needed; every `AbortSignal` is one. The core knows no web types. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after the given time, or as soon as the signal aborts; never rejects. */
  sleep(milliseconds: number, signal?: StopSignal): Promise<void>;
}

/** Cryptographic randomness; a preimage that can be guessed is money that can be stolen. */
export interface Entropy {
  bytes(length: number): Uint8Array;
}

export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
