import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bigSizeBytes,
  forwardingPayloadBytes,
  framedPayloadBytes,
  hopPayloadBytes,
} from '../../src/units/onion-size.ts';
import { testSeed } from '../seeded-random.ts';
import vectors from '../vectors/onion.json' with { type: 'json' };

interface PayloadInput {
  amt: number;
  expiry: number;
  chan: number;
  mpp_total?: number;
  amp_child_index?: number;
  metadata_len?: number;
  custom?: Record<string, number>;
}

/** Records that Ballast itself never sends, in the form in which every further record is counted. */
function otherRecords(input: PayloadInput) {
  const records: { type: bigint; valueBytes: number }[] = [];
  // AMP: root share and set id of 32 bytes each, then the truncated child index.
  if (input.amp_child_index !== undefined) records.push({ type: 14n, valueBytes: 65 });
  if (input.metadata_len !== undefined) records.push({ type: 16n, valueBytes: input.metadata_len });
  for (const [type, valueBytes] of Object.entries(input.custom ?? {})) {
    records.push({ type: BigInt(type), valueBytes });
  }
  return records;
}

describe('onion payload sizes', () => {
  const sized = vectors.vectors.filter((v) => v.kind === 'payload_size');
  it.each(sized.map((v) => ({ id: v.id, v })))('$id', ({ v }) => {
    const input = v.input as unknown as PayloadInput;
    const bytes = hopPayloadBytes({
      amountToForwardMsat: BigInt(input.amt),
      expiry: input.expiry,
      hasNextChannel: input.chan !== 0,
      ...(input.mpp_total === undefined ? {} : { mppTotalMsat: BigInt(input.mpp_total) }),
      customRecords: otherRecords(input),
    });
    expect(bytes).toBe((v.expected as Record<string, number>)['bytes_including_length_and_hmac']);
  });

  const encoded = vectors.vectors.filter((v) => v.kind === 'bolt4_payload_len');
  it.each(encoded.map((v) => ({ id: v.id, v })))('$id', ({ v }) => {
    const hex = (v.input as Record<string, string>)['payload_hex']!;
    const expected = v.expected as Record<string, number>;
    // The vector's payload begins with its own length prefix.
    const whole = hex.length / 2;
    const prefix = hex.startsWith('fd') ? 3 : 1;
    expect(bigSizeBytes(BigInt(whole - prefix)) + whole - prefix).toBe(
      expected['payload_bytes_with_length_prefix'],
    );
    expect(framedPayloadBytes(whole - prefix)).toBe(expected['bytes_in_onion_with_hmac']);
  });

  it('gives the same on doubles, for forwarding hops', () => {
    const amounts = fc.bigInt({ min: 0n, max: 2n ** 53n - 1n });
    fc.assert(
      fc.property(
        amounts,
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (amountToForwardMsat, expiry) => {
          expect(forwardingPayloadBytes(Number(amountToForwardMsat), expiry)).toBe(
            hopPayloadBytes({ amountToForwardMsat, expiry, hasNextChannel: true }),
          );
        },
      ),
      { seed: testSeed(1300), numRuns: 2000 },
    );
  });
});
