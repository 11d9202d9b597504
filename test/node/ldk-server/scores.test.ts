import { describe, expect, it } from 'vitest';
import type { MissionControlPair } from '../../../src/ports.ts';
import type { ServeLdkServerOptions } from '../../../src/sim/index.ts';
import type { ChannelId } from '../../../src/units/ids.ts';
import { ringNetwork } from '../../sim/lnd/ring-network.ts';
import { connectedTo, nodeError, servedAs } from './served-ldk.ts';

// LDK's own form, written apart from the reader: lengths of one byte suffice for what is written here.
const be = (value: number | bigint, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) =>
    Number((BigInt(value) >> BigInt(8 * (bytes - 1 - i))) & 0xffn),
  );
const record = (type: number, value: readonly number[]): number[] => [
  type,
  ...(value.length < 0xfd ? [value.length] : [0xfd, ...be(value.length, 2)]),
  ...value,
];
const stream = (...records: number[][]): number[] => record(0, records.flat()).slice(1);

interface Known {
  readonly channelId: ChannelId;
  readonly low: bigint;
  readonly high: bigint;
  readonly atSeconds: number;
  readonly more?: number[][];
}

const scores = (known: readonly Known[]): Uint8Array =>
  Uint8Array.from(
    stream(
      record(0, [
        ...be(known.length, 2),
        ...known.flatMap(({ channelId, low, high, atSeconds, more = [] }) => [
          ...be(BigInt(channelId), 8),
          ...stream(
            record(0, be(low, 8)),
            record(2, be(high, 8)),
            record(4, [...be(atSeconds + 50, 8), ...be(0, 4)]),
            ...more,
            record(11, [...be(atSeconds, 8), ...be(5e8, 4)]),
          ),
        ]),
      ]),
    ),
  );

const ring = ringNetwork();
const { channelAB, a, b } = ring;
const [lesser, greater] = a < b ? [a, b] : [b, a];
const CAPACITY_MSAT = 10_000_000_000n;

async function pairsOf(
  bytes: Uint8Array,
  options: ServeLdkServerOptions = {},
): Promise<readonly MissionControlPair[]> {
  const server = await servedAs(ring.network, ring.self, { scores: () => bytes, ...options });
  return (await connectedTo(server)).missionControl();
}

describe('pathfinding scores', () => {
  it('say what passed and what failed, both ways', async () => {
    const known = { channelId: channelAB, low: 2_000n, high: 3_000n, atSeconds: 1_700_000_000 };
    const pairs = await pairsOf(scores([known]));
    const atMs = 1_700_000_000_000;
    expect(pairs).toEqual([
      {
        from: lesser,
        to: greater,
        successAmtMsat: 2_000n,
        successAtMs: atMs,
        failAmtMsat: CAPACITY_MSAT - 3_000n,
        failAtMs: atMs,
      },
      {
        from: greater,
        to: lesser,
        successAmtMsat: 3_000n,
        successAtMs: atMs,
        failAmtMsat: CAPACITY_MSAT - 2_000n,
        failAtMs: atMs,
      },
    ]);
  });

  it('say nothing where a bound is at its end', async () => {
    const known = { channelId: channelAB, low: 0n, high: 3_000n, atSeconds: 5 };
    expect(await pairsOf(scores([known]))).toMatchObject([
      { from: lesser, successAmtMsat: 0n, successAtMs: null, failAtMs: 5_000 },
      { from: greater, successAmtMsat: 3_000n, failAmtMsat: 0n, failAtMs: null },
    ]);
    expect(await pairsOf(scores([{ ...known, high: 0n }]))).toEqual([]);
  });

  it('of a channel that is gone, or that cannot be its own, are left out', async () => {
    const gone = { channelId: '12345' as ChannelId, low: 1n, high: 1n, atSeconds: 5 };
    const odd = { channelId: channelAB, low: CAPACITY_MSAT, high: 1n, atSeconds: 5 };
    expect(await pairsOf(scores([gone, odd]))).toEqual([]);
    const fine = { channelId: channelAB, low: 1n, high: 1n, atSeconds: 5 };
    expect(await pairsOf(scores([fine]), { tellsCapacity: false })).toEqual([]);
  });

  it('of parallel channels speak for the pair; the newer counts where they disagree', async () => {
    const twin = ring.network.openChannel({ node1: a, node2: b, capacitySat: 10_000_000n });
    try {
      const old = { channelId: channelAB, low: 500_000n, high: 0n, atSeconds: 10 };
      const high = CAPACITY_MSAT - 400_000n;
      const newer = { channelId: twin, low: 0n, high, atSeconds: 20 };
      const [pair] = await pairsOf(scores([old, newer]));
      expect(pair).toMatchObject({
        from: lesser,
        successAmtMsat: 0n,
        failAmtMsat: 400_000n,
        failAtMs: 20_000,
      });
      const [other] = await pairsOf(scores([{ ...old, atSeconds: 30 }, newer]));
      expect(other).toMatchObject({ successAmtMsat: 500_000n, failAmtMsat: 0n, failAtMs: null });
    } finally {
      ring.network.removeChannel(twin);
    }
  });

  it.each([
    ['a later form', [record(6, [1])]],
    ['a later form of a row', [record(5, [9, 9, 9])]],
  ])('in %s are refused, and the error says to go on without', async (_what, more) => {
    const known = { channelId: channelAB, low: 1n, high: 1n, atSeconds: 5, more };
    const server = await servedAs(ring.network, ring.self, { scores: () => scores([known]) });
    const error = await nodeError((await connectedTo(server)).missionControl());
    expect(error.code).toBe('unsupported');
    expect(error.message).toMatch(/form that this Ballast does not know.*go on without them/);
  });

  it('that are damaged are refused, whatever the damage', async () => {
    const known = { channelId: channelAB, low: 2_000n, high: 3_000n, atSeconds: 5 };
    const whole = scores([known]);
    for (let length = 0; length < whole.length; length += 7) {
      const server = await servedAs(ring.network, ring.self, {
        scores: () => whole.subarray(0, length),
      });
      const error = await nodeError((await connectedTo(server)).missionControl());
      expect(error.code).toBe('unsupported');
    }
  });

  it('are missing before the first were stored, and the error says so', async () => {
    const node = await connectedTo(await servedAs(ring.network, ring.self));
    const error = await nodeError(node.missionControl());
    expect(error.code).toBe('rpc');
    expect(error.message).toMatch(/ExportPathfindingScores: no scores have been stored yet/);
  });
});
