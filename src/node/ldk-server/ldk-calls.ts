/** How calls are made: a signature for each, a deadline, and what can be said about the way they ended. */
import {
  type CallOptions,
  type ClientReadableStream,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import {
  GetNodeInfoRequest,
  LightningNodeService,
} from '../../generated/services/ldk-server/api.ts';
import type { NodeError } from '../node-error.ts';
import { closedError, type LdkChannel, type OpenChannel } from './ldk-channel.ts';
import { AUTH_HEADER, authHeader, framed } from './sign-call.ts';
import { methodName, refusedSignature, statusError } from './status-error.ts';

/** What a generated service says about one of its methods. */
interface Method<Request, Response> {
  readonly path: string;
  readonly requestStream: false;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

export interface UnaryMethod<Request, Response> extends Method<Request, Response> {
  readonly responseStream: false;
}

export interface StreamMethod<Request, Response> extends Method<Request, Response> {
  readonly responseStream: true;
}

/** A call that was made, and how it ended. */
export type CallEnd<Response> =
  | { readonly kind: 'response'; readonly response: Response }
  | { readonly kind: 'status'; readonly error: ServiceError };

/** Servers from before 2026-05-12 expect the time alone to be signed. */
type Signed = 'time_and_body' | 'time';

const asBytes = (bytes: Buffer): Buffer => bytes;

export class LdkCalls {
  readonly #channel: LdkChannel;
  readonly #active = new Set<{ cancel(): void }>();

  constructor(channel: LdkChannel) {
    this.#channel = channel;
  }

  get closed(): boolean {
    return this.#channel.closed;
  }

  /**
   * Makes one call. It rejects only while nothing has been handed to the transport; whatever goes wrong after that is a
   * status, for the request may have left.
   */
  async attempt<Request, Response>(
    method: UnaryMethod<Request, Response>,
    request: Request,
    deadlineMs: number,
    signed: Signed = 'time_and_body',
  ): Promise<CallEnd<Response>> {
    // Metadata is fixed before gRPC frames the message, so it is encoded here and goes on as it is.
    const bytes = method.requestSerialize(request);
    const open = await this.#channel.connected();
    return new Promise((resolve) => {
      const call = open.client.makeUnaryRequest(
        method.path,
        asBytes,
        method.responseDeserialize,
        bytes,
        signedMetadata(open, bytes, signed),
        deadlineIn(deadlineMs),
        (error, response) => {
          this.#active.delete(call);
          resolve(
            error === null
              ? { kind: 'response', response: response as Response }
              : { kind: 'status', error },
          );
        },
      );
      this.#active.add(call);
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
      signedMetadata(open, bytes, 'time_and_body'),
      {},
    );
    // A stream that is cancelled after its reader has gone reports that as an error, which nobody waits for.
    stream.on('error', () => {});
    this.#active.add(stream);
    return stream;
  }

  finish(stream: { cancel(): void }): void {
    this.#active.delete(stream);
    stream.cancel();
  }

  /** The error to throw for a status; where contact or trust was lost, the reason is looked for. */
  async explain(error: ServiceError, path: string, deadlineMs: number): Promise<NodeError> {
    if (error.code === status.CANCELLED && this.#channel.closed) return closedError();
    if (error.code === status.UNAUTHENTICATED) {
      const nowMs = Date.now();
      const signsTimeOnly = await this.#signsTimeOnly(deadlineMs);
      return refusedSignature(error, { nowMs, signsTimeOnly, call: methodName(path) });
    }
    const plain = statusError(error, { path, deadlineMs });
    if (error.code !== status.UNAVAILABLE) return plain;
    return (await this.#channel.explain()) ?? plain;
  }

  /** Whether the server accepts the signature of old, for which it is asked once more. */
  async #signsTimeOnly(deadlineMs: number): Promise<boolean> {
    const method = LightningNodeService.getNodeInfo;
    const end = await this.attempt(method, GetNodeInfoRequest.create(), deadlineMs, 'time').catch(
      () => undefined,
    );
    return end?.kind === 'response';
  }

  close(): void {
    this.#channel.close();
    for (const call of this.#active) call.cancel();
    this.#active.clear();
  }
}

function signedMetadata({ apiKeyHex }: OpenChannel, bytes: Buffer, signed: Signed): Metadata {
  const metadata = new Metadata();
  const unixSeconds = Math.floor(Date.now() / 1000);
  const body = signed === 'time' ? new Uint8Array() : framed(bytes);
  metadata.set(AUTH_HEADER, authHeader({ apiKeyHex, unixSeconds, body }));
  return metadata;
}

const deadlineIn = (deadlineMs: number): CallOptions => ({ deadline: Date.now() + deadlineMs });
