import { describe, expect, it } from 'vitest';
import { emptyRow } from '../../../src/liquidity/ldk/bucket-row.ts';
import { readScores } from '../../../src/liquidity/ldk/read-scores.ts';

const be = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);
const record = (type: number, value: readonly number[]): number[] => [
  type,
  ...(value.length < 0xfd ? [value.length] : [0xfd, ...be(value.length, 2)]),
  ...value,
];
const stream = (...records: number[][]): number[] => record(0, records.flat()).slice(1);
const duration = (seconds: number, nanos = 0): number[] => [...be(seconds, 8), ...be(nanos, 4)];
const row = (bucket: number, times: number): number[] =>
  stream(
    record(
      0,
      [...Array(32).keys()].flatMap((i) => be(i === bucket ? times : 0, 2)),
    ),
  );

/** One channel, 1x2x3, as LDK writes it; interop tests read what LDK itself has written. */
const channel = (...more: number[][]): number[] =>
  stream(record(0, be(300, 8)), record(2, be(400, 8)), record(4, duration(17, 5e6)), ...more);
const scores = (states: readonly number[][]): Uint8Array =>
  Uint8Array.from(
    stream(
      record(0, [
        ...be(states.length, 2),
        ...states.flatMap((state) => [...be(1, 3), ...be(2, 3), ...be(3, 2), ...state]),
      ]),
    ),
  );

describe("LDK's exported scores", () => {
  it('are read with bounds, history and dates', () => {
    const bytes = scores([
      channel(
        record(5, row(3, 64)),
        record(7, row(31, 7)),
        record(9, duration(18)),
        record(11, duration(19)),
      ),
    ]);
    const [upper, lower] = [emptyRow(), emptyRow()];
    lower[3] = 64;
    upper[31] = 7;
    expect(readScores(bytes)).toEqual([
      {
        channelId: String((1n << 40n) | (2n << 16n) | 3n),
        state: {
          offsetsMsat: [300, 400],
          rows: [lower, upper],
          boundsAtMs: 17_005,
          historyAtMs: 18_000,
          learntAtMs: 19_000,
        },
      },
    ]);
  });

  it('may lack what older versions did not write', () => {
    const [read] = readScores(scores([channel()]));
    expect(read!.state).toMatchObject({ historyAtMs: 17_005, learntAtMs: 17_005 });
    expect(read!.state.rows).toEqual([emptyRow(), emptyRow()]);
  });

  it.each([
    ['nothing', []],
    ['a cut', [...scores([channel()])].slice(0, -3)],
    ['something behind', [...scores([channel()]), 0]],
    ['a channel without bounds', [...scores([stream(record(0, be(1, 8)))])]],
  ])('are refused with a way out: %s', (_, bytes) => {
    expect(() => readScores(Uint8Array.from(bytes))).toThrow('give the bytes as it wrote them');
  });

  it('of a later form are refused: an even record must be understood, an odd one need not', () => {
    expect(() => readScores(scores([channel(record(6, [1]))]))).toThrow(/record 6 is of a later/);
    expect(readScores(scores([channel(record(13, [1]))]))).toHaveLength(1);
    const outer = Uint8Array.from(stream(record(0, [0, 0]), record(2, [])));
    expect(() => readScores(outer)).toThrow(/record 2 is of a later/);
  });
});
