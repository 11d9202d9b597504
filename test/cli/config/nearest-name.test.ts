import { expect, it } from 'vitest';
import { nearestName } from '../../../src/cli/config/nearest-name.ts';

const KNOWN = ['interval', 'max_moves', 'max_fee_ppm', 'listen'];

it.each([
  ['intervall', 'interval'],
  ['intreval', 'interval'],
  ['max-moves', 'max_moves'],
  ['MAX_MOVES', 'max_moves'],
  ['max_fee_pp', 'max_fee_ppm'],
  ['lsiten', 'listen'],
  ['port', undefined],
  ['', undefined],
  ['x', undefined],
])('%s was meant to be %s', (name, meant) => {
  expect(nearestName(name, KNOWN)).toBe(meant);
});
