import { describe, expect, it } from 'vitest';
import { GraphGetChannelRequest } from '../../../src/generated/services/ldk-server/api.ts';
import { authHeader, framed } from '../../../src/node/ldk-server/sign-call.ts';
import { bytesToHex, hexToBytes } from '../../../src/units/bytes.ts';
import { LDK_AUTH } from './auth-vectors.ts';

describe('the header that signs a call', () => {
  it.each(LDK_AUTH.vectors)('has the known value for $what', ({ body, mac }) => {
    const { apiKeyHex, unixSeconds } = LDK_AUTH;
    expect(authHeader({ apiKeyHex, unixSeconds, body: hexToBytes(body) })).toBe(
      `HMAC 1700000000:${mac}`,
    );
  });

  it('covers the message as gRPC frames it', () => {
    const empty = GraphGetChannelRequest.encode(GraphGetChannelRequest.create()).finish();
    const one = GraphGetChannelRequest.fromPartial({ shortChannelId: '1' });
    expect(bytesToHex(framed(empty))).toBe(LDK_AUTH.vectors[0].body);
    expect(bytesToHex(framed(GraphGetChannelRequest.encode(one).finish()))).toBe(
      LDK_AUTH.vectors[1].body,
    );
    expect(bytesToHex(framed(new Uint8Array(300))).slice(0, 10)).toBe('000000012c');
  });

  it('differs with the time, the body and the key', () => {
    const call = { apiKeyHex: '00'.repeat(32), unixSeconds: 5, body: framed(new Uint8Array([1])) };
    const all = [
      call,
      { ...call, unixSeconds: 6 },
      { ...call, body: framed(new Uint8Array([2])) },
      { ...call, apiKeyHex: `01${'00'.repeat(31)}` },
    ].map((one) => authHeader(one).split(':')[1]);
    expect(new Set(all).size).toBe(4);
  });
});
