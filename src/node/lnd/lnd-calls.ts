/** How calls are made: macaroon, deadline, and what can be said about the way they ended. */
import {
  type CallOptions,
  type ClientDuplexStream,
  type ClientReadableStream,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { NodeError } from '../node-error.ts';
import { closedError, type LndChannel, type OpenChannel } from './lnd-channel.ts';
import { type LndMethodPath, OPEN_LND_METHOD } from './permissions.ts';
import { statusError } from './status-error.ts';

/** What a generated service says about one of its methods. */
interface Method<Request, Response> {
  readonly path: LndMethodPath;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

export interface UnaryMethod<Request, Response> extends Method<Request, Response> {
  readonly requestStream: false;
  readonly responseStream: false;
}

export interface StreamMethod<Request, Response> extends Method<Request, Response> {
  readonly requestStream: false;
  readonly responseStream: true;
}

export interface TwoWayMethod<Request, Response> extends Method<Request, Response> {
  readonly requestStream: true;
  readonly responseStream: true;
}

/** A call that was made, and how it ended. */
export type CallEnd<Response> =
  | { readonly kind: 'response'; readonly response: Response }
  | { readonly kind: 'status'; readonly error: ServiceError };

const asBytes = (bytes: Buffer): Buffer => bytes;

export class LndCalls {
  readonly #channel: LndChannel;
  readonly #active = new Set<{ cancel(): void }>();

  constructor(channel: LndChannel) {
    this.#channel = channel;
  }

  /**
   * Makes one call. It rejects only while nothing has been handed to the transport: no connection, no readable
   * credentials, or a request that cannot be encoded. Whatever goes wrong after that is a status, for the request may
   * have left.
   *
   * @param deadlineMs `null` waits without limit
   */
  async attempt<Request, Response>(
    method: UnaryMethod<Request, Response>,
    request: Request,
    deadlineMs: number | null,
  ): Promise<CallEnd<Response>> {
    const bytes = method.requestSerialize(request);
    const open = await this.#channel.connected();
    const metadata = metadataFor(method.path, open);
    return new Promise((resolve) => {
      try {
        const call = open.client.makeUnaryRequest(
          method.path,
          asBytes,
          method.responseDeserialize,
          bytes,
          metadata,
          callOptions(deadlineMs),
          (error, response) => {
            this.#active.delete(call);
            resolve(callEnd(error, response));
          },
        );
        this.#active.add(call);
      } catch (error) {
        resolve(clientFault(error instanceof Error ? error.message : String(error)));
      }
    });
  }

  /** Makes one call. @throws NodeError when it ends with anything but a response */
  async unary<Request, Response>(
    method: UnaryMethod<Request, Response>,
    request: Request,
    deadlineMs: number,
  ): Promise<Response> {
    const end = await this.attempt(method, request, deadlineMs);
    if (end.kind === 'response') return end.response;
    throw await this.explain(end.error, method.path, deadlineMs);
  }

  /** Opens a stream without a deadline. Whoever opens it must `finish` it, however it ends. */
  async stream<Request, Response>(
    method: StreamMethod<Request, Response>,
    request: Request,
  ): Promise<ClientReadableStream<Response>> {
    const bytes = method.requestSerialize(request);
    const open = await this.#channel.connected();
    const stream = open.client.makeServerStreamRequest(
      method.path,
      asBytes,
      method.responseDeserialize,
      bytes,
      metadataFor(method.path, open),
      {},
    );
    // A stream that is cancelled after its reader has gone reports that as an error, which nobody waits for.
    stream.on('error', () => {});
    this.#active.add(stream);
    return stream;
  }

  /** Opens a stream in both directions; as with the other kind, whoever opens it must `finish` it. */
  async twoWay<Request, Response>(
    method: TwoWayMethod<Request, Response>,
  ): Promise<ClientDuplexStream<Request, Response>> {
    const open = await this.#channel.connected();
    const stream = open.client.makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      metadataFor(method.path, open),
      {},
    );
    stream.on('error', () => {});
    this.#active.add(stream);
    return stream;
  }

  finish(stream: { cancel(): void }): void {
    this.#active.delete(stream);
    stream.cancel();
  }

  /** The error to throw for a status; where contact was lost, the reason is looked for. */
  async explain(
    error: ServiceError,
    path: LndMethodPath,
    deadlineMs: number | null,
  ): Promise<NodeError> {
    if (error.code === status.CANCELLED && this.#channel.closed) return closedError();
    const plain = statusError(error, { path, deadlineMs });
    if (error.code !== status.UNAVAILABLE) return plain;
    return (await this.#channel.explain()) ?? plain;
  }

  /** Ends every call: those that wait for an HTLC resolve to a CANCELLED status. */
  close(): void {
    this.#channel.close();
    for (const call of this.#active) call.cancel();
    this.#active.clear();
  }
}

function callEnd<Response>(
  error: ServiceError | null,
  response: Response | undefined,
): CallEnd<Response> {
  if (error !== null) return { kind: 'status', error };
  if (response !== undefined) return { kind: 'response', response };
  return clientFault('the call ended with neither a response nor an error');
}

/** A fault of the client as the status that it would report itself. It proves nothing about the request. */
function clientFault(details: string): Extract<CallEnd<never>, { kind: 'status' }> {
  const facts = { code: status.INTERNAL, details, metadata: new Metadata() };
  return { kind: 'status', error: Object.assign(new Error(details), facts) };
}

function metadataFor(path: LndMethodPath, open: OpenChannel): Metadata {
  const metadata = new Metadata();
  if (path !== OPEN_LND_METHOD) metadata.set('macaroon', open.macaroonHex);
  return metadata;
}

const callOptions = (deadlineMs: number | null): CallOptions =>
  deadlineMs === null ? {} : { deadline: Date.now() + deadlineMs };
