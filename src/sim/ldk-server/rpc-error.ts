/** Errors as LDK Server answers them: a status and a text, and nothing besides. */
import { status } from '@grpc/grpc-js';

/** What a method throws to end its call with a status. */
export class LdkRpcError extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

/** What was asked for is no valid question, or has no answer: lookups that miss are among these. */
export const invalidRequest = (message: string): LdkRpcError =>
  new LdkRpcError(status.INVALID_ARGUMENT, message);

/** The node would not do it. */
export const lightningError = (message: string): LdkRpcError =>
  new LdkRpcError(status.FAILED_PRECONDITION, message);

/** What is no {@link LdkRpcError} is a defect of the simulator, and says so. */
export function asRpcError(error: unknown): LdkRpcError {
  if (error instanceof LdkRpcError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new LdkRpcError(status.INTERNAL, `defect in the simulated LDK Server: ${reason}`);
}
