/** What the `ballast` command tells scripts by its exit code, and the errors that it has codes of its own for. */
import type { RebalanceOutcome } from '../engine/index.ts';
import type { PaymentHash } from '../units/ids.ts';
import { type NodeSystem, trackCommand } from './node-access/node-system.ts';

export const EXIT = {
  /** Done: settled, or a dry run that found a route. */
  success: 0,
  /** A fault of ours, or a Node.js that is too old. */
  internal: 1,
  /** The command line or its input is wrong; nothing was asked of the node, or nothing but its channels. */
  usage: 2,
  /** No route, or none any more, within the limits; nothing is in flight. */
  noRoute: 3,
  /** Ended without success, whether anything was sent or not; nothing is in flight. */
  notSettled: 4,
  /** A payment is unresolved and may still move money: follow its hash, do not pay again. */
  inFlight: 5,
  /** The node cannot be used: unreachable, wrong credentials, locked, syncing, too old. Nothing is in flight. */
  node: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The same for `ballast --help`. */
export const EXIT_CODES_HELP: string = `
Exit codes:
  0  done (settled; with --dry-run, a route was found)
  1  internal fault, or a Node.js that is too old
  2  wrong command line or input file
  3  no route, or none any more, within the limits; nothing is in flight
  4  ended before a payment settled: attempts or time ran out, it was told to stop, or the
     node refused; nothing is in flight
  5  a payment is unresolved and may still move money: follow it, do not pay again
  6  the node cannot be used; nothing is in flight`;

export function exitCodeOf(outcome: RebalanceOutcome): ExitCode {
  switch (outcome.kind) {
    case 'settled':
    case 'dry_run':
    case 'probed':
      return EXIT.success;
    case 'fee_limit':
    case 'no_route':
    case 'budget':
    case 'unsteerable':
    case 'unlikely':
      return EXIT.noRoute;
    case 'attempts_exhausted':
    case 'deadline':
    case 'aborted':
    case 'interrupted':
    case 'refused':
      return EXIT.notSettled;
    case 'in_flight':
    case 'blocked':
      return EXIT.inFlight;
    case 'node_error':
      return EXIT.node;
    case 'store_error':
    case 'internal_error':
      return EXIT.internal;
  }
}

/** The user asked for something that cannot be; the message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Following a payment broke off by a fault of ours while it was under way. */
export class UnresolvedPaymentError extends Error {
  override readonly name = 'UnresolvedPaymentError';

  constructor(
    paymentHash: PaymentHash,
    { cause, system }: { readonly cause: unknown; readonly system: NodeSystem },
  ) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `payment ${paymentHash} is under way, but could not be followed: ${why}; ${followUp(paymentHash, system)}`,
      { cause },
    );
  }
}

/** What to do about a payment whose end is not known. */
export const followUp = (paymentHash: PaymentHash, system: NodeSystem): string =>
  `follow it with ${trackCommand(system, paymentHash)}, and do not pay again`;
