/** What becomes of an error: an exit code, a code for scripts, and a sentence. */
import { ForeignJournalError } from '../engine/index.ts';
import { GraphFormatError } from '../graph/parse-describe-graph.ts';
import { NodeError } from '../node/node-error.ts';
import { EXIT, type ExitCode, UnresolvedPaymentError, UsageError } from './exit-codes.ts';
import type { Output } from './output.ts';

/** Tells people and scripts about the error. */
export function reportFailure(error: unknown, output: Output): ExitCode {
  const message = error instanceof Error ? error.message : String(error);
  const { code, exit } = kindOf(error);
  output.fail({ code, message });
  if (exit === EXIT.internal) for (const line of frames(error)) output.warn(line);
  if (error instanceof UnresolvedPaymentError) {
    for (const line of frames(error.cause)) output.warn(line);
  }
  return exit;
}

function kindOf(error: unknown): { code: string; exit: ExitCode } {
  if (error instanceof UsageError) return { code: 'usage', exit: EXIT.usage };
  if (error instanceof ForeignJournalError) return { code: 'usage', exit: EXIT.usage };
  if (error instanceof GraphFormatError) return { code: 'graph_format', exit: EXIT.usage };
  if (error instanceof NodeError) return { code: error.code, exit: EXIT.node };
  if (error instanceof UnresolvedPaymentError) return { code: 'in_flight', exit: EXIT.inFlight };
  return { code: 'internal', exit: EXIT.internal };
}

/** Where a fault of ours happened; the message is told already. */
function frames(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack.split('\n').filter((line) => /^\s+at /.test(line));
}
