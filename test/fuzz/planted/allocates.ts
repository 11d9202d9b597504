/** Believes a length field, and makes room for so much before it looks whether so much is there. */
import fc from 'fast-check';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'allocates',
  about: 'a planted bug',
  shape: 'bytes',
  valid: fc.constant(Uint8Array.of(0, 0, 0, 4, 1, 2, 3, 4)),
  refusals: [RangeError],
  acceptedShare: [0, 1],
  seededCases: 60,
  run: (input) => {
    if (input.length < 4) return 'refused';
    const length = Buffer.from(input).readUInt32BE(0);
    const room = new Uint8Array(length);
    return room.length === input.length - 4 ? 'accepted' : 'refused';
  },
};
