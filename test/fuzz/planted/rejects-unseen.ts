/** Leaves a rejection behind that nobody sees. */
import fc from 'fast-check';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'rejects-unseen',
  about: 'a planted bug',
  shape: 'bytes',
  valid: fc.uint8Array({ minLength: 8, maxLength: 40 }),
  refusals: [],
  acceptedShare: [0, 1],
  seededCases: 40,
  run: async (input): Promise<'accepted'> => {
    if (input.includes(0x42)) void Promise.reject(new TypeError('nobody sees me'));
    return 'accepted';
  },
};
