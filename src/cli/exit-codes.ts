/** What the `ballast` command tells scripts by its exit code. */
export const EXIT = {
  /** Done: settled, or a dry run that found a route. */
  success: 0,
  /** A fault of ours or of the store. */
  internal: 1,
  /** The command line or its input is wrong. */
  usage: 2,
  /** No route within the limits; nothing was sent in vain. */
  noRoute: 3,
  /** Attempts were made, none settled, and nothing is in flight. */
  notSettled: 4,
  /** A payment is still unresolved and may move money: follow its hash, do not pay again. */
  inFlight: 5,
  /** The node cannot be used: unreachable, wrong credentials, locked, syncing, too old. */
  node: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The user asked for something that cannot be; the message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
