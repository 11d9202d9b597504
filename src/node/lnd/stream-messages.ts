/** Reads a stream of lnd, and leaves nothing behind whichever way the reading ends. */
import type { ServiceError } from '@grpc/grpc-js';
import type { StopSignal } from '../../ports.ts';
import type { LndCalls, StreamMethod } from './lnd-calls.ts';

/** Ends where the stream ends, and quietly when the signal aborts. A status is thrown as it came. */
export async function* streamMessages<Request, Response>(
  calls: LndCalls,
  call: {
    readonly method: StreamMethod<Request, Response>;
    readonly request: Request;
    readonly signal: StopSignal;
  },
): AsyncGenerator<Response, void, undefined> {
  const { signal } = call;
  if (signal.aborted) return;
  const stream = await calls.stream(call.method, call.request);
  const cancel = (): void => stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    // It may have been aborted while the connection was made, before there was anything to cancel.
    if (signal.aborted) return;
    yield* stream as AsyncIterable<Response>;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
    calls.finish(stream);
  }
}

export const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;
