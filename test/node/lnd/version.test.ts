import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareLndVersions,
  holdExpiryBlocks,
  type OLDEST_LND,
  parseLndVersion,
  requireSupportedVersion,
} from '../../../src/node/lnd/version.ts';

describe('parseLndVersion', () => {
  it.each([
    ['0.18.5-beta commit=v0.18.5-beta', 0, 18, 5, Infinity],
    ['0.21.99-beta', 0, 21, 99, Infinity],
    ['0.20.0-beta.rc2 commit=v0.20.0-beta.rc2-3-gabcdef', 0, 20, 0, 2],
    ['v0.19.3-beta', 0, 19, 3, Infinity],
    ['1.0.0', 1, 0, 0, Infinity],
    ['0.19.0-beta.arc7', 0, 19, 0, Infinity],
  ])('reads %s', (text, major, minor, patch, candidate) => {
    expect(parseLndVersion(text)).toEqual({ major, minor, patch, candidate });
  });

  it.each(['', 'dev', '0.18', '0.18.5.1', 'beta 0.18.5', '0.-1.2'])('gives up on "%s"', (text) => {
    expect(parseLndVersion(text)).toBeUndefined();
  });
});

describe('requireSupportedVersion', () => {
  it.each([
    '0.18.5-beta commit=v0.18.5-beta',
    '0.18.6-beta.rc1',
    '0.19.0-beta.rc1',
    '0.21.99-beta',
    '1.0.0-beta',
  ])('takes %s', (text) => {
    expect(() => requireSupportedVersion(text)).not.toThrow();
  });

  it.each(['0.18.4-beta commit=v0.18.4-beta', '0.18.5-beta.rc1', '0.9.99-beta', '0.17.5-beta'])(
    'refuses %s',
    (text) => {
      expect(() => requireSupportedVersion(text)).toThrow(
        expect.objectContaining({
          code: 'too_old',
          message: expect.stringMatching(/0\.18\.5 or newer.*update lnd/),
        }),
      );
    },
  );

  it('refuses what it cannot read, and shows it', () => {
    expect(() => requireSupportedVersion('unreleased')).toThrow(
      expect.objectContaining({ code: 'too_old', message: expect.stringContaining('unreleased') }),
    );
  });
});

describe('compareLndVersions', () => {
  const part = fc.integer({ min: 0, max: 120 });
  const version = fc.record({
    major: part,
    minor: part,
    patch: part,
    candidate: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(Infinity)),
  });
  const text = (v: typeof OLDEST_LND): string =>
    `${v.major}.${v.minor}.${v.patch}-beta${v.candidate === Infinity ? '' : `.rc${v.candidate}`}`;

  it('reads back every version that is written, whatever follows it', () => {
    fc.assert(
      fc.property(version, fc.constantFrom('', ' commit=v9.9.9-beta', ' '), (v, rest) => {
        expect(parseLndVersion(text(v) + rest)).toEqual(v);
      }),
    );
  });

  it('orders like the numbers, part by part', () => {
    fc.assert(
      fc.property(version, version, (left, right) => {
        const weight = (v: typeof OLDEST_LND): number =>
          ((v.major * 1000 + v.minor) * 1000 + v.patch) * 1000 + Math.min(v.candidate, 500);
        expect(compareLndVersions(left, right)).toBe(Math.sign(weight(left) - weight(right)));
      }),
    );
  });
});

it.each([
  ['0.18.5-beta', 12],
  ['0.20.1-beta commit=v0.20.1-beta', 12],
  ['0.21.0-beta.rc1', 18],
  ['0.21.2-beta', 18],
  ['1.0.0', 18],
  ['mine', 18],
])('lnd %s gives a held payment back %i blocks before it expires', (text, blocks) => {
  expect(holdExpiryBlocks(text)).toBe(blocks);
});
