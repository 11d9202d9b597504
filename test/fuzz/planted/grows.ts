/** Takes far more memory than its input is worth, and gives it back. */
import fc from 'fast-check';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'grows',
  about: 'a planted bug',
  shape: 'bytes',
  valid: fc.uint8Array({ minLength: 8, maxLength: 40 }),
  refusals: [],
  acceptedShare: [0, 1],
  seededCases: 60,
  run: (input) => {
    const size = input.includes(0x42) ? 48 * 1024 * 1024 : 1;
    return new Uint8Array(size).fill(1).length > 0 ? 'accepted' : 'refused';
  },
};
