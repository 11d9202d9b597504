import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { earningsOf, type Move } from '../../src/accounts/earnings.ts';
import type { Forward } from '../../src/ports.ts';
import { type ChannelId, parseChannelId } from '../../src/units/ids.ts';
import { testSeed } from '../seeded-random.ts';

const channel = (n: number): ChannelId => parseChannelId(String(n));
const move = (atMs: number, out: number, into: number, amountMsat: bigint, feeMsat = 0n): Move => ({
  atMs,
  outChannelId: channel(out),
  inChannelId: channel(into),
  amountMsat,
  feeMsat,
});
const forward = (
  settledAtMs: number,
  out: number,
  amountOutMsat: bigint,
  feeMsat: bigint,
): Forward => ({
  settledAtMs,
  inChannelId: channel(99),
  outChannelId: channel(out),
  amountInMsat: amountOutMsat + feeMsat,
  amountOutMsat,
});

describe('what was moved earns', () => {
  test('by the forwards that left over the channel after it, the oldest first, and no more than was moved', () => {
    const moves = [move(10, 1, 2, 1000n), move(20, 1, 2, 500n)];
    const forwards = [
      forward(5, 2, 700n, 7n),
      forward(15, 2, 900n, 9n),
      forward(16, 3, 900n, 9n),
      forward(25, 2, 300n, 3n),
      forward(30, 2, 800n, 16n),
    ];
    const { earnings, unusedMsat } = earningsOf({ moves, forwards });
    expect(earnings).toEqual([
      { move: 0, atMs: 15, amountMsat: 900n, feeMsat: 9n },
      { move: 0, atMs: 25, amountMsat: 100n, feeMsat: 1n },
      { move: 1, atMs: 25, amountMsat: 200n, feeMsat: 2n },
      { move: 1, atMs: 30, amountMsat: 300n, feeMsat: 6n },
    ]);
    expect(unusedMsat).toEqual([0n, 0n]);
  });

  test('nothing by a forward at its own moment, which came before it', () => {
    const given = { moves: [move(10, 1, 2, 1000n)], forwards: [forward(10, 2, 500n, 5n)] };
    expect(earningsOf(given)).toEqual({ earnings: [], unusedMsat: [1000n] });
  });

  test('nothing for what a later move has taken away, which earns where that went', () => {
    const moves = [move(10, 1, 2, 1000n), move(20, 2, 3, 600n)];
    const forwards = [forward(30, 2, 1000n, 10n), forward(31, 3, 1000n, 20n)];
    const { earnings, unusedMsat } = earningsOf({ moves, forwards });
    expect(earnings).toEqual([
      { move: 0, atMs: 30, amountMsat: 400n, feeMsat: 4n },
      { move: 1, atMs: 31, amountMsat: 600n, feeMsat: 12n },
    ]);
    expect(unusedMsat).toEqual([0n, 0n]);
  });

  test('nothing for the fee of a later move, which left the channel as well', () => {
    const moves = [move(10, 1, 2, 1000n), move(20, 2, 3, 600n, 50n)];
    const { earnings, unusedMsat } = earningsOf({ moves, forwards: [forward(30, 2, 1000n, 20n)] });
    expect(earnings).toEqual([{ move: 0, atMs: 30, amountMsat: 350n, feeMsat: 7n }]);
    // What came into the other channel is what was moved, without the fee.
    expect(unusedMsat).toEqual([0n, 600n]);
  });

  test('also by forwards that name the channel by another of its ids', () => {
    const given = { moves: [move(10, 1, 2, 1000n)], forwards: [forward(15, 7, 500n, 5n)] };
    const listed = new Map([[channel(7), channel(2)]]);
    expect(earningsOf({ ...given, listed }).unusedMsat).toEqual([500n]);
    expect(earningsOf(given).unusedMsat).toEqual([1000n]);
  });

  test('thirds of a fee, which add up to the whole', () => {
    const moves = [move(1, 1, 2, 100n), move(2, 1, 2, 100n), move(3, 1, 2, 100n)];
    const { earnings } = earningsOf({ moves, forwards: [forward(4, 2, 300n, 100n)] });
    expect(earnings.map(({ feeMsat }) => feeMsat)).toEqual([33n, 33n, 34n]);
  });
});

describe('whatever was moved and forwarded', () => {
  const msat = fc.oneof(fc.bigInt(1n, 20n), fc.bigInt(1n, 10n ** 12n));
  const atMs = fc.integer({ min: 0, max: 30 });
  const place = fc.integer({ min: 1, max: 3 });
  const moves = fc.array(
    fc
      .record({ atMs, out: place, into: place, msat, fee: fc.bigInt(0n, 10n ** 4n) })
      .map((m) => move(m.atMs, m.out, m.into, m.msat, m.fee)),
    { maxLength: 12 },
  );
  const forwards = fc.array(
    fc
      .record({ atMs, out: place, msat, fee: fc.bigInt(0n, 10n ** 6n) })
      .map((f) => forward(f.atMs, f.out, f.msat, f.fee)),
    { maxLength: 20 },
  );
  const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
  const params = { seed: testSeed(20261203), numRuns: 500 };

  test('each move is used by no more than it moved, each forward counted no more than once', () => {
    fc.assert(
      fc.property(moves, forwards, (allMoves, allForwards) => {
        const { earnings, unusedMsat } = earningsOf({ moves: allMoves, forwards: allForwards });
        allMoves.forEach(({ amountMsat, atMs: movedAtMs }, i) => {
          const mine = earnings.filter((earning) => earning.move === i);
          expect(
            sum(mine.map((earning) => earning.amountMsat)) + unusedMsat[i]!,
          ).toBeLessThanOrEqual(amountMsat);
          expect(unusedMsat[i]!).toBeGreaterThanOrEqual(0n);
          for (const earning of mine) expect(earning.atMs).toBeGreaterThan(movedAtMs);
        });
        // Of a channel and a moment, together: forwards at the same moment cannot be told apart.
        const key = (id: ChannelId, at: number) => `${id} ${at}`;
        const keys = new Set(allForwards.map((f) => key(f.outChannelId, f.settledAtMs)));
        let counted = 0;
        for (const one of keys) {
          const those = allForwards.filter((f) => key(f.outChannelId, f.settledAtMs) === one);
          const used = earnings.filter((e) => key(allMoves[e.move]!.inChannelId, e.atMs) === one);
          counted += used.length;
          const fees = sum(those.map((f) => f.amountInMsat - f.amountOutMsat));
          expect(sum(used.map((e) => e.feeMsat))).toBeLessThanOrEqual(fees);
          expect(sum(used.map((e) => e.amountMsat))).toBeLessThanOrEqual(
            sum(those.map((f) => f.amountOutMsat)),
          );
        }
        expect(counted).toBe(earnings.length);
      }),
      params,
    );
  });

  test('where nothing is moved on, what forwards used and what is left is what was moved, of each move', () => {
    fc.assert(
      fc.property(moves, forwards, (allMoves, allForwards) => {
        const outOfNowhere = allMoves.map((one) => ({ ...one, outChannelId: channel(50) }));
        const { earnings, unusedMsat } = earningsOf({ moves: outOfNowhere, forwards: allForwards });
        outOfNowhere.forEach(({ amountMsat }, i) => {
          const used = earnings.filter((earning) => earning.move === i);
          expect(sum(used.map((earning) => earning.amountMsat)) + unusedMsat[i]!).toBe(amountMsat);
        });
        expect(earnings.map((earning) => earning.atMs)).toEqual(
          earnings.map((earning) => earning.atMs).sort((a, b) => a - b),
        );
      }),
      params,
    );
  });

  test('the order in which it is given does not matter', () => {
    // Of different dates: what happens at one moment is taken in the order given.
    const apart = <T>(
      items: readonly T[],
      dated: (item: T, atMs: number) => T,
      first: number,
    ): T[] => items.map((item, i) => dated(item, first + 2 * i));
    fc.assert(
      fc.property(
        moves,
        forwards,
        fc.infiniteStream(fc.nat()),
        (someMoves, someForwards, order) => {
          const dated = apart(someMoves, (m, at) => ({ ...m, atMs: at }), 0);
          const later = apart(someForwards, (f, at) => ({ ...f, settledAtMs: at }), 1);
          const shuffled = dated
            .map((m, i) => ({ m, i, by: order.next().value }))
            .sort((a, b) => a.by - b.by);
          const one = earningsOf({ moves: dated, forwards: later });
          const other = earningsOf({
            moves: shuffled.map(({ m }) => m),
            forwards: later.toReversed(),
          });
          expect(other.earnings.map((e) => ({ ...e, move: shuffled[e.move]!.i }))).toEqual(
            one.earnings,
          );
        },
      ),
      params,
    );
  });
});

test('a hundred thousand moves and forwards over one channel take no time to speak of', () => {
  const moves = Array.from({ length: 100_000 }, (_, i) => move(2 * i, 1, 2, 1000n));
  const forwards = Array.from({ length: 100_000 }, (_, i) => forward(2 * i + 1, 2, 999n, 1n));
  const began = performance.now();
  const { earnings } = earningsOf({ moves, forwards });
  expect(earnings.length).toBeGreaterThanOrEqual(100_000);
  // A quadratic way would take minutes.
  expect(performance.now() - began).toBeLessThan(20_000);
});
