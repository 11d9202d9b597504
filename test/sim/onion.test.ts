import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Hop, Route } from '../../src/generated/messages/route.ts';
import { encodePayload, onionDefect } from '../../src/sim/onion.ts';
import { hopPayloadBytes } from '../../src/units/onion-size.ts';
import { testSeed } from '../seeded-random.ts';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(1);

describe('encodePayload', () => {
  it("is BOLT 4's first example, byte for byte", () => {
    const hop = Hop.fromPartial({ amtToForwardMsat: 15_000n, expiry: 1500 });
    const payload = encodePayload(hop, Hop.fromPartial({ chanId: '1' }));
    expect(Buffer.from(payload).toString('hex')).toBe('02023a98040205dc06080000000000000001');
  });

  it('is as long as the pathfinder reckons', () => {
    const hops = fc.record({
      amtToForwardMsat: fc.bigInt({ min: 0n, max: 2n ** 50n }),
      expiry: fc.integer({ min: 0, max: 2 ** 24 }),
      hasNextChannel: fc.boolean(),
      mppTotalMsat: fc.option(fc.bigInt({ min: 1n, max: 2n ** 50n }), { nil: null }),
      recordBytes: fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 2 }),
    });
    const property = fc.property(hops, (fields) => {
      const { amtToForwardMsat, expiry, hasNextChannel, mppTotalMsat } = fields;
      const records = fields.recordBytes.map(
        (length, i) => [65_536n + BigInt(i), bytes(length)] as const,
      );
      const hop = Hop.fromPartial({ amtToForwardMsat, expiry });
      hop.customRecords = new Map(records);
      if (mppTotalMsat !== null)
        hop.mppRecord = { paymentAddr: bytes(32), totalAmtMsat: mppTotalMsat };
      const next = hasNextChannel ? Hop.fromPartial({ chanId: '779898461696688128' }) : undefined;
      const length = encodePayload(hop, next).length;
      const prefix = length < 0xfd ? 1 : 3;
      const reckoned = hopPayloadBytes({
        amountToForwardMsat: amtToForwardMsat,
        expiry,
        hasNextChannel,
        ...(mppTotalMsat === null ? {} : { mppTotalMsat }),
        customRecords: records.map(([type, value]) => ({ type, valueBytes: value.length })),
      });
      expect(prefix + length + 32).toBe(reckoned);
    });
    fc.assert(property, { seed: testSeed(4), numRuns: 500 });
  });
});

describe('onionDefect', () => {
  const route = (count: number): Route => {
    const hops = Array.from({ length: count }, () =>
      Hop.fromPartial({
        amtToForwardMsat: 500_000_000n,
        expiry: 900_083,
        chanId: '779898461696688128',
      }),
    );
    hops.at(-1)!.mppRecord = { paymentAddr: bytes(32), totalAmtMsat: 500_000_000n };
    return Route.fromPartial({ hops });
  };

  it('takes 23 hops at mainnet size and no more', () => {
    expect(onionDefect(route(23))).toBeUndefined();
    expect(onionDefect(route(24))).toBe('max payload size exceeded');
    expect(onionDefect(route(27))).toBe('max payload size exceeded');
    expect(onionDefect(route(28))).toBe('route has too many hops');
  });
});
