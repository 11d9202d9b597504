/** A bare gRPC client over the generated definitions, for what the tests send to a served lnd. */
import {
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { expect } from 'vitest';
import { InvoicesService } from '../../../src/generated/services/invoices.ts';
import { LightningService, StateService } from '../../../src/generated/services/lightning.ts';
import { RouterService } from '../../../src/generated/services/router.ts';
import type { ServedLnd } from '../../../src/sim/lnd/serve-lnd.ts';

export const SERVICES: readonly ServiceDefinition[] = [
  StateService,
  LightningService,
  RouterService,
  InvoicesService,
];

const MAX_MESSAGE_BYTES = 200 * 1024 * 1024;

export class RpcClient {
  readonly #client: Client;
  readonly #metadata = new Metadata();

  /** Without `macaroonHex` it sends the server's own admin macaroon; with `null`, none. */
  constructor(served: ServedLnd, { macaroonHex }: { macaroonHex?: string | null } = {}) {
    const root = Buffer.from(served.tlsCertPem);
    this.#client = new Client(served.address, credentials.createSsl(root), {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.ssl_target_name_override': 'localhost',
      // Else clients of one test file share connections by address.
      'grpc.use_local_subchannel_pool': 1,
    });
    if (macaroonHex !== null) this.#metadata.set('macaroon', macaroonHex ?? served.macaroonHex);
  }

  ask<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        this.#metadata,
        (error, response) => (error === null ? resolve(response!) : reject(error)),
      );
    });
  }

  /** Starts a call and hands it out, so that a test can walk away from it. */
  start<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
  ): { readonly cancel: () => void; readonly ended: Promise<ServiceError | null> } {
    let finish: (error: ServiceError | null) => void;
    const ended = new Promise<ServiceError | null>((resolve) => {
      finish = resolve;
    });
    const call = this.#client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      this.#metadata,
      (error) => finish(error),
    );
    return { cancel: () => call.cancel(), ended };
  }

  stream<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
  ): MessageStream<Response> {
    return new MessageStream(
      this.#client.makeServerStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        this.#metadata,
      ),
    );
  }

  /** Both directions; what comes in waits until it is asked for. */
  twoWay<Request, Response>(
    method: MethodDefinition<Request, Response>,
  ): TwoWayStream<Request, Response> {
    return new TwoWayStream(
      this.#client.makeBidiStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        this.#metadata,
      ),
    );
  }

  close(): void {
    this.#client.close();
  }
}

/** Messages in order, one at a time. */
export class MessageStream<Message> {
  readonly #call: ClientReadableStream<Message>;
  readonly #messages: AsyncIterator<Message>;

  constructor(call: ClientReadableStream<Message>) {
    this.#call = call;
    call.on('error', () => {});
    this.#messages = call[Symbol.asyncIterator]();
  }

  /** `undefined` at the end of the stream. */
  async next(): Promise<Message | undefined> {
    const { done, value } = await this.#messages.next();
    return done === true ? undefined : value;
  }

  async rest(): Promise<Message[]> {
    const messages: Message[] = [];
    for (;;) {
      const message = await this.next();
      if (message === undefined) return messages;
      messages.push(message);
    }
  }

  cancel(): void {
    this.#call.cancel();
  }
}

export class TwoWayStream<Request, Response> extends MessageStream<Response> {
  readonly #call: ClientDuplexStream<Request, Response>;

  constructor(call: ClientDuplexStream<Request, Response>) {
    super(call);
    this.#call = call;
  }

  send(request: Request): void {
    this.#call.write(request);
  }

  /** Says no more, and goes on reading. */
  end(): void {
    this.#call.end();
  }
}

/** Asserts that the call ends with this status and text. */
export async function expectStatus(
  outcome: Promise<unknown>,
  { code, details }: { code: number; details: string | RegExp },
): Promise<void> {
  const error = await outcome.then(
    () => undefined,
    (reason: ServiceError) => reason,
  );
  expect(error, 'the call should have failed').toBeDefined();
  expect({ code: error?.code, details: error?.details }).toEqual({
    code,
    details: typeof details === 'string' ? details : expect.stringMatching(details),
  });
}
