/** Never comes back from some inputs. */
import fc from 'fast-check';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'loops',
  about: 'a planted bug',
  shape: 'bytes',
  valid: fc.uint8Array({ minLength: 8, maxLength: 40 }),
  refusals: [],
  acceptedShare: [0, 1],
  seededCases: 12,
  run: (input) => {
    for (let at = 0; at < input.length; at += input[at] === 0 ? 0 : 1);
    return 'accepted';
  },
};
