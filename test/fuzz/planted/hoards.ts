/** Fills the heap with some inputs until there is no more. */
import fc from 'fast-check';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'hoards',
  about: 'a planted bug',
  shape: 'bytes',
  valid: fc.uint8Array({ minLength: 8, maxLength: 40 }),
  refusals: [],
  acceptedShare: [0, 1],
  seededCases: 30,
  run: (input) => {
    const kept: object[] = [];
    while (input.includes(0x42)) kept.push({ at: kept.length, text: String(kept.length) });
    return 'accepted';
  },
};
