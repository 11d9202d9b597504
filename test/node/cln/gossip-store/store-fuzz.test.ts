/** Whatever bytes stand in the file, reading ends, throws nothing, and invents nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StoreGraph } from '../../../../src/node/cln/gossip-store/store-graph.ts';
import { StoreRecords } from '../../../../src/node/cln/gossip-store/store-records.ts';
import type { ChannelRecord } from '../../../../src/ports.ts';
import { parseChannelId } from '../../../../src/units/ids.ts';
import { nodeIdOf } from '../../../graph/make-graph.ts';
import { testSeed } from '../../../seeded-random.ts';
import {
  channelAnnouncement,
  channelUpdate,
  hex,
  inboundFeeTlv,
  nodeAnnouncement,
  u16,
} from '../wire-messages.ts';
import {
  amount,
  COMPLETED,
  DELETED,
  deleteChannel,
  dyingChannel,
  record,
  store,
  uuid,
} from './store-writer.ts';

/** 200,000 in all, most where they cost least. */
const CASES = { damage: 60_000, records: 70_000, garbage: 70_000 };

function read(bytes: Uint8Array, cuts: readonly number[] = []) {
  const records = new StoreRecords();
  const graph = new StoreGraph();
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const end of [...ends, bytes.length]) {
    records.push(bytes.slice(start, end));
    for (const found of records.read()) graph.apply(found);
    start = end;
  }
  return { graph, records };
}

const scidOf = (n: number): bigint => BigInt(parseChannelId(`${100 + n}x1x0`));

/** A small store with every kind of record, made once: the cases damage copies of it. */
const WHOLE = store([
  record(uuid()),
  ...[0, 1].flatMap((n) => [
    record(channelAnnouncement({ scid: scidOf(n), node1: nodeIdOf(n), node2: nodeIdOf(n + 1) })),
    record(amount(1_000 + n)),
    record(channelUpdate({ scid: scidOf(n), ppm: n, extra: inboundFeeTlv(-n, n) })),
    record(channelUpdate({ scid: scidOf(n), direction: 1, ppm: 10 + n })),
    record(nodeAnnouncement({ node: nodeIdOf(n), alias: `node ${n}` })),
  ]),
  record(u16(5_000) + 'ab'.repeat(20)),
  record(dyingChannel(scidOf(1))),
  record(deleteChannel(scidOf(1)), { flags: COMPLETED | DELETED }),
]);
const SOUND = new Map(
  read(WHOLE)
    .graph.describe()
    .channels.map((c) => [c.channelId, c]),
);

/** Half of a channel's news may be lost; what is there is what was written. */
function isOfTheWhole(found: ChannelRecord): boolean {
  const sound = SOUND.get(found.channelId);
  // The one that is dying may be read as alive where the record that says so is damaged.
  if (sound === undefined) return found.channelId === String(scidOf(1));
  const same = (name: 'policy1' | 'policy2'): boolean =>
    found[name] === null || found[name]?.feeRatePpm === sound[name]?.feeRatePpm;
  return found.capacitySat === sound.capacitySat && same('policy1') && same('policy2');
}

type Damage =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly at: number };

const position = fc.nat(WHOLE.length - 2).map((at) => at + 1);
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: position, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut' as const), at: position, length: fc.nat(600) }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: position,
    bytes: fc.uint8Array({ maxLength: 40 }),
  }),
  fc.record({ kind: fc.constant('truncate' as const), at: position }),
);

function damaged(bytes: Uint8Array, { at: given, ...how }: Damage): Uint8Array {
  const at = Math.min(given, bytes.length);
  switch (how.kind) {
    case 'flip': {
      const copy = bytes.slice();
      if (at < copy.length) copy[at] = copy[at]! ^ (1 << how.bit);
      return copy;
    }
    case 'cut':
      return joined(bytes.subarray(0, at), bytes.subarray(at + how.length));
    case 'insert':
      return joined(bytes.subarray(0, at), how.bytes, bytes.subarray(at));
    case 'truncate':
      return bytes.slice(0, at);
  }
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts));

test(`a store with damage, in ${CASES.damage} cases`, { timeout: 300_000 }, () => {
  fc.assert(
    fc.property(
      fc.array(damage, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(), { maxLength: 3 }),
      (damages, cuts) => {
        const { graph } = read(damages.reduce(damaged, WHOLE), cuts);
        const description = graph.describe();
        if (!description.channels.every(isOfTheWhole)) throw new Error('a channel was invented');
        if (description.rejected.length > 0) throw new Error('a record was half read');
      },
    ),
    { seed: testSeed(13), numRuns: CASES.damage },
  );
});

test(`records of any type and content, in ${CASES.records} cases`, { timeout: 300_000 }, () => {
  const type = fc.oneof(
    fc.constantFrom(256, 257, 258, 4101, 4102, 4103, 4104, 4105, 4106, 4107),
    fc.nat(0xffff),
  );
  const content = fc.tuple(type, fc.uint8Array({ maxLength: 500 }));
  fc.assert(
    fc.property(fc.array(content, { maxLength: 4 }), (contents) => {
      const bytes = store(contents.map(([kind, body]) => record(u16(kind) + hex(body))));
      const { records, graph } = read(bytes);
      if (records.damaged !== 0) throw new Error('a whole record was called damaged');
      if (records.waiting !== 0) throw new Error('a whole record was not read');
      graph.describe();
    }),
    { seed: testSeed(14), numRuns: CASES.records },
  );
});

test(`bytes that are no store, in ${CASES.garbage} cases`, { timeout: 300_000 }, () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.array(fc.nat(), { maxLength: 3 }),
      (bytes, cuts) => {
        const { graph, records } = read(joined(Uint8Array.of(16), bytes), cuts);
        if (graph.describe().channels.length > 0) throw new Error('a channel out of nothing');
        if (records.damaged > bytes.length) throw new Error('more damage than bytes');
      },
    ),
    { seed: testSeed(15), numRuns: CASES.garbage },
  );
});

test('garbage of some megabytes is read in time that grows with its length', () => {
  const random = (length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    let state = 1;
    for (let i = 0; i < length; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      bytes[i] = state >>> 16;
    }
    bytes[0] = 16;
    return bytes;
  };
  // Headers that all look like records, each with another wrong length.
  const hostile = new Uint8Array(200_000);
  hostile[0] = 16;
  for (let at = 1; at + 14 < hostile.length; at += 14) {
    hostile.set([0x20, 0, at & 0xff, 0xff, 1, 2, 3, 4, 0, 0, 0, 0, 1, 2], at);
  }
  for (const bytes of [random(4_000_000), hostile]) {
    const chunks = Array.from({ length: 40 }, (_, i) => Math.floor((bytes.length * i) / 40));
    expect(read(bytes, chunks).graph.describe().channels).toEqual([]);
  }
});
