/** A gRPC server with lnd's services whose answers are scripted call by call, over TLS on a free port. */
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { InvoicesService } from '../../../src/generated/services/invoices.ts';
import {
  GetStateResponse,
  LightningService,
  StateService,
  WalletState,
} from '../../../src/generated/services/lightning.ts';
import { GetInfoResponse } from '../../../src/generated/services/node.ts';
import { RouterService } from '../../../src/generated/services/router.ts';
import { type Certificate, makeCertificate } from './certificates.ts';

/** Ends a call with a status; what lnd returns as a plain error has the code UNKNOWN. */
export class FakeStatus extends Error {
  readonly code: status;

  constructor(code: status, details: string) {
    super(details);
    this.code = code;
  }
}

export const plain = (details: string): FakeStatus => new FakeStatus(status.UNKNOWN, details);

export interface ReceivedCall {
  readonly path: string;
  readonly request: unknown;
  readonly macaroons: readonly string[];
  /** What the client's deadline was, in ms from the arrival; Infinity without one. */
  readonly deadlineInMs: number;
}

interface Definition {
  readonly path: string;
  readonly responseStream: boolean;
}

type UnaryScript = (request: never) => unknown;
type StreamScript = (request: never) => AsyncIterable<unknown>;

export const OUR_KEY: string = `02${'11'.repeat(32)}`;

export const readyInfo = (fields: Partial<GetInfoResponse> = {}): GetInfoResponse =>
  GetInfoResponse.fromPartial({
    identityPubkey: OUR_KEY,
    alias: 'ours',
    version: '0.20.1-beta commit=v0.20.1-beta',
    blockHeight: 900_000,
    syncedToChain: true,
    syncedToGraph: true,
    ...fields,
  });

export class FakeLnd {
  readonly calls: readonly ReceivedCall[];
  readonly certificate: Certificate;
  readonly port: number;
  readonly #server: Server;
  readonly #unary: Map<string, UnaryScript>;
  readonly #streams: Map<string, StreamScript>;

  constructor(parts: {
    server: Server;
    port: number;
    certificate: Certificate;
    scripts: Scripts;
  }) {
    this.#server = parts.server;
    this.port = parts.port;
    this.certificate = parts.certificate;
    this.#unary = parts.scripts.unary;
    this.#streams = parts.scripts.streams;
    this.calls = parts.scripts.calls;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Scripts a unary method: what it returns is the answer, what it throws the status. */
  answer<Request, Response>(
    method: {
      readonly path: string;
      readonly requestDeserialize: (bytes: Buffer) => Request;
      readonly responseDeserialize: (bytes: Buffer) => Response;
      readonly responseStream: false;
    },
    script: (request: Request) => Response | Promise<Response>,
  ): void {
    this.#unary.set(method.path, script);
  }

  /** Scripts a streaming method. */
  stream<Request, Response>(
    method: {
      readonly path: string;
      readonly requestDeserialize: (bytes: Buffer) => Request;
      readonly responseDeserialize: (bytes: Buffer) => Response;
      readonly responseStream: true;
    },
    script: (request: Request) => AsyncIterable<Response>,
  ): void {
    this.#streams.set(method.path, script);
  }

  /** Makes a method end with this status. */
  refuse(path: string, error: FakeStatus): void {
    const refusal = (): never => {
      throw error;
    };
    this.#unary.set(path, refusal);
    this.#streams.set(path, refusal);
  }

  /** Breaks every connection. */
  stop(): void {
    this.#server.forceShutdown();
  }
}

interface Scripts {
  readonly unary: Map<string, UnaryScript>;
  readonly streams: Map<string, StreamScript>;
  readonly calls: ReceivedCall[];
}

/** A fake that is ready for a client and answers nothing but GetState and GetInfo until it is told more. */
export async function startFakeLnd(
  options: { readonly certificate?: Certificate } = {},
): Promise<FakeLnd> {
  const certificate = options.certificate ?? (await makeCertificate());
  const scripts: Scripts = { unary: new Map(), streams: new Map(), calls: [] };
  const server = new Server();
  for (const service of [LightningService, StateService, RouterService, InvoicesService]) {
    server.addService(service, implementationOf(service, scripts));
  }
  const credentials = ServerCredentials.createSsl(null, [
    { private_key: Buffer.from(certificate.keyPem), cert_chain: Buffer.from(certificate.certPem) },
  ]);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  const fake = new FakeLnd({ server, port, certificate, scripts });
  fake.answer(StateService.getState, () =>
    GetStateResponse.fromPartial({ state: WalletState.SERVER_ACTIVE }),
  );
  fake.answer(LightningService.getInfo, () => readyInfo());
  return fake;
}

function implementationOf(
  service: Readonly<Record<string, Definition>>,
  scripts: Scripts,
): UntypedServiceImplementation {
  const entries = Object.entries(service).map(([name, definition]) => [
    name,
    definition.responseStream ? serveStream(definition, scripts) : serveUnary(definition, scripts),
  ]);
  return Object.fromEntries(entries) as UntypedServiceImplementation;
}

interface AnyCall {
  readonly request: unknown;
  readonly metadata: Metadata;
  getDeadline(): Date | number;
}

function note(call: AnyCall, path: string, scripts: Scripts): void {
  const deadline = Number(call.getDeadline());
  scripts.calls.push({
    path,
    request: call.request,
    macaroons: call.metadata.get('macaroon').map(String),
    deadlineInMs: deadline - Date.now(),
  });
}

const unscripted = (path: string): FakeStatus =>
  new FakeStatus(status.UNIMPLEMENTED, `${path} is not scripted`);

const statusOf = (error: unknown): { code: status; details: string } =>
  error instanceof FakeStatus
    ? { code: error.code, details: error.message }
    : { code: status.INTERNAL, details: `defect in the fake: ${String(error)}` };

function serveUnary({ path }: Definition, scripts: Scripts) {
  return async (
    call: ServerUnaryCall<unknown, unknown>,
    answer: sendUnaryData<unknown>,
  ): Promise<void> => {
    note(call, path, scripts);
    try {
      const script = scripts.unary.get(path);
      if (script === undefined) throw unscripted(path);
      answer(null, await script(call.request as never));
    } catch (error) {
      answer(statusOf(error));
    }
  };
}

function serveStream({ path }: Definition, scripts: Scripts) {
  return async (call: ServerWritableStream<unknown, unknown>): Promise<void> => {
    note(call, path, scripts);
    try {
      const script = scripts.streams.get(path);
      if (script === undefined) throw unscripted(path);
      for await (const message of script(call.request as never)) call.write(message);
      call.end();
    } catch (error) {
      call.emit('error', statusOf(error));
    }
  };
}
