import { describe, expect, it } from 'vitest';
import { feeLimitMsat, feePpm, msatToSatFloor, satToMsat } from '../../src/units/amounts.ts';
import { bytesEqual, bytesToHex, hexToBytes } from '../../src/units/bytes.ts';

describe('amounts', () => {
  it('rounds satoshis down', () => {
    expect(msatToSatFloor(1999n)).toBe(1n);
    expect(satToMsat(21n)).toBe(21_000n);
  });

  it('turns a ppm limit into msat, rounded down, fractions of a ppm included', () => {
    expect(feeLimitMsat({ amountMsat: 1_000_000_000n, maxFeePpm: 1000 })).toBe(1_000_000n);
    expect(feeLimitMsat({ amountMsat: 999_999n, maxFeePpm: 1 })).toBe(0n);
    expect(feeLimitMsat({ amountMsat: 1_000_000n, maxFeePpm: 0.5 })).toBe(0n);
    expect(feeLimitMsat({ amountMsat: 2_000_000n, maxFeePpm: 0.5 })).toBe(1n);
  });

  it('shows a fee as ppm', () => {
    expect(feePpm({ feeMsat: 123_456n, amountMsat: 1_000_000_000n })).toBe(123.456);
    expect(feePpm({ feeMsat: 5n, amountMsat: 0n })).toBe(0);
  });
});

describe('bytes', () => {
  it('goes to hex and back', () => {
    const bytes = Uint8Array.from([0, 1, 127, 128, 255]);
    expect(bytesToHex(bytes)).toBe('00017f80ff');
    expect(bytesEqual(hexToBytes('00017F80ff'), bytes)).toBe(true);
    expect(bytesEqual(bytes, bytes.slice(1))).toBe(false);
  });

  it.each(['abc', 'zz'])('refuses %j', (hex) => {
    expect(() => hexToBytes(hex)).toThrow(/hex string/);
  });
});
