/** Waits for what never comes. */
import fc from 'fast-check';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'never-settles',
  about: 'a planted bug',
  shape: 'bytes',
  valid: fc.uint8Array({ minLength: 8, maxLength: 40 }),
  refusals: [],
  acceptedShare: [0, 1],
  seededCases: 12,
  run: (input) =>
    new Promise((resolve) => {
      if (!input.includes(0) || input.length < 12) resolve('accepted');
    }),
};
