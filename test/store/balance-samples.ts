/** Samples of balances and demand for tests. */
import fc from 'fast-check';
import type { BalanceSample, ChannelBalance, DemandRow, DemandState } from '../../src/ports.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { nodeNumber } from './belief-rows.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Channel n, with peer n. */
export const balance = (n: number, known: Partial<ChannelBalance> = {}): ChannelBalance => ({
  channelId: parseChannelId(String(n)),
  peer: nodeNumber(n),
  peerAlias: `peer ${n}`,
  capacitySat: 10_000_000n,
  localMsat: 4_000_000_000n,
  remoteMsat: 6_000_000_000n,
  ...known,
});

export const sample = (atMs: number, ...channels: readonly ChannelBalance[]): BalanceSample => ({
  atMs,
  channels,
});

/** Stores keep no order within a sample. */
export const inOrder = (samples: readonly BalanceSample[]): readonly BalanceSample[] =>
  samples.map(({ atMs, channels }) => ({
    atMs,
    channels: [...channels].sort((a, b) => (BigInt(a.channelId) < BigInt(b.channelId) ? -1 : 1)),
  }));

export const demandRow = (known: Partial<DemandRow> = {}): DemandRow => ({
  channelId: parseChannelId('5'),
  side: 'out',
  kind: 'served',
  msat: 1.5e9,
  squares: 2.25e18,
  feeMsat: -12.5,
  atMs: 1_770_120_000_000,
  ...known,
});

export const demandOf = (...rows: readonly DemandRow[]): DemandState => ({
  rows,
  watched: { ms: 3_600_000.5, sinceMs: 1_770_000_000_000, atMs: 1_770_120_000_001 },
});

const amount = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

/** Of few channels, over some years, often close together. */
export const anySample: fc.Arbitrary<BalanceSample> = fc.record({
  atMs: fc.oneof(
    fc.integer({ min: 0, max: 4 * 365 * DAY_MS }),
    fc.integer({ min: 3 * 365 * DAY_MS, max: 3 * 365 * DAY_MS + 1e7 }),
  ),
  channels: fc.uniqueArray(
    fc.record({
      channelId: fc.integer({ min: 0, max: 5 }).map((n) => parseChannelId(String(n))),
      peer: fc.integer({ min: 1, max: 3 }).map(nodeNumber),
      peerAlias: fc.oneof(fc.constant('alice'), fc.string({ unit: 'binary' })),
      capacitySat: amount,
      localMsat: amount,
      remoteMsat: amount,
    }),
    { selector: ({ channelId }) => channelId, maxLength: 4 },
  ),
});

const figure = fc
  .double({ min: 0, noNaN: true, noDefaultInfinity: true })
  .map((value) => value + 0);

export const anyDemand: fc.Arbitrary<DemandState> = fc.record(
  {
    rows: fc.uniqueArray(
      fc.record({
        channelId: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((id) => parseChannelId(`${id}`)),
        side: fc.constantFrom('out' as const, 'in' as const),
        kind: fc.constantFrom('served' as const, 'missed' as const, 'failed' as const),
        msat: figure,
        squares: figure,
        feeMsat: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        atMs: figure,
      }),
      { selector: ({ channelId, side, kind }) => `${channelId} ${side} ${kind}`, maxLength: 6 },
    ),
    watched: fc.record({ ms: figure, sinceMs: figure, atMs: figure }),
    readToMs: figure,
  },
  { requiredKeys: ['rows', 'watched'] },
);

export const sortedDemand = ({ rows, ...dates }: DemandState): DemandState => {
  const key = ({ channelId, side, kind }: DemandRow) => `${channelId} ${side} ${kind}`;
  return { rows: [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1)), ...dates };
};
