import { describe, expect, it } from 'vitest';
import { CorridorTable } from '../../src/liquidity/corridor-table.ts';
import type { LiquidityFact } from '../../src/liquidity/liquidity-fact.ts';
import { recordFact } from '../../src/liquidity/record-fact.ts';
import { nodeIdOf } from '../graph/make-graph.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';

const [A, B] = [nodeIdOf('a'), nodeIdOf('b')];
const HOUR = 60 * 60 * 1000;
const NOTHING = Number.POSITIVE_INFINITY;

function told(...facts: readonly [kind: LiquidityFact['kind'], msat: number, atMs?: number][]) {
  const table = new CorridorTable();
  const there = table.reach(A, B);
  facts.forEach(([kind, msat, atMs], i) => {
    const fact: LiquidityFact =
      kind === 'suspect'
        ? { kind, from: A, to: B }
        : { kind, from: A, to: B, amountMsat: BigInt(msat) };
    recordFact(table, there, { fact, atMs: atMs ?? HOUR * (1 + i), heldMsat: 0 });
  });
  return { there: table.row(there), back: table.row(there ^ 1) };
}

describe('what a fact changes', () => {
  it('passing raises what passes, failing lowers what fails', () => {
    const { there } = told(
      ['carried', 5_000],
      ['carried', 3_000],
      ['lacked', 9_000],
      ['lacked', 12_000],
    );
    expect(there).toMatchObject({
      lowMsat: 5_000,
      lowAtMs: HOUR,
      highMsat: 9_000,
      highAtMs: 3 * HOUR,
    });
  });

  it('news takes back what it contradicts', () => {
    expect(told(['lacked', 4_000], ['carried', 4_000]).there).toMatchObject({
      lowMsat: 4_000,
      highMsat: NOTHING,
    });
    expect(told(['carried', 4_000], ['lacked', 4_000]).there).toMatchObject({
      lowMsat: 0,
      lowAtMs: 0,
      highMsat: 4_000,
    });
  });

  it('a bound that says less replaces one that is old', () => {
    const { there } = told(['carried', 5_000, HOUR], ['carried', 3_000, 14 * HOUR]);
    expect(there).toMatchObject({ lowMsat: 3_000, lowAtMs: 14 * HOUR });
  });

  it('what was moved is on the other side', () => {
    const { there, back } = told(['carried', 5_000], ['lacked', 9_000], ['moved', 4_000]);
    expect(there).toMatchObject({ lowMsat: 1_000, highMsat: 9_000 });
    expect(back).toMatchObject({ lowMsat: 4_000, lowAtMs: 3 * HOUR, highMsat: NOTHING });
  });

  it('a suspicion ends when something passes', () => {
    expect(told(['suspect', 0]).there.suspectAtMs).toBe(HOUR);
    expect(told(['suspect', 0], ['carried', 1]).there.suspectAtMs).toBe(0);
    expect(told(['suspect', 0], ['lacked', 1]).there.suspectAtMs).toBe(HOUR);
  });

  it('what others of ours hold was there beside the amount', () => {
    const table = new CorridorTable();
    const there = table.reach(A, B);
    const fact = { kind: 'lacked', from: A, to: B, amountMsat: 6_000n } as const;
    recordFact(table, there, { fact, atMs: HOUR, heldMsat: 3_000 });
    expect(table.row(there).highMsat).toBe(9_000);
  });
});

/** A channel whose balance only our own payments move: then bounds never lie, however long. */
describe('bounds on a channel that nobody else uses', () => {
  it('hold after any sequence of attempts, in both directions', () => {
    const random = new SeededRandom(testSeed(31));
    let facts = 0;
    for (let round = 0; round < 300; round++) {
      const capacity = random.between(1_000, 100_000);
      let balance = random.between(0, capacity);
      const table = new CorridorTable();
      const there = table.reach(A, B);
      for (let step = 0; step < 30; step++) {
        const way = random.between(0, 1);
        const available = way === 0 ? balance : capacity - balance;
        const amount = random.between(1, capacity);
        const [from, to] = way === 0 ? [A, B] : [B, A];
        const kind = amount > available ? 'lacked' : random.chance(0.4) ? 'moved' : 'carried';
        const fact: LiquidityFact = { kind, from, to, amountMsat: BigInt(amount) };
        recordFact(table, there ^ way, { fact, atMs: HOUR * (1 + step), heldMsat: 0 });
        if (kind === 'moved') balance += way === 0 ? -amount : amount;
        facts++;
        for (const [corridor, has] of [
          [there, balance],
          [there ^ 1, capacity - balance],
        ] as const) {
          expect(table.lowMsat[corridor]!).toBeLessThanOrEqual(has);
          expect(table.highMsat[corridor]!).toBeGreaterThan(has);
        }
      }
    }
    expect(facts).toBe(9_000);
  });
});
