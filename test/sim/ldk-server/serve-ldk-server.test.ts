// The served node as any client sees it: bare HTTP/2, with signatures made here.
import { createHmac } from 'node:crypto';
import { connect } from 'node:http2';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  GraphGetChannelResponse,
  ListForwardedPaymentsRequest,
  ListForwardedPaymentsResponse,
} from '../../../src/generated/services/ldk-server/api.ts';
import { ForwardedPayment } from '../../../src/generated/services/ldk-server/types.ts';
import { type ServedLdkServer, serveLdkServer } from '../../../src/sim/index.ts';
import { ringNetwork } from '../lnd/ring-network.ts';

interface Answer {
  readonly headers: Record<string, unknown>;
  readonly trailers: Record<string, unknown>;
  readonly body: Buffer;
}

interface Call {
  readonly path: string;
  readonly message?: Uint8Array;
  /** Sent in place of the framed message. */
  readonly body?: Buffer;
  readonly headers?: Record<string, string>;
}

function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(5);
  length.writeUInt32BE(message.length, 1);
  return Buffer.concat([length, message]);
}

function signature(server: ServedLdkServer, body: Buffer): string {
  const seconds = Math.floor(Date.now() / 1000);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(seconds));
  const mac = createHmac('sha256', server.apiKeyHex);
  return `HMAC ${seconds}:${mac.update(time).update(body).digest('hex')}`;
}

async function ask(server: ServedLdkServer, call: Call): Promise<Answer> {
  const body = call.body ?? framed(call.message ?? new Uint8Array());
  const session = connect(`https://${server.address}`, { ca: server.tlsCertPem });
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': call.path,
      'content-type': 'application/grpc',
      'x-auth': signature(server, body),
      ...call.headers,
    });
    stream.end(body);
    const answer = { headers: {}, trailers: {} } as {
      -readonly [Key in keyof Answer]: Answer[Key];
    };
    stream.on('response', (headers) => {
      answer.headers = headers as Answer['headers'];
    });
    stream.on('trailers', (trailers) => {
      answer.trailers = trailers as Answer['trailers'];
    });
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    return { ...answer, body: Buffer.concat(chunks) };
  } finally {
    session.close();
  }
}

const path = (method: string): string => `/api.LightningNode/${method}`;

async function served(): Promise<{
  readonly server: ServedLdkServer;
  readonly ring: ReturnType<typeof ringNetwork>;
}> {
  const ring = ringNetwork();
  const server = await serveLdkServer(ring.network, ring.self);
  onTestFinished(() => server.close());
  return { server, ring };
}

/** What a refusal looks like on the wire: nothing but headers. */
const refusal = (code: number, text: RegExp) => ({
  headers: expect.objectContaining({
    ':status': 200,
    'grpc-status': String(code),
    'grpc-message': expect.stringMatching(text),
  }),
  trailers: {},
  body: Buffer.alloc(0),
});

describe('the wire', () => {
  it('carries an answer, its status in the trailers, and the server`s date', async () => {
    const { server } = await served();
    const answer = await ask(server, { path: path('GetNodeInfo') });
    expect(answer.headers).toMatchObject({ ':status': 200 });
    expect(Math.abs(Date.parse(String(answer.headers['date'])) - Date.now())).toBeLessThan(30_000);
    expect(answer.trailers).toMatchObject({ 'grpc-status': '0' });
    expect(answer.body[0]).toBe(0);
    expect(answer.body.readUInt32BE(1)).toBe(answer.body.length - 5);
  });

  it('carries errors in headers alone', async () => {
    const { server, ring } = await served();
    const miss = { path: path('GraphGetChannel'), message: Uint8Array.of(8, 1) };
    expect(await ask(server, miss)).toEqual(refusal(3, /no%20such%20channel/));
    const unsigned = { path: path('GetNodeInfo'), headers: { 'x-auth': 'HMAC' } };
    expect(await ask(server, unsigned)).toEqual(refusal(16, /another%20shape/));
    expect(await ask(server, { path: path('OpenChannel') })).toEqual(refusal(12, /OpenChannel/));
    expect(await ask(server, { path: path('ExportPathfindingScores') })).toEqual(
      refusal(9, /stored/),
    );
    expect(ring.network.pendingHtlcs()).toEqual([]);
  });

  it('refuses what is no plain gRPC message', async () => {
    const { server } = await served();
    const info = path('GetNodeInfo');
    for (const [call, code] of [
      [{ headers: { 'content-type': 'application/json' } }, 3],
      [{ headers: { 'content-type': 'application/grpc+json' } }, 3],
      [{ headers: { 'grpc-encoding': 'gzip' } }, 12],
      [{ body: Buffer.of(1, 0, 0, 0, 0) }, 12],
      [{ body: Buffer.of(0, 0, 0, 0, 9) }, 3],
      [{ body: Buffer.alloc(0) }, 3],
    ] as const) {
      expect(await ask(server, { path: info, ...call })).toEqual(refusal(code, /./));
    }
    const plus = { path: info, headers: { 'content-type': 'application/grpc+proto' } };
    expect((await ask(server, plus)).trailers).toMatchObject({ 'grpc-status': '0' });
  });

  it('refuses a body that is not the one that was signed', async () => {
    const { server } = await served();
    const header = signature(server, framed(Uint8Array.of(8, 1)));
    const call = { message: Uint8Array.of(8, 2), headers: { 'x-auth': header } };
    expect(await ask(server, { path: path('GraphGetChannel'), ...call })).toEqual(
      refusal(16, /not%20made%20with%20the%20key/),
    );
  });
});

it('signs its stream of events like any call', async () => {
  const { server } = await served();
  const header = signature(server, framed(Uint8Array.of(8, 1)));
  const call = { path: path('SubscribeEvents'), headers: { 'x-auth': header } };
  expect(await ask(server, call)).toEqual(refusal(16, /not%20made%20with%20the%20key/));
});

describe('methods', () => {
  it('tell channels of the graph with 64 bits', async () => {
    const { server, ring } = await served();
    const message = Buffer.from('08', 'hex');
    let rest = BigInt(ring.channelAB);
    const varint: number[] = [];
    while (rest > 127n) {
      varint.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    varint.push(Number(rest));
    const call = {
      path: path('GraphGetChannel'),
      message: Buffer.concat([message, Buffer.from(varint)]),
    };
    const { body } = await ask(server, call);
    const { channel } = GraphGetChannelResponse.decode(body.subarray(5));
    expect([channel?.nodeOne, channel?.nodeTwo].sort()).toEqual([ring.a, ring.b].sort());
    expect(channel?.capacitySats).toBe(10_000_000n);
  });

  it('list forwards newest first, in pages that stay as they are while more come', async () => {
    const { server } = await served();
    const add = (amount: number): void =>
      server.addForward(
        ForwardedPayment.fromPartial({ outboundAmountForwardedMsat: BigInt(amount) }),
      );
    for (let i = 0; i < 250; i++) add(i);
    const seen: number[] = [];
    let pageToken: ListForwardedPaymentsResponse['nextPageToken'];
    const sizes: number[] = [];
    do {
      const request = ListForwardedPaymentsRequest.fromPartial({
        ...(pageToken !== undefined && { pageToken }),
      });
      const message = ListForwardedPaymentsRequest.encode(request).finish();
      const { body } = await ask(server, { path: path('ListForwardedPayments'), message });
      const page = ListForwardedPaymentsResponse.decode(body.subarray(5));
      sizes.push(page.forwardedPayments.length);
      seen.push(...page.forwardedPayments.map((row) => Number(row.outboundAmountForwardedMsat)));
      pageToken = page.nextPageToken;
      add(1_000);
    } while (pageToken !== undefined);
    expect(sizes).toEqual([100, 100, 50]);
    expect(seen).toEqual(Array.from({ length: 250 }, (_, i) => 249 - i));
  });
});
