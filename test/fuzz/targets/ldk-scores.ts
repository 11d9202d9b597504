/** What LDK's scorer writes, as LDK Server hands it on. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LdkScorer } from '../../../src/liquidity/ldk/ldk-scorer.ts';
import { readScores } from '../../../src/liquidity/ldk/read-scores.ts';
import { tryParseChannelId } from '../../../src/units/ids.ts';
import type { FuzzTarget } from '../target.ts';

const be = (value: bigint, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * (bytes - 1 - i))) & 0xffn));
const record = (type: number, value: readonly number[]): number[] => [
  type,
  ...(value.length < 0xfd ? [value.length] : [0xfd, ...be(BigInt(value.length), 2)]),
  ...value,
];
const stream = (...records: number[][]): number[] => record(0, records.flat()).slice(1);

const uint64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 40n }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const duration = fc
  .tuple(fc.bigInt({ min: 0n, max: 2_000_000_000n }), fc.nat(999_999_999))
  .map(([seconds, nanos]) => [...be(seconds, 8), ...be(BigInt(nanos), 4)]);
const row = fc.array(fc.nat(0xffff), { minLength: 32, maxLength: 32 }).map((buckets) =>
  stream(
    record(
      0,
      buckets.flatMap((times) => be(BigInt(times), 2)),
    ),
  ),
);
const optional = (type: number, value: fc.Arbitrary<number[]>): fc.Arbitrary<number[]> =>
  fc.option(
    value.map((bytes) => record(type, bytes)),
    { nil: [] },
  );

const channel = fc
  .tuple(
    uint64,
    fc.tuple(uint64, uint64),
    duration,
    optional(5, row),
    optional(7, row),
    optional(9, duration),
    optional(11, duration),
  )
  .map(([id, [low, high], at, ...more]) => [
    ...be(id, 8),
    ...stream(record(0, be(low, 8)), record(2, be(high, 8)), record(4, at), ...more),
  ]);

export const scores: fc.Arbitrary<Uint8Array> = fc
  .array(channel, { maxLength: 5 })
  .map((channels) => {
    const map = [...be(BigInt(channels.length), 2), ...channels.flat()];
    return Uint8Array.from(stream(record(0, map)));
  });

export const target: FuzzTarget = {
  name: 'ldk-scores',
  about: "the memory of one's own LDK Server, in a form that nobody documents",
  shape: 'bytes',
  valid: scores,
  refusals: [RangeError],
  acceptedShare: [0.1, 0.9],
  seededCases: 5_000,
  run: (input) => {
    const records = readScores(input);
    for (const { channelId, state } of records) {
      assert.equal(tryParseChannelId(channelId), channelId);
      assert.ok(state.offsetsMsat.every((offset) => offset >= 0 && Number.isFinite(offset)));
      for (const ms of [state.boundsAtMs, state.historyAtMs, state.learntAtMs]) {
        assert.ok(ms >= 0 && Number.isFinite(ms));
      }
      assert.ok(state.rows.every(({ length }) => length === 32));
    }
    assert.ok(new LdkScorer() !== undefined);
    return records.length > 0 ? 'accepted' : 'refused';
  },
};
