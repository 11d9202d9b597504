import { expect, it } from 'vitest';
import { KeyLines } from '../../../src/cli/config/key-lines.ts';

const TOML = `top = 1
[a]
# [b]
x = 1
 "y" = 2
t = """
[b]
z = 3
"""
[ b ]   # here
z = { x = 1 }
[[c]]
k = [
  "x = 1",
]
[[c]]
k = 2`;

it.each([
  ['', 'top', 1],
  ['a', null, 2],
  ['a', 'x', 4],
  ['a', 'y', 5],
  ['a', 't', 6],
  ['b', null, 10],
  ['b', 'z', 11],
  ['c.0', 'k', 13],
  ['c.1', null, 16],
  ['c.1', 'k', 17],
  // What is not there is looked for where its table begins.
  ['b', 'missing', 10],
  ['d', 'missing', undefined],
] as const)('[%s] %s stands in line %s', (table, key, line) => {
  expect(new KeyLines(TOML).of([table, key])).toBe(line);
});
