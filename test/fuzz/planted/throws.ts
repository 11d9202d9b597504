/** Breaks on some inputs, as code does that has forgotten a case. */
import fc from 'fast-check';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'throws',
  about: 'a planted bug',
  shape: 'bytes',
  valid: fc.uint8Array({ minLength: 8, maxLength: 40 }),
  refusals: [RangeError],
  acceptedShare: [0, 1],
  seededCases: 300,
  run: (input) => {
    if (input.length < 8) throw new RangeError('too short; give more');
    const found = input.includes(0x42) ? undefined : { name: 'x' };
    return found!.name === 'x' ? 'accepted' : 'refused';
  },
};
