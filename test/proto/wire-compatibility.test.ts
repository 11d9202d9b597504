// Our .proto files against those that the npm package `lightning` took from lnd: whatever both
// sides name must look the same on the wire. jstype is no wire matter and is not compared.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { foreignProtos, type Message, readSchema, repository, type Schema } from './descriptors.ts';

const ours: Schema = ofLnd(readSchema(join(repository, 'proto')));
const theirs: Schema = readSchema(foreignProtos);

/** What we have and `lightning` 12.5 has not. Exact: an entry that became needless fails too. */
const ONLY_OURS: ReadonlyMap<string, string> = new Map([
  [
    'routerrpc.ForwardHtlcInterceptRequest.outgoing_requested_node_id',
    'came to lnd after 0.21.0, the version that the package follows',
  ],
]);

/** What `lightning` 12.5 has in messages that we have too, and we have not. Exact as well. */
const ONLY_THEIRS: ReadonlyMap<string, string> = new Map([
  ['lnrpc.Payment.path', 'deprecated for years, and retired by lnd since; we reserve its number'],
]);

/** Without what we have for other nodes, in packages of theirs. */
function ofLnd({ files, messages, enums, methods }: Schema): Schema {
  const isLnds = ([name]: readonly [string, unknown]): boolean => /^\/?[a-z]+rpc\./.test(name);
  return {
    files,
    messages: new Map([...messages].filter(isLnds)),
    enums: new Map([...enums].filter(isLnds)),
    methods: new Map([...methods].filter(isLnds)),
  };
}

interface Comparison {
  readonly compared: number;
  readonly differences: readonly string[];
  readonly onlyOurs: readonly string[];
}

/** Compares two maps by key; the values say all that matters as text. */
function compare(
  mine: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): Comparison {
  const shared = [...mine].filter(([name]) => other.has(name));
  return {
    compared: shared.length,
    differences: shared
      .filter(([name, text]) => other.get(name) !== text)
      .map(([name, text]) => `${name}: ours ${text}, theirs ${other.get(name)}`),
    onlyOurs: [...mine.keys()].filter((name) => !other.has(name)),
  };
}

function fieldsByName({ messages }: Schema): Map<string, string> {
  const all = new Map<string, string>();
  for (const [message, { fields }] of messages) {
    for (const [name, field] of fields) all.set(`${message}.${name}`, field.wire);
  }
  return all;
}

/** "message 5" -> name: finds a number that means one thing here and another there. */
function fieldsByNumber({ messages }: Schema): Map<string, string> {
  const all = new Map<string, string>();
  for (const [message, { fields }] of messages) {
    for (const [name, { number }] of fields) all.set(`${message} ${number}`, name);
  }
  return all;
}

function enumValuesByName({ enums }: Schema): Map<string, string> {
  const all = new Map<string, string>();
  for (const [type, values] of enums) {
    for (const [name, number] of values) all.set(`${type}.${name}`, String(number));
  }
  return all;
}

/** "enum 7" -> names, sorted: aliases share a number. */
function enumValuesByNumber({ enums }: Schema): Map<string, string> {
  const all = new Map<string, string>();
  for (const [type, values] of enums) {
    for (const [name, number] of [...values].sort()) {
      const key = `${type} ${number}`;
      all.set(key, all.has(key) ? `${all.get(key)}, ${name}` : name);
    }
  }
  return all;
}

const parts: readonly [string, (schema: Schema) => ReadonlyMap<string, string>, number][] = [
  ['rpcs', (schema) => schema.methods, 30],
  ['fields by name', fieldsByName, 500],
  ['fields by number', fieldsByNumber, 500],
  ['enum values by name', enumValuesByName, 150],
  ['enum values by number', enumValuesByNumber, 150],
];

describe('on the wire we are what lnd is', () => {
  test.each(parts)('%s', (_, read, atLeast) => {
    const { compared, differences } = compare(read(ours), read(theirs));
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThanOrEqual(atLeast);
  });

  test('everything of ours was compared, but for a list of exceptions', () => {
    const onlyOurs = [
      ...[...ours.messages.keys()].filter((name) => !theirs.messages.has(name)),
      ...[...ours.enums.keys()].filter((name) => !theirs.enums.has(name)),
      ...compare(ours.methods, theirs.methods).onlyOurs,
      ...compare(fieldsByName(ours), fieldsByName(theirs)).onlyOurs,
      ...compare(enumValuesByName(ours), enumValuesByName(theirs)).onlyOurs,
    ];
    expect(onlyOurs.sort()).toEqual([...ONLY_OURS.keys()].sort());
    expect(ours.messages.size).toBeGreaterThanOrEqual(100);
  });

  test('the messages that we have are complete, but for a list of exceptions', () => {
    const missing = [...fieldsByName(theirs).keys(), ...enumValuesByName(theirs).keys()].filter(
      (name) => {
        const owner = name.slice(0, name.lastIndexOf('.'));
        const known = ours.messages.get(owner)?.fields ?? ours.enums.get(owner);
        return known !== undefined && !known.has(name.slice(owner.length + 1));
      },
    );
    expect(missing).toEqual([...ONLY_THEIRS.keys()]);
    expect(ours.messages.get('lnrpc.Payment')?.reserved.has(4)).toBe(true);
  });

  test('no number is used that lnd has retired, and all of them stay reserved', () => {
    const unreserved: string[] = [];
    let compared = 0;
    for (const [name, message] of ours.messages) {
      const other = theirs.messages.get(name);
      if (other === undefined) continue;
      compared += other.reserved.size;
      unreserved.push(...notReserved(name, message, other));
    }
    expect(unreserved).toEqual([]);
    expect(compared).toBeGreaterThanOrEqual(8);
  });
});

function notReserved(name: string, mine: Message, other: Message): string[] {
  return [...other.reserved].filter((n) => !mine.reserved.has(n)).map((n) => `${name} ${n}`);
}
