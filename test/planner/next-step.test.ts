import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askedBoth, nextStep, type OperatorState } from '../../src/planner/next-step.ts';
import type { ChannelId } from '../../src/units/ids.ts';

const MINUTE_MS = 60_000;
const TERMS = { intervalMs: 10 * MINUTE_MS, slots: 2 };
const ASKED = { reasons: ['a shortage'], into: null };

/** At rest since the minute 100, the plan before that being a minute old. */
const AT_REST: OperatorState = {
  plannedAtMs: 99 * MINUTE_MS,
  idleSinceMs: 100 * MINUTE_MS,
  failures: 0,
  pending: 0,
  running: 0,
  asked: null,
};

const stepAt = (minutes: number, state: Partial<OperatorState> = {}) =>
  nextStep({ ...AT_REST, ...state }, TERMS, minutes * MINUTE_MS);

describe('nextStep', () => {
  it('plans at once in the beginning', () => {
    expect(stepAt(100, { plannedAtMs: null })).toEqual({ kind: 'plan', asked: null });
  });

  it('rests for the interval, counted from the end of what was done last', () => {
    expect(stepAt(100)).toEqual({ kind: 'wait', untilMs: 110 * MINUTE_MS });
    expect(stepAt(109.9)).toEqual({ kind: 'wait', untilMs: 110 * MINUTE_MS });
    expect(stepAt(110)).toEqual({ kind: 'plan', asked: null });
  });

  it('begins moves while there are slots', () => {
    expect(stepAt(100, { pending: 2 })).toEqual({ kind: 'begin_move' });
    expect(stepAt(100, { pending: 2, running: 1 })).toEqual({ kind: 'begin_move' });
    expect(stepAt(100, { pending: 2, running: 2 })).toEqual({ kind: 'wait', untilMs: null });
  });

  it('does not plan while moves are under way, however long that takes', () => {
    expect(stepAt(1000, { running: 1 })).toEqual({ kind: 'wait', untilMs: null });
  });

  it('begins no move of a plan that is ten minutes old', () => {
    expect(stepAt(109, { pending: 1 })).toEqual({ kind: 'begin_move' });
    expect(stepAt(109.1, { pending: 1 })).toEqual({ kind: 'drop_moves' });
    expect(stepAt(109.1, { pending: 1, running: 2 })).toEqual({ kind: 'drop_moves' });
  });

  it('plans when asked to, also beside moves, but not twice within ten seconds', () => {
    expect(stepAt(100, { asked: ASKED })).toEqual({ kind: 'plan', asked: ASKED });
    expect(stepAt(100, { asked: ASKED, pending: 1, running: 2 }).kind).toBe('plan');
    const justNow = { asked: ASKED, plannedAtMs: 100 * MINUTE_MS - 1 };
    const untilMs = 100 * MINUTE_MS - 1 + 10_000;
    expect(stepAt(100, justNow)).toEqual({ kind: 'wait', untilMs });
    expect(stepAt(100, { ...justNow, pending: 1 })).toEqual({ kind: 'begin_move' });
    expect(stepAt(100, { ...justNow, pending: 1, running: 2 })).toEqual({ kind: 'wait', untilMs });
  });

  it('tries again after a failure: soon at first, then less and less often', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 100, 5000].map((failures) => {
      const step = stepAt(100, { failures, asked: ASKED });
      return step.kind === 'wait' ? step.untilMs! - 100 * MINUTE_MS : step.kind;
    });
    const most = TERMS.intervalMs;
    expect(waits).toEqual([5e3, 10e3, 20e3, 40e3, 80e3, 160e3, 320e3, most, most, most]);
  });

  it('always has a next step that comes, whatever the state', () => {
    const states = fc.record<OperatorState>({
      plannedAtMs: fc.option(fc.integer({ min: 0, max: 1e9 })),
      idleSinceMs: fc.integer({ min: 0, max: 1e9 }),
      failures: fc.nat(2000),
      pending: fc.nat(3),
      running: fc.nat(3),
      asked: fc.constantFrom(null, ASKED),
    });
    const check = (state: OperatorState, nowMs: number): void => {
      const step = nextStep(state, TERMS, nowMs);
      if (step.kind !== 'wait') return;
      // Nothing to wait for but the end of a move: then there must be one.
      if (step.untilMs === null) expect(state.running).toBeGreaterThan(0);
      else expect(step.untilMs).toBeGreaterThan(nowMs);
    };
    fc.assert(fc.property(states, fc.integer({ min: 0, max: 1e9 }), check), { seed: 7 });
  });
});

describe('askedBoth', () => {
  const [a, b] = ['1', '2'] as ChannelId[];

  it('fills what either wants', () => {
    const one = { reasons: ['x'], into: [a!] };
    expect(askedBoth(null, one)).toBe(one);
    expect(askedBoth(one, { reasons: ['x', 'y'], into: [b!, a!] })).toEqual({
      reasons: ['x', 'y'],
      into: [a, b],
    });
    expect(askedBoth(one, { reasons: ['z'], into: null }).into).toBeNull();
  });

  it('does not grow without end', () => {
    let wish = askedBoth(null, { reasons: ['0'], into: null });
    for (let i = 1; i < 100; i++) wish = askedBoth(wish, { reasons: [String(i)], into: null });
    expect(wish.reasons).toHaveLength(16);
  });
});
