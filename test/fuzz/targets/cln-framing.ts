/** JSON of lightningd's socket, in chunks cut anywhere: where documents end, and what stands in them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Json,
  parseExactly,
  writeExactly,
} from '../../../src/node/cln/transport/exact-json.ts';
import {
  BrokenJsonError,
  type JsonDocument,
  JsonDocuments,
} from '../../../src/node/cln/transport/json-documents.ts';
import { cut, jsonInput, like, NODES } from '../input/like-example.ts';
import type { FuzzTarget } from '../target.ts';

const answer = {
  jsonrpc: '2.0',
  id: 'ballast:getinfo#1',
  result: {
    id: NODES[0],
    alias: 'a "quoted" \\ name\n\n{',
    amount_msat: 18_446_744_073_709_551_615n,
    deep: [[[{ a: [] }]]],
    list: [1, 2.5, -3, true, null],
  },
};
const MOST_BYTES = 1 << 20;
/**
 * A number like 1e400, or a fraction so large that only its whole part is left, which is then read back as a whole number;
 * or a text that looks so, which costs nothing.
 */
const BEYOND = /[eE]\+?[0-9]|-0(?![.0-9])|[0-9]{41}|[0-9]{16}\.[0-9]/;

const documentsOf = (pieces: readonly Uint8Array[]): JsonDocument[] => {
  const documents = new JsonDocuments(MOST_BYTES);
  return pieces.flatMap((piece) => documents.push(piece));
};

const ended = (pieces: readonly Uint8Array[]): JsonDocument[] | BrokenJsonError => {
  try {
    return documentsOf(pieces);
  } catch (error) {
    if (error instanceof BrokenJsonError) return error;
    throw error;
  }
};

export const target: FuzzTarget = {
  name: 'cln-framing',
  about: 'what arrives over the socket of lightningd, or of a plugin that it passes on',
  shape: 'json',
  valid: fc
    .array(like(answer).map(jsonInput), { minLength: 1, maxLength: 3 })
    .map(
      (answers) =>
        new Uint8Array(Buffer.concat(answers.flatMap((one) => [one, Buffer.from('\n\n')]))),
    ),
  refusals: [BrokenJsonError, SyntaxError],
  acceptedShare: [0.2, 0.9],
  seededCases: 3_000,
  run: (input) => {
    const whole = ended([input]);
    const pieces = ended(cut(input));
    assert.equal(pieces instanceof Error, whole instanceof Error, 'in pieces it ends otherwise');
    if (whole instanceof Error || pieces instanceof Error) return 'refused';
    assert.deepEqual(pieces, whole);
    for (const document of whole) {
      const value = parseExactly(document);
      const text = writeExactly(value);
      // What was read is written exactly, and reads the same again.
      const again: Json = parseExactly({ text, hasLongNumbers: true });
      // Beyond all numbers there is nothing that JSON could write, and -0 is written as 0.
      if (!BEYOND.test(document.text)) assert.deepEqual(again, value);
    }
    return whole.length > 0 ? 'accepted' : 'refused';
  },
};
