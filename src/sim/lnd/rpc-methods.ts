/** Plumbing between gRPC and methods written as plain functions and async generators. */
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceDefinition,
  sendUnaryData,
  UntypedHandleCall,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { plainError, statusOf } from './rpc-error.ts';

/** Answers one request, or throws an `RpcError`. */
type UnaryMethod<Request, Response> = (request: Request) => Response | Promise<Response>;

/** Yields until it is done or the signal aborts, which it does when the client goes away or the server closes. */
type StreamMethod<Request, Response> = (
  request: Request,
  signal: AbortSignal,
) => AsyncIterable<Response>;

/** Both directions stream: none of these is simulated, so there is nothing to do but refuse. */
type RefusedMethod = () => never;

type Method<Handler> =
  Handler extends handleUnaryCall<infer Request, infer Response>
    ? UnaryMethod<Request, Response>
    : Handler extends handleServerStreamingCall<infer Request, infer Response>
      ? StreamMethod<Request, Response>
      : RefusedMethod;

/** One method for each RPC of a generated service. */
export type Methods<Service, Server> = {
  readonly [Name in keyof Service & keyof Server]: Method<Server[Name]>;
};

export interface CallGate {
  /** Throws what the call is refused with. */
  admit(call: { readonly methodPath: string; readonly metadata: Metadata }): void;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

/** The handlers that `Server.addService` takes, each behind the gate. */
export function implement(
  definition: ServiceDefinition,
  methods: Readonly<Record<string, unknown>>,
  gate: CallGate,
): UntypedServiceImplementation {
  const handlers: Record<string, UntypedHandleCall> = {};
  for (const [name, { path, requestStream, responseStream }] of Object.entries(definition)) {
    const method = methods[name];
    if (typeof method !== 'function') throw new Error(`${path} has no method`);
    if (requestStream) handlers[name] = refuse(path, method as RefusedMethod, gate);
    else if (responseStream)
      handlers[name] = stream(path, method as StreamMethod<unknown, unknown>, gate);
    else handlers[name] = unary(path, method as UnaryMethod<unknown, unknown>, gate);
  }
  return handlers;
}

function unary(
  methodPath: string,
  method: UnaryMethod<unknown, unknown>,
  gate: CallGate,
): UntypedHandleCall {
  const answer = async (call: ServerUnaryCall<unknown, unknown>): Promise<unknown> => {
    gate.admit({ methodPath, metadata: call.metadata });
    return await method(call.request);
  };
  return (call: ServerUnaryCall<unknown, unknown>, reply: sendUnaryData<unknown>): void => {
    void answer(call).then(
      (response) => reply(null, response),
      (error: unknown) => reply(statusOf(error)),
    );
  };
}

function stream(
  methodPath: string,
  method: StreamMethod<unknown, unknown>,
  gate: CallGate,
): UntypedHandleCall {
  const answer = async (call: ServerWritableStream<unknown, unknown>): Promise<void> => {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, gate.closing]);
    try {
      gate.admit({ methodPath, metadata: call.metadata });
      for await (const message of method(call.request, signal)) {
        if (signal.aborted) break;
        if (!call.write(message)) await drained(call, signal);
      }
      // A stream that just ended would look complete.
      if (gate.closing.aborted) throw plainError('server shutting down');
      call.end();
    } catch (error) {
      call.emit('error', statusOf(error));
    }
  };
  return (call: ServerWritableStream<unknown, unknown>): void => void answer(call);
}

function refuse(methodPath: string, method: RefusedMethod, gate: CallGate): UntypedHandleCall {
  return (call: ServerWritableStream<unknown, unknown>): void => {
    try {
      gate.admit({ methodPath, metadata: call.metadata });
      method();
    } catch (error) {
      call.emit('error', statusOf(error));
    }
  };
}

function drained(call: ServerWritableStream<unknown, unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      call.off('drain', done);
      resolve();
    };
    call.on('drain', done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
