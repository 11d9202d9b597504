import { describe, expect, it } from 'vitest';
import { LiquidityBook } from '../../src/liquidity/liquidity-book.ts';
import { uniformModel } from '../../src/liquidity/models/uniform.ts';
import { graphOf, nodeIdOf } from '../graph/make-graph.ts';

const [A, B, C] = [nodeIdOf('a'), nodeIdOf('b'), nodeIdOf('c')];
const NOON = Date.UTC(2026, 10, 21, 12);
const MILLION = 1_000_000_000n;
const snapshot = graphOf([
  { id: 1, ends: ['a', 'b'], capacitySat: 4_000_000n },
  { id: 2, ends: ['b', 'c'], capacitySat: 4_000_000n },
  { id: 3, ends: ['b', 'c'], capacitySat: 4_000_000n },
]).snapshot();
const now = { snapshot, nowMs: NOON };

/** Without other reasons to fail, so that figures are round. */
const plainBook = () => new LiquidityBook({ model: uniformModel(), hopFailure: 0 });

describe('a book of beliefs', () => {
  it('knows the prior of channels that nobody tried, and of two the better', () => {
    const book = plainBook();
    expect(book.probability({ from: A, to: B, amountMsat: MILLION }, now)).toBeCloseTo(0.75, 6);
    expect(book.probability({ from: B, to: C, amountMsat: MILLION }, now)).toBeCloseTo(0.9375, 6);
    expect(book.probability({ from: A, to: C, amountMsat: MILLION }, now)).toBe(0);
    expect(book.probability({ from: A, to: B, amountMsat: 5n * MILLION }, now)).toBe(0);
  });

  it('takes off what is under way until that has ended', () => {
    const book = plainBook();
    const half = { from: A, to: B, amountMsat: 2n * MILLION };
    book.hold('one', [half]);
    expect(book.probability({ ...half, amountMsat: MILLION }, now)).toBeCloseTo(0.25, 6);
    book.hold('two', [half]);
    expect(book.probability({ ...half, amountMsat: MILLION }, now)).toBe(0);
    book.release('two');
    book.release('one');
    book.release('never held');
    expect(book.probability({ ...half, amountMsat: MILLION }, now)).toBeCloseTo(0.75, 6);
  });

  it('adds to a fact what others of ours held meanwhile', () => {
    const book = plainBook();
    const ab = { from: A, to: B };
    book.hold('other', [{ ...ab, amountMsat: MILLION }]);
    book.observe([{ kind: 'lacked', ...ab, amountMsat: MILLION }], { atMs: NOON });
    book.release('other');
    expect(book.state().rows.find(({ from }) => from === A)).toMatchObject({ highMsat: 2e9 });
    expect(book.probability({ ...ab, amountMsat: MILLION }, now)).toBeCloseTo(0.5, 6);
  });

  it('sums up what the model has learnt before a twentieth of the attempts, or a hundred, is missing', () => {
    const book = new LiquidityBook();
    const facts = [{ kind: 'lacked', from: A, to: B, amountMsat: MILLION }] as const;
    let [taken, times] = [0, 0];
    for (let attempts = 1; attempts <= 4000; attempts++) {
      book.observe(facts, { atMs: NOON + attempts, snapshot });
      const { rows, models } = book.takeChanged();
      expect(rows.length).toBeGreaterThan(0);
      if (models['mixture'] !== undefined) [taken, times] = [attempts, times + 1];
      expect(attempts - taken).toBeLessThan(Math.min(100, Math.max(1, attempts / 20)));
    }
    expect(times).toBeLessThan(150);
    book.forget();
    expect(book.takeChanged().models).toEqual(new LiquidityBook().state().models);
  });

  it('gives what has changed once, and all of it to another book', () => {
    const book = new LiquidityBook();
    const facts = [{ kind: 'lacked', from: A, to: B, amountMsat: MILLION }] as const;
    for (let i = 0; i < 80; i++) book.observe(facts, { atMs: NOON + i, snapshot });
    const state = book.takeChanged();
    expect(state.rows.map(({ from }) => from).sort()).toEqual([A, B].sort());
    expect(book.takeChanged().rows).toEqual([]);
    const other = new LiquidityBook();
    other.load(state);
    expect(other.takeChanged().rows).toEqual([]);
    for (const amountMsat of [MILLION / 4n, MILLION, 3n * MILLION]) {
      const asked = { from: B, to: A, amountMsat };
      expect(other.probability(asked, now)).toBeCloseTo(book.probability(asked, now), 2);
    }
  });

  it('forgets what it has not heard of for longest, and keeps what is under way', () => {
    const book = new LiquidityBook({ model: uniformModel(), maxCorridors: 100 });
    book.hold('old', [{ from: A, to: B, amountMsat: 2n * MILLION }]);
    for (let i = 0; i < 400; i++) {
      const [from, to] = [nodeIdOf(5_000 + i), nodeIdOf(6_000 + i)];
      book.observe([{ kind: 'carried', from, to, amountMsat: 1_000n }], { atMs: NOON + i });
    }
    const { rows } = book.state();
    expect(rows.length).toBeLessThanOrEqual(100);
    expect(rows.some(({ from }) => from === nodeIdOf(5_399))).toBe(true);
    expect(rows.some(({ from }) => from === nodeIdOf(5_000))).toBe(false);
    const held = book.probability({ from: A, to: B, amountMsat: MILLION }, now);
    book.release('old');
    expect(book.probability({ from: A, to: B, amountMsat: MILLION }, now)).toBeGreaterThan(held);
  });

  it('does not trust what a node says that seems to be offline', () => {
    const book = plainBook();
    const asked = { from: B, to: C, amountMsat: MILLION };
    const before = book.probability(asked, now);
    book.observe(
      [
        { kind: 'carried', from: nodeIdOf('x'), to: A, amountMsat: 1n },
        { kind: 'suspect', from: A, to: B },
        { kind: 'suspect', from: B, to: A },
      ],
      { atMs: NOON },
    );
    expect(book.probability(asked, now)).toBeCloseTo(before * 0.2, 6);
    expect(book.probability({ ...asked, from: A, to: B }, now)).toBe(0);
  });
});
