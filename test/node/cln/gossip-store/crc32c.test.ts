import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from '../../../../src/node/cln/gossip-store/crc32c.ts';
import { testSeed } from '../../../seeded-random.ts';
import { slowCrc32c } from './store-writer.ts';

test('the check value of CRC-32C, and the vectors of RFC 3720', () => {
  expect(crc32c(0, new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  expect(crc32c(0, new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(0, new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(
    crc32c(
      0,
      Uint8Array.from({ length: 32 }, (_, i) => i),
    ),
  ).toBe(0x46dd794e);
});

test('goes on from where it stopped, as its definition does', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.uint8Array({ maxLength: 60 }),
      fc.nat(0xffff_ffff),
      (first, second, start) => {
        const whole = Uint8Array.of(...first, ...second);
        expect(crc32c(crc32c(start, first), second)).toBe(crc32c(start, whole));
        expect(crc32c(start, whole)).toBe(slowCrc32c(start, whole));
      },
    ),
    { seed: testSeed(12), numRuns: 200 },
  );
});
