import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SettledForward, SettledForwards } from '../../src/planner/settled-forwards.ts';
import { channel, START_MS } from './htlc-stories.ts';

const at = (afterMs: number, outSat = 1000): SettledForward => ({
  inChannelId: channel(1),
  outChannelId: channel(2),
  amountInMsat: outSat * 1000 + 1,
  amountOutMsat: outSat * 1000,
  settledAtMs: START_MS + afterMs,
});

describe('a forward counts once', () => {
  it('where the event comes first, and where the history does', () => {
    const settled = new SettledForwards(() => {});
    expect(settled.fromEvent(at(0))).toBe(true);
    expect(settled.fromHistory([at(12)])).toEqual([]);
    expect(settled.fromHistory([at(12), at(5, 2000)])).toEqual([at(5, 2000)]);
    expect(settled.fromEvent(at(0, 2000))).toBe(false);
    // One more of the same kind.
    expect(settled.fromEvent(at(1, 2000))).toBe(true);
  });

  it('however often the history is read', () => {
    const settled = new SettledForwards(() => {});
    const history = [at(0), at(1), at(2)];
    expect(settled.fromHistory(history)).toEqual(history);
    expect(settled.fromHistory(history)).toEqual([]);
    expect(settled.fromHistory([...history, at(3)])).toEqual([at(3)]);
  });

  it('though others are exactly like it', () => {
    const settled = new SettledForwards(() => {});
    expect(settled.fromHistory([at(0), at(0)])).toHaveLength(2);
    expect(settled.fromHistory([at(0), at(0), at(0)])).toHaveLength(1);
    expect(settled.fromHistory([at(0), at(0), at(0)])).toEqual([]);
  });

  it('unless the dates are too far apart', () => {
    const settled = new SettledForwards(() => {});
    settled.fromEvent(at(0));
    expect(settled.fromHistory([at(30_001)])).toHaveLength(1);
    expect(settled.fromEvent(at(60_002))).toBe(true);
  });

  it('for all mixtures of sources, in any order: as many are counted as there were', () => {
    const forwards = fc.array(
      fc.record({
        kind: fc.integer({ min: 0, max: 2 }),
        afterMs: fc.integer({ min: 0, max: 5_000 }),
        event: fc.boolean(),
        late: fc.integer({ min: -1000, max: 1000 }),
      }),
      { maxLength: 12 },
    );
    const readings = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(forwards, readings, fc.nat(), (drawn, after, seed) => {
        const settled = new SettledForwards(() => {});
        const history = drawn
          .map(({ kind, afterMs }) => at(afterMs, 1000 + kind))
          .sort((a, b) => a.settledAtMs - b.settledAtMs);
        const events = drawn
          .filter(({ event }) => event)
          .map(({ kind, afterMs, late }) => at(afterMs + late, 1000 + kind))
          .sort((a, b) => ((a.settledAtMs * 31 + seed) % 17) - ((b.settledAtMs * 31 + seed) % 17));
        let counted = 0;
        for (const [place, event] of events.entries()) {
          if (after.includes(place)) counted += settled.fromHistory(history).length;
          if (settled.fromEvent(event)) counted++;
        }
        counted += settled.fromHistory(history).length;
        expect(counted).toBe(drawn.length);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('memory', () => {
  it('is bounded by time and by number', () => {
    const settled = new SettledForwards(() => {}, { most: 10 });
    for (let n = 0; n < 100; n++) settled.fromEvent(at(n, n));
    settled.forget(START_MS);
    expect(settled.size).toBe(10);
    settled.forget(START_MS + 30 * 60_000 + 95);
    expect(settled.size).toBe(5);
    expect(settled.fromEvent(at(99, 99))).toBe(true);
  });

  it('tells once of each that is let go, and remembers the others by the date of the history', () => {
    const gone: SettledForward[] = [];
    const settled = new SettledForwards((forward) => gone.push(forward));
    settled.fromEvent(at(1_000));
    settled.fromHistory([at(1_020), at(5_000)]);
    settled.fromEvent(at(5_010));
    settled.fromEvent(at(9_000, 3));
    expect(settled.remembered()).toEqual([at(1_000), at(5_000), at(9_000, 3)]);
    expect(settled.remembered(START_MS + 1_020)).toEqual([]);
    expect(settled.remembered(START_MS + 1_021)).toEqual([at(1_000)]);
    expect(gone).toEqual([]);
    settled.forget(START_MS + 30 * 60_000 + 5_001);
    expect(gone).toEqual([at(1_000), at(5_000)]);
    expect(settled.remembered()).toEqual([at(9_000, 3)]);
  });
});
