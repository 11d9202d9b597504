/**
 * gRPC on bare HTTP/2, as LDK Server has it: the body is read whole before anything else, because it is signed, and
 * errors come without a body (trailers only).
 */
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { status } from '@grpc/grpc-js';
import { asRpcError, LdkRpcError } from './rpc-error.ts';

/** One method: how its messages are read and written, and what it answers. */
export type WireMethod = {
  readonly decode: (bytes: Buffer) => unknown;
  readonly encode: (message: unknown) => Buffer;
} & (
  | { readonly kind: 'unary'; readonly answer: (request: unknown) => unknown }
  | {
      readonly kind: 'stream';
      readonly answer: (request: unknown, signal: AbortSignal) => AsyncIterable<unknown>;
    }
);

export interface WireParts {
  /** By path. */
  readonly methods: ReadonlyMap<string, WireMethod>;
  /** Throws what the call is refused with. `body` as it came, frame and all. */
  readonly admit: (call: {
    readonly path: string;
    readonly header: string | undefined;
    readonly body: Buffer;
  }) => void;
  readonly nowMs: () => number;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

const MOST_BODY_BYTES = 10 * 1024 * 1024;
const FRAME_HEAD_BYTES = 5;
const CONTENT_TYPES: readonly unknown[] = ['application/grpc', 'application/grpc+proto'];

export function serveGrpc(server: Http2Server, parts: WireParts): void {
  server.on('stream', (stream, headers) => {
    // A client may go at any time.
    stream.on('error', () => {});
    void answerCall(stream, headers, parts).catch((error: unknown) =>
      refuse(stream, asRpcError(error), parts.nowMs()),
    );
  });
}

async function answerCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  parts: WireParts,
): Promise<void> {
  const path = headers[':path'] ?? '';
  if (headers[':method'] !== 'POST' || !CONTENT_TYPES.includes(headers['content-type'])) {
    throw new LdkRpcError(status.INVALID_ARGUMENT, 'this is no gRPC call');
  }
  if ((headers['grpc-encoding'] ?? 'identity') !== 'identity') {
    throw new LdkRpcError(status.UNIMPLEMENTED, 'compression is not supported');
  }
  const body = await readBody(stream);
  const header = headers['x-auth'];
  parts.admit({ path, header: typeof header === 'string' ? header : undefined, body });
  const method = parts.methods.get(path);
  if (method === undefined) throw new LdkRpcError(status.UNIMPLEMENTED, `unknown path ${path}`);
  const request = method.decode(messageIn(body));
  if (method.kind === 'unary') {
    const answer = frame(method.encode(await method.answer(request)));
    begin(stream, parts.nowMs());
    stream.end(answer);
    return;
  }
  await answerStream(stream, { method, request, parts });
}

async function answerStream(
  stream: ServerHttp2Stream,
  call: {
    readonly method: Extract<WireMethod, { kind: 'stream' }>;
    readonly request: unknown;
    readonly parts: WireParts;
  },
): Promise<void> {
  const { method, request, parts } = call;
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, parts.closing]);
  const messages = method.answer(request, signal);
  begin(stream, parts.nowMs());
  for await (const message of messages) {
    if (signal.aborted) break;
    if (!stream.write(frame(method.encode(message)))) await drained(stream, signal);
  }
  if (!stream.destroyed) stream.end();
}

async function readBody(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BODY_BYTES) {
      throw new LdkRpcError(status.INVALID_ARGUMENT, 'the body is too large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function messageIn(body: Buffer): Buffer {
  if (body.length < FRAME_HEAD_BYTES || body.readUInt32BE(1) !== body.length - FRAME_HEAD_BYTES) {
    throw new LdkRpcError(status.INVALID_ARGUMENT, 'the body is not one message');
  }
  if (body[0] !== 0) throw new LdkRpcError(status.UNIMPLEMENTED, 'compression is not supported');
  return body.subarray(FRAME_HEAD_BYTES);
}

function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const headersAt = (nowMs: number): Record<string, string | number> => ({
  ':status': 200,
  'content-type': 'application/grpc+proto',
  date: new Date(nowMs).toUTCString(),
});

function begin(stream: ServerHttp2Stream, nowMs: number): void {
  if (stream.destroyed) return;
  stream.respond(headersAt(nowMs), { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status.OK) }));
}

function refuse(stream: ServerHttp2Stream, error: LdkRpcError, nowMs: number): void {
  if (stream.destroyed) return;
  if (stream.headersSent) {
    stream.close();
    return;
  }
  const trailers = {
    'grpc-status': String(error.code),
    'grpc-message': encodeURIComponent(error.message),
  };
  stream.respond({ ...headersAt(nowMs), ...trailers }, { endStream: true });
}

function drained(stream: ServerHttp2Stream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      stream.off('drain', done);
      resolve();
    };
    stream.on('drain', done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
