/** The configuration of `ballast run`: TOML of the user's own, or copied from somewhere. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { readConfig } from '../../../src/cli/config/read-config.ts';
import { textOf } from '../input/like-example.ts';
import type { FuzzTarget } from '../target.ts';

const EXAMPLE = readFileSync(new URL('../../../examples/ballast.toml', import.meta.url), 'utf8');

/** Its lines, with those that it has commented out as they would stand there. */
const LINES = EXAMPLE.split('\n').map((line) => line.replace(/^#\s?(?=\s*[a-z_]+ = |\[)/, ''));
const KEYS = LINES.filter((line) => / = /.test(line));
const BEGINNING = '[node]\nlnd = "127.0.0.1:10009"\ntls = "tls.cert"\nmacaroon = "m"\n';

const ODD = [
  'a = [[[[1]]]]',
  'a = { b = { c = 1 } }',
  '__proto__ = 1',
  '[__proto__]',
  '[tags]\nconstructor = ["a"]\n__proto__ = ["b"]',
  '[[channels]]',
  '[[channels]]\nnames = "a"',
  'a = 9223372036854775807',
  'a = 1e400',
  'a = nan',
  'a = 2026-01-01',
  'a = """\n[node]\n"""',
  "a = '''",
  `a = ${'['.repeat(2_000)}`,
  `${'k'.repeat(3_000)} = 1`,
  'a = "\\u202e"',
];

const line = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...LINES) },
  { weight: 4, arbitrary: fc.constantFrom(...KEYS) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...KEYS), fc.constantFrom('0', '-1', '""', '[]', '{}', 'true', '1.5'))
      .map(([key, value]) => `${key.split(' = ')[0]} = ${value}`),
  },
);

const configs = fc.oneof(
  { weight: 2, arbitrary: fc.constant(EXAMPLE) },
  { weight: 2, arbitrary: fc.constant(BEGINNING) },
  { weight: 4, arbitrary: fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n')) },
  {
    weight: 4,
    arbitrary: fc
      .array(line, { maxLength: 3 })
      .map((lines) => `${BEGINNING}${lines.filter((one) => one.startsWith('[')).join('\n')}`),
  },
);

export const target: FuzzTarget = {
  name: 'config',
  about: 'the configuration file',
  shape: 'text',
  valid: configs.map((text) => new TextEncoder().encode(text)),
  refusals: [],
  acceptedShare: [0.05, 0.7],
  seededCases: 2_500,
  run: (input) => {
    const reading = readConfig(textOf(input), 'ballast.toml');
    if (reading.kind === 'config') return 'accepted';
    assert.ok(reading.problems.length > 0);
    for (const problem of reading.problems) {
      assert.ok(problem.startsWith('ballast.toml'));
      assert.ok(problem.length < 2_000, 'a problem is told at length');
    }
    return 'refused';
  },
};
