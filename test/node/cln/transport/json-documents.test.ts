import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Json,
  parseExactly,
  writeExactly,
} from '../../../../src/node/cln/transport/exact-json.ts';
import {
  BrokenJsonError,
  JsonDocuments,
} from '../../../../src/node/cln/transport/json-documents.ts';
import { testSeed } from '../../../seeded-random.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The documents of a text that comes in these pieces. */
function cut(pieces: readonly Uint8Array[], maxBytes = 1_000_000): unknown[] {
  const documents = new JsonDocuments(maxBytes);
  return pieces.flatMap((piece) => documents.push(piece)).map(parseExactly);
}

const AWKWARD =
  '{"a":"}\\"{\\\\","b":[{"c":1}],\n\n"blank":"\\n\\n","é":"\u{1f600}"}\n\n{}\r\n\t {"d":{"e":[]}}{"f":1}';
const PARSED = [
  { a: '}"{\\', b: [{ c: 1 }], blank: '\n\n', é: '\u{1f600}' },
  {},
  { d: { e: [] } },
  { f: 1 },
];

describe('documents in a stream', () => {
  test('end where their braces close, whatever stands in texts and between lines', () => {
    expect(cut([bytesOf(AWKWARD)])).toEqual(PARSED);
  });

  test('may be cut at every byte', () => {
    const bytes = bytesOf(AWKWARD);
    for (let at = 0; at <= bytes.length; at++) {
      expect(cut([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(PARSED);
    }
    expect(cut([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(PARSED);
  });

  test('of any shape come out as they went in, cut anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), { maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (values, sizes) => {
          const bytes = bytesOf(values.map((value) => JSON.stringify(value)).join('\n\n'));
          const pieces: Uint8Array[] = [];
          for (let at = 0; at < bytes.length; ) {
            const size = sizes.next().value as number;
            pieces.push(bytes.slice(at, at + size));
            at += size;
          }
          const out = cut(pieces).map((value) => JSON.parse(writeExactly(value as Json)));
          expect(out).toEqual(values.map((value) => JSON.parse(JSON.stringify(value))));
        },
      ),
      { seed: testSeed(11), numRuns: 300 },
    );
  });

  test.each([
    ['a list', '[1]'],
    ['a word', 'true'],
    ['an end before a beginning', '{}}'],
    ['HTTP', 'HTTP/1.1 400 Bad Request'],
  ])('are no %s', (_, text) => {
    expect(() => cut([bytesOf(text)])).toThrow(BrokenJsonError);
  });

  test('have a limit in bytes and in depth, before memory has none', () => {
    const endless = new JsonDocuments(1000);
    endless.push(bytesOf('{"a":"'));
    const push = () => {
      for (let i = 0; i < 20; i++) endless.push(bytesOf('x'.repeat(100)));
    };
    expect(push).toThrow(/more than 1000 bytes/);
    expect(() => cut([bytesOf('{"a":'.repeat(65))])).toThrow(/64 levels/);
    expect(cut([bytesOf(`${'{"a":'.repeat(63)}{}${'}'.repeat(63)}`)])).toHaveLength(1);
  });

  test('know whether they are finished', () => {
    const documents = new JsonDocuments(100);
    documents.push(bytesOf('{} {"a"'));
    expect(documents.unfinished).toBe(true);
    documents.push(bytesOf(':1}'));
    expect(documents.unfinished).toBe(false);
  });
});

describe('numbers', () => {
  test('beyond 2^53 are exact, smaller ones stay numbers, and texts stay texts', () => {
    const text =
      '{"a":18446744073709551615,"b":9007199254740993,"c":9007199254740991,"d":1700000000.1234567890123,"e":"18446744073709551615","f":[-9223372036854775808,1]}';
    expect(cut([bytesOf(text)])).toEqual([
      {
        a: 18446744073709551615n,
        b: 9007199254740993n,
        c: 9007199254740991,
        d: 1700000000.1234567,
        e: '18446744073709551615',
        f: [-9223372036854775808n, 1],
      },
    ]);
  });

  test('are looked at one by one only where some are long, and texts do not count', () => {
    const flags = (text: string) =>
      new JsonDocuments(1000).push(bytesOf(text)).map((document) => document.hasLongNumbers);
    expect(flags('{"a":"1234567890123456","b":123456789012345}{"a":1234567890123456}')).toEqual([
      false,
      true,
    ]);
  });

  test('go out as exactly as they came in', () => {
    const value = { a: 18446744073709551615n, b: [5n, 7], c: 'x' };
    const text = writeExactly(value);
    expect(text).toBe('{"a":18446744073709551615,"b":[5,7],"c":"x"}');
    expect(cut([bytesOf(text)])).toEqual([{ ...value, b: [5, 7] }]);
  });
});

test('a number of more digits than any amount has stays a number, and costs no time', () => {
  const [kept] = cut([bytesOf(`{"a":${'9'.repeat(40)},"b":${'9'.repeat(900_000)}}`)]);
  expect(kept).toEqual({ a: BigInt('9'.repeat(40)), b: Number.POSITIVE_INFINITY });
});
