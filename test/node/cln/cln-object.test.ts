import { describe, expect, test } from 'vitest';
import { ClnObject } from '../../../src/node/cln/cln-object.ts';
import type { Json } from '../../../src/node/cln/transport/exact-json.ts';
import { NodeError } from '../../../src/node/node-error.ts';

let deep: Json = 1;
for (let depth = 0; depth < 20_000; depth++) deep = [deep];

describe('an odd field', () => {
  test.each<[string, Json, RegExp]>([
    [
      'an object that cannot be written',
      { toString: 1 },
      /a field alias that is no text: an object/,
    ],
    ['a list deeper than can be written', deep, /a field alias that is no text: a list/],
    ['a number', 5, /a field alias that is no text: 5/],
  ])('is told: %s', (_what, alias, says) => {
    const read = () => new ClnObject('getinfo', { alias }).text('alias');
    expect(read).toThrow(NodeError);
    expect(read).toThrow(says);
  });

  test('is a time after which there are no dates', () => {
    const at = (seconds: number) => new ClnObject('listforwards', { at: seconds }).timeMs('at');
    expect(new Date(at(8_640_000_000_000)).getTime()).toBe(8_640_000_000_000_000);
    expect(() => at(8_640_000_000_001)).toThrow(NodeError);
    expect(() => at(1e308)).toThrow(NodeError);
  });
});
