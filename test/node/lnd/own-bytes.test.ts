import { describe, expect, it } from 'vitest';
import { Route } from '../../../src/generated/messages/route.ts';
import { ownBytes } from '../../../src/node/lnd/own-bytes.ts';

describe('ownBytes', () => {
  it('gives an equal message that survives its buffer', () => {
    const original = Route.fromPartial({
      totalAmtMsat: 5n,
      hops: [
        {
          chanId: '18446744073709551615',
          mppRecord: { paymentAddr: new Uint8Array(32).fill(4), totalAmtMsat: 5n },
          customRecords: new Map([[65_536n, Uint8Array.of(1, 2, 3)]]),
          metadata: Uint8Array.of(9),
        },
      ],
    });
    const buffer = Buffer.from(Route.encode(original).finish());
    const decoded = Route.decode(buffer);
    const copy = ownBytes(decoded);
    const before = Route.encode(copy).finish();
    buffer.fill(0xff);
    expect(decoded.hops[0]?.mppRecord?.paymentAddr[0]).toBe(0xff);
    expect(Route.encode(copy).finish()).toEqual(before);
    expect(copy).toEqual(original);
  });
});
