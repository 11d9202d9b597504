import { describe, expect, test } from 'vitest';
import { StoreGraph } from '../../../../src/node/cln/gossip-store/store-graph.ts';
import {
  StoreRecords,
  StoreVersionError,
} from '../../../../src/node/cln/gossip-store/store-records.ts';
import { parseChannelId } from '../../../../src/units/ids.ts';
import { nodeIdOf } from '../../../graph/make-graph.ts';
import {
  channelAnnouncement,
  channelUpdate,
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
  ended,
  privateChannel,
  privateUpdate,
  record,
  store,
  uuid,
} from './store-writer.ts';

const [A, B, C] = [nodeIdOf(1), nodeIdOf(2), nodeIdOf(3)];
const AB = BigInt(parseChannelId('101x1x0'));
const BC = BigInt(parseChannelId('102x1x0'));

function read(pieces: readonly Uint8Array[]) {
  const records = new StoreRecords();
  const graph = new StoreGraph();
  for (const piece of pieces) {
    records.push(piece);
    for (const found of records.read()) graph.apply(found);
  }
  const { damaged, deleted, waiting } = records;
  const { unreadable, unknown } = graph;
  return {
    ...graph.describe(),
    ended: graph.ended,
    damaged,
    deleted,
    waiting,
    unreadable,
    unknown,
  };
}

const announceAB = channelAnnouncement({ scid: AB, node1: A, node2: B });
const announceBC = channelAnnouncement({ scid: BC, node1: B, node2: C, features: '0102' });
const base = [record(uuid()), record(announceAB), record(amount(5_000_000))];

describe('a store', () => {
  const whole = store([
    ...base,
    record(
      channelUpdate({
        scid: AB,
        direction: 0,
        ppm: 250,
        baseMsat: 7,
        extra: inboundFeeTlv(-1000, -150),
      }),
    ),
    record(channelUpdate({ scid: AB, direction: 1, disabled: true, maxMsat: null, timestamp: 5 })),
    record(nodeAnnouncement({ node: A, alias: 'alice \u{1f600}', timestamp: 77 })),
    record(announceBC),
    record(amount(2n ** 50n)),
  ]);
  const expected = {
    rejected: [],
    damaged: 0,
    unreadable: 0,
    unknown: 0,
    waiting: 0,
    channels: [
      {
        channelId: String(AB),
        node1: A,
        node2: B,
        capacitySat: 5_000_000n,
        channelPoint: '',
        policy1: {
          feeBaseMsat: 7n,
          feeRatePpm: 250,
          timeLockDelta: 40,
          minHtlcMsat: 1n,
          maxHtlcMsat: 500_000_000n,
          disabled: false,
          lastUpdate: 1_700_000_000,
          inboundFeeBaseMsat: -1000n,
          inboundFeeRatePpm: -150,
        },
        policy2: expect.objectContaining({ disabled: true, maxHtlcMsat: null, lastUpdate: 5 }),
      },
      expect.objectContaining({
        channelId: String(BC),
        capacitySat: 2n ** 50n,
        policy1: null,
        policy2: null,
      }),
    ],
    nodes: [
      { nodeId: A, alias: 'alice \u{1f600}', lastUpdate: 77 },
      { nodeId: B, alias: '', lastUpdate: 0 },
      { nodeId: C, alias: '', lastUpdate: 0 },
    ],
  };

  test('comes out as it was written, with inbound fees', () => {
    expect(read([whole])).toMatchObject(expected);
  });

  test('cut anywhere', () => {
    for (let at = 0; at <= whole.length; at += 3) {
      expect(read([whole.slice(0, at), whole.slice(at)])).toMatchObject(expected);
    }
    expect(read([...whole].map((byte) => Uint8Array.of(byte)))).toMatchObject(expected);
  });

  test.each([9, 12, 15, 17, 31])('of minor version %s', (version) => {
    const flags = version < 15 ? 0 : COMPLETED;
    const { channels } = read([
      store([record(announceAB, { flags }), record(amount(9), { flags })], version),
    ]);
    expect(channels).toHaveLength(1);
  });

  test.each([8, 0, 32 + 16, 255])('of version byte %s is refused', (version) => {
    expect(() => read([store(base, version)])).toThrow(StoreVersionError);
  });

  test('that is empty has nothing', () => {
    expect(read([]).channels).toEqual([]);
    expect(read([new Uint8Array()]).channels).toEqual([]);
    expect(read([store([])]).channels).toEqual([]);
  });
});

describe('records', () => {
  test('that are deleted are passed over, and so is the capacity behind them', () => {
    const result = read([
      store([
        record(announceAB, { flags: COMPLETED | DELETED }),
        record(amount(1), { flags: COMPLETED | DELETED }),
        record(announceBC),
        record(amount(7)),
      ]),
    ]);
    expect(result.channels).toMatchObject([{ channelId: String(BC), capacitySat: 7n }]);
    expect(result.deleted).toBe(2);
  });

  test.each([
    ['closed', deleteChannel(AB)],
    ['dying', dyingChannel(AB)],
  ])('of a channel that is %s take it away, and a new announcement brings it back', (_, gone) => {
    const update = record(channelUpdate({ scid: AB }));
    expect(read([store([...base, update, record(gone)])]).channels).toEqual([]);
    const [again] = read([store([...base, update, record(gone), ...base])]).channels;
    expect(again).toMatchObject({ capacitySat: 5_000_000n, policy1: null });
  });

  test('that are older than what is known change nothing', () => {
    const { channels } = read([
      store([
        ...base,
        record(channelUpdate({ scid: AB, ppm: 5, timestamp: 20 })),
        record(channelUpdate({ scid: AB, ppm: 6, timestamp: 10 })),
        record(nodeAnnouncement({ node: A, alias: 'new', timestamp: 20 })),
        record(nodeAnnouncement({ node: A, alias: 'old', timestamp: 10 })),
      ]),
    ]);
    expect(channels[0]?.policy1?.feeRatePpm).toBe(5);
  });

  test('of private channels, in versions that have them', () => {
    const { channels } = read([
      store(
        [
          record(privateChannel(3_000, announceAB), { flags: 0 }),
          record(privateUpdate(channelUpdate({ scid: AB, ppm: 11 })), { flags: 0 }),
        ],
        12,
      ),
    ]);
    expect(channels).toMatchObject([{ capacitySat: 3_000n, policy1: { feeRatePpm: 11 } }]);
  });

  test('of types that are not known, and those that say too little, are counted', () => {
    const result = read([
      store([
        ...base,
        record(u16(5000)),
        record(channelUpdate({ scid: BC })),
        record(channelUpdate({ scid: AB }).slice(0, 60)),
        record(channelUpdate({ scid: AB, extra: 'ff' })),
        record(announceAB.slice(0, 700)),
        record(channelAnnouncement({ scid: BC, node1: C, node2: B })),
        record(amount(4)),
        record(u16(4101)),
        record(nodeAnnouncement({ node: A, alias: 'x' }).slice(0, 150)),
        record(u16(4103)),
      ]),
    ]);
    expect(result).toMatchObject({ unknown: 1, unreadable: 9, damaged: 0 });
    expect(result.channels).toMatchObject([{ capacitySat: 5_000_000n, policy1: null }]);
  });

  test('behind which the store ends say so', () => {
    expect(read([store([...base, record(ended())])]).ended).toBe(true);
  });

  test('that are being written are waited for', () => {
    const unfinished = store([...base, record(announceBC, { flags: 0 })]);
    expect(read([unfinished])).toMatchObject({
      damaged: 0,
      waiting: unfinished.length - store(base).length,
    });
    // lightningd writes it whole before it says so.
    const half = store([...base, record(announceBC, { flags: 0, crc: 1 })]);
    expect(read([half]).damaged).toBe(0);
    // What stands behind another is whole, whatever its flag.
    const behind = store([...base, record(announceBC, { flags: 0 }), record(amount(8))]);
    expect(read([behind]).channels).toHaveLength(2);
  });
});

describe('damage', () => {
  const good = record(channelUpdate({ scid: AB, ppm: 99 }));
  const damages: readonly [string, string][] = [
    ['a wrong CRC', record(announceBC, { crc: 5 })],
    ['a flipped bit', record(announceBC).replace(/cd(.*)/, 'cf$1')],
    ['a length that is too small', record(announceBC).replace(/^(.{4}).{4}/, '$10010')],
    ['a length of nothing', record(announceBC).replace(/^(.{4}).{4}/, '$10000')],
    ['zeros', '00'.repeat(300)],
    ['ones', 'ff'.repeat(300)],
  ];
  test.each(damages)('of %s costs that record and no other', (_, damaged) => {
    // So long that what a wrong length reaches over is there.
    const behind = Array.from({ length: 600 }, () => good);
    const bytes = store([...base, damaged, ...behind]);
    const result = read([bytes]);
    expect(result.damaged).toBe(1);
    expect(result.channels).toMatchObject([{ policy1: { feeRatePpm: 99 } }]);
    expect(read([bytes.slice(0, 5_000), bytes.slice(5_000)]).damaged).toBe(1);
  });

  test('of the length costs no more than waiting for what it says', () => {
    const long = record(announceBC).replace(/^(.{4}).{4}/, '$1ffff');
    const bytes = store([...base, long, good]);
    const early = read([bytes]);
    expect(early).toMatchObject({ damaged: 0, channels: [{ policy1: null }] });
    const rest = store(Array.from({ length: 600 }, () => good)).slice(1);
    expect(read([bytes, rest])).toMatchObject({
      damaged: 1,
      channels: [{ policy1: { feeRatePpm: 99 } }],
    });
  });

  test('does not give a channel the capacity of another', () => {
    const result = read([
      store([
        record(announceAB),
        record(amount(1), { crc: 3 }),
        record(announceBC, { crc: 3 }),
        record(amount(999)),
        good,
      ]),
    ]);
    expect(result.channels).toEqual([]);
    expect(result.unreadable).toBe(1);
  });

  test('records that strangers hide in their announcements are never read', () => {
    const forged = record(channelUpdate({ scid: AB, ppm: 1, timestamp: 1_800_000_000 }));
    const trap = record(nodeAnnouncement({ node: A, alias: 'trap' }) + forged);
    const bytes = store([...base, good, trap, good]);
    for (let at = 0; at <= bytes.length; at++) {
      const result = read([bytes.slice(0, at), bytes.slice(at)]);
      expect(result.channels[0]?.policy1?.feeRatePpm).toBe(99);
    }
    for (let end = store([...base, good]).length; end < bytes.length; end++) {
      expect(read([bytes.slice(0, end)]).channels[0]?.policy1?.feeRatePpm).toBe(99);
    }
  });

  test('nor those hidden in a damaged one, wherever a reading ends', () => {
    const forged = record(channelUpdate({ scid: AB, ppm: 1, timestamp: 1_800_000_000 }));
    const trap = record(nodeAnnouncement({ node: A, alias: 'trap' }) + forged, { crc: 5 });
    const bytes = store([...base, good, trap, good, good]);
    const whole = read([bytes]);
    expect(whole).toMatchObject({ damaged: 1, channels: [{ policy1: { feeRatePpm: 99 } }] });
    for (let at = 0; at <= bytes.length; at++) {
      expect(read([bytes.slice(0, at), bytes.slice(at)])).toEqual(whole);
    }
    for (let end = store([...base, good]).length; end < bytes.length; end++) {
      expect(read([bytes.slice(0, end)]).channels[0]?.policy1?.feeRatePpm).toBe(99);
    }
  });
});
