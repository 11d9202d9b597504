/** Errors as gRPC carries them. lnd returns plain Go errors, which arrive as status UNKNOWN with their text. */
import { type ServerErrorResponse, status } from '@grpc/grpc-js';

/** What a method throws to end its call with a status. */
export class RpcError extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

/** A plain error of lnd: status UNKNOWN. */
export const plainError = (message: string): RpcError => new RpcError(status.UNKNOWN, message);

export const notFound = (message: string): RpcError => new RpcError(status.NOT_FOUND, message);

/** For methods whose subject the simulator does not model. */
export function notSimulated(method: string, instead: string): RpcError {
  return new RpcError(status.UNIMPLEMENTED, `${method} is not simulated: ${instead}`);
}

/** The status of anything thrown. What is no {@link RpcError} is a defect of the simulator, and says so. */
export function statusOf(error: unknown): Partial<ServerErrorResponse> {
  if (error instanceof RpcError) return { code: error.code, details: error.message };
  const reason = error instanceof Error ? error.message : String(error);
  return { code: status.INTERNAL, details: `defect in the simulated lnd: ${reason}` };
}
