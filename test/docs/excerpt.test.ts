import { describe, expect, it } from 'vitest';
import { missingLine } from './excerpt.ts';

const TEXT = 'one 1 and two\nthree\nfour (4)';

describe('an excerpt', () => {
  it.each(['one 1 and two', 'one … two\n…\nfour (…)', 'three\n', '…\nthree', 'one … … two'])(
    'has nothing that the text has not: %j',
    (excerpt) => {
      expect(missingLine(excerpt, TEXT)).toBe(undefined);
    },
  );

  it.each([
    ['one', 'one'],
    ['three\none 1 and two', 'one 1 and two'],
    ['one … 2 … two', 'one … 2 … two'],
    ['three\nthree', 'three'],
    ['four (…) and', 'four (…) and'],
    ['thr…hree', 'thr…hree'],
  ])('is found out: %j', (excerpt, line) => {
    expect(missingLine(excerpt, TEXT)).toBe(line);
  });
});
