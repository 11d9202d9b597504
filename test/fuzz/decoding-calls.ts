/** Calls of lnd that are answered with given bytes: decoded by the code that decodes lnd's, and refused like lnd's. */
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { CallEnd, LndCalls } from '../../src/node/lnd/lnd-calls.ts';
import { statusError } from '../../src/node/lnd/status-error.ts';

interface Method {
  readonly path: string;
  readonly requestSerialize: (request: never) => Uint8Array;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}

/** Bytes of an answer; `undefined` for an empty one. */
export type Answering = (path: string, asked: number) => Uint8Array | undefined;

/** What grpc-js makes of a message that cannot be decoded. */
function undecodable(error: unknown): ServiceError {
  const details = `Response message parsing error: ${error instanceof Error ? error.message : String(error)}`;
  const facts = { code: status.INTERNAL, details, metadata: new Metadata() };
  return Object.assign(new Error(details), facts);
}

/** Stands in for the calls of a node; paths are those of its service. */
export class DecodingCalls {
  readonly closed = false;
  /** Messages that could be decoded. */
  decoded = 0;
  readonly #answer: Answering;
  readonly #asked = new Map<string, number>();

  constructor(answer: Answering) {
    this.#answer = answer;
  }

  async attempt(method: Method, request: never): Promise<CallEnd<unknown>> {
    method.requestSerialize(request);
    try {
      return { kind: 'response', response: this.#decode(method) };
    } catch (error) {
      return { kind: 'status', error: undecodable(error) };
    }
  }

  async unary(method: Method, request: never, deadlineMs: number): Promise<unknown> {
    const end = await this.attempt(method, request);
    if (end.kind === 'response') return end.response;
    throw await this.explain(end.error, method.path, deadlineMs);
  }

  async stream(method: Method): Promise<unknown> {
    const decode = (): unknown => this.#decode(method);
    return {
      cancel() {},
      async *[Symbol.asyncIterator](): AsyncGenerator<unknown> {
        let message: unknown;
        try {
          message = decode();
        } catch (error) {
          throw undecodable(error);
        }
        yield message;
      },
    };
  }

  async explain(error: ServiceError, path: string, deadlineMs: number | null): Promise<Error> {
    return statusError(error, { path: path as never, deadlineMs });
  }

  finish(): void {}

  close(): void {}

  #decode({ path, responseDeserialize }: Method): unknown {
    const asked = this.#asked.get(path) ?? 0;
    this.#asked.set(path, asked + 1);
    const message = responseDeserialize(Buffer.from(this.#answer(path, asked) ?? new Uint8Array()));
    this.decoded++;
    return message;
  }
}

export const asLndCalls = (calls: DecodingCalls): LndCalls => calls as unknown as LndCalls;
