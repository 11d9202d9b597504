/** Plumbing between gRPC and methods written as plain functions and async generators. */
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { OpenStreams } from './open-streams.ts';
import { plainError, RpcError, statusOf } from './rpc-error.ts';

/** Answers one request, or throws an `RpcError`. */
type UnaryMethod<Request, Response> = (request: Request) => Response | Promise<Response>;

/** Yields until it is done or the signal aborts, which it does when the client goes away or the server closes. */
type StreamMethod<Request, Response> = (
  request: Request,
  signal: AbortSignal,
) => AsyncIterable<Response>;

/** The same for a client that streams too; its messages end when it has no more to say. */
type TwoWayMethod<Request, Response> = (
  requests: AsyncIterable<Request>,
  signal: AbortSignal,
) => AsyncIterable<Response>;

type Method<Handler> =
  Handler extends handleUnaryCall<infer Request, infer Response>
    ? UnaryMethod<Request, Response>
    : Handler extends handleServerStreamingCall<infer Request, infer Response>
      ? StreamMethod<Request, Response>
      : Handler extends handleBidiStreamingCall<infer Request, infer Response>
        ? TwoWayMethod<Request, Response>
        : never;

/** One method for each RPC of a generated service. */
export type Methods<Service, Server> = {
  readonly [Name in keyof Service & keyof Server]: Method<Server[Name]>;
};

export interface CallGate {
  /** Throws what the call is refused with. */
  admit(call: { readonly methodPath: string; readonly metadata: Metadata }): void;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
  readonly streams: OpenStreams;
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
    if (requestStream && responseStream)
      handlers[name] = twoWay(path, method as TwoWayMethod<unknown, unknown>, gate);
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
  return (call: ServerWritableStream<unknown, unknown>): void =>
    void answerWith(call, { methodPath, gate, messages: (signal) => method(call.request, signal) });
}

function twoWay(
  methodPath: string,
  method: TwoWayMethod<unknown, unknown>,
  gate: CallGate,
): UntypedHandleCall {
  return (call: ServerDuplexStream<unknown, unknown>): void => {
    // Reading must not close the direction in which answers go.
    const requests = call.iterator({ destroyOnReturn: false });
    void answerWith(call, { methodPath, gate, messages: (signal) => method(requests, signal) });
  };
}

/** Sends messages as fast as the client reads them, until either side ends it. */
async function answerWith(
  call: ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>,
  answer: {
    readonly methodPath: string;
    readonly gate: CallGate;
    readonly messages: (signal: AbortSignal) => AsyncIterable<unknown>;
  },
): Promise<void> {
  const { methodPath, gate } = answer;
  const gone = new AbortController();
  call.on('cancelled', () => gone.abort());
  const open = gate.streams.open(methodPath);
  const signal = AbortSignal.any([gone.signal, gate.closing, open.cut]);
  try {
    gate.admit({ methodPath, metadata: call.metadata });
    for await (const message of answer.messages(signal)) {
      if (signal.aborted) break;
      if (!call.write(message)) await drained(call, signal);
    }
    // A stream that just ended would look complete.
    if (gate.closing.aborted) throw plainError('server shutting down');
    if (open.cut.aborted) throw new RpcError(status.UNAVAILABLE, 'transport is closing');
    call.end();
  } catch (error) {
    call.emit('error', statusOf(error));
  } finally {
    open.close();
  }
}

function drained(
  call: ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>,
  signal: AbortSignal,
): Promise<void> {
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
