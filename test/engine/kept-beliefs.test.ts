/** What attempts teach outlives the rebalance and its process; and where it is lost, nothing else is. */
import { describe, expect, test } from 'vitest';
import { nodesGraph } from '../../src/engine/graph-source.ts';
import { guardedLog } from '../../src/engine/guarded-log.ts';
import { KeptBeliefs } from '../../src/engine/kept-beliefs.ts';
import { SteadyClock } from '../../src/engine/steady-clock.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { LiquidityBook } from '../../src/liquidity/liquidity-book.ts';
import type { BeliefRow, Log, Store } from '../../src/ports.ts';
import { memoryStore } from '../../src/store/index.ts';
import { settleMicrotasks } from '../sim/circle.ts';
import { AMOUNT_MSAT, eventOf, Square, until } from './square.ts';

const rowOf = (rows: readonly BeliefRow[], from: string, to: string): BeliefRow | undefined =>
  rows.find((row) => row.from === from && row.to === to);

const kept = async (store: Store): Promise<readonly BeliefRow[]> => (await store.beliefs()).rows;

/** Ann lacks the amount towards Bob: the first attempt fails there. */
const poorSquare = (): Square => new Square({ annBobMsat: 100_000_000n });

describe('what attempts teach', () => {
  test('is in the store: what passed, what did not, and what has moved', async () => {
    const square = poorSquare();
    const report = await square.rebalance().result;
    expect(report.attempts.map(({ outcome }) => outcome.kind)).toEqual(['failed', 'settled']);
    await settleMicrotasks();
    const rows = await kept(square.store);
    const { ann, bob, cleo } = square;
    expect(rowOf(rows, ann, bob)).toMatchObject({
      lowMsat: 0,
      highMsat: Number(AMOUNT_MSAT),
      highAtMs: square.clock.now(),
    });
    // It went on by Cleo, and what she got she has on her side now.
    expect(rowOf(rows, cleo, ann)?.lowMsat).toBeGreaterThanOrEqual(Number(AMOUNT_MSAT));
    expect((await square.store.beliefs()).models).not.toEqual({});
  });

  test('saves the next process the attempt', async () => {
    const square = poorSquare();
    await square.rebalance().result;
    await settleMicrotasks();
    const second = await square.rebalance().result;
    expect(second.outcome.kind).toBe('settled');
    expect(second.attempts).toHaveLength(1);
  });

  test('counts for nothing where an attempt costs nothing', async () => {
    const square = poorSquare();
    await square.rebalance().result;
    await settleMicrotasks();
    const second = await square.rebalance({ attemptCostMsat: 0n, attemptCostPpm: 0 }).result;
    expect(second.attempts).toHaveLength(2);
  });

  test('is learnt from a payment as well whose end only the next process sees', async () => {
    const square = new Square();
    const { bob, ann, network, store } = square;
    network.holdHtlcsAt(bob);
    const first = square.rebalance();
    await eventOf(first, 'attempt_started');
    const copy = memoryStore();
    await copy.commit(await store.records());
    const next = square.rebalancer({ store: copy });
    const [resumed] = await next.resume();
    expect(await kept(copy)).toEqual([]);
    const passing = setInterval(() => void square.clock.advance(500), 1);
    network.releaseHtlcs(bob);
    await resumed?.result;
    clearInterval(passing);
    await settleMicrotasks();
    expect(rowOf(await kept(copy), ann, bob)?.lowMsat).toBeGreaterThan(0);
  });

  test('of long ago is forgotten at the start', async () => {
    const square = new Square();
    const day = 24 * 60 * 60 * 1000;
    const row = {
      from: square.ann,
      to: square.bob,
      lowMsat: 1,
      lowAtMs: square.clock.now() - 61 * day,
      highMsat: Number.POSITIVE_INFINITY,
      highAtMs: 0,
      suspectAtMs: 0,
    };
    const newer = { ...row, to: square.cleo, lowAtMs: square.clock.now() - 59 * day };
    await square.store.keepBeliefs({ rows: [row, newer], models: {} });
    await square.rebalancer().resume();
    expect(await kept(square.store)).toEqual([newer]);
  });
});

describe("a caller's own book", () => {
  test('learns, and is neither loaded nor kept', async () => {
    const square = poorSquare();
    const beliefs = new LiquidityBook();
    await square.rebalance({}, { beliefs }).result;
    await settleMicrotasks();
    expect(await kept(square.store)).toEqual([]);
    const { rows } = beliefs.takeChanged();
    expect(rowOf(rows, square.ann, square.bob)?.highMsat).toBe(Number(AMOUNT_MSAT));
  });

  test('is asked by each Rebalancer that has it', async () => {
    const square = poorSquare();
    const beliefs = new LiquidityBook();
    await square.rebalance({}, { beliefs }).result;
    const second = await square.rebalance({}, { beliefs, store: memoryStore() }).result;
    expect(second.attempts).toHaveLength(1);
  });

  test('reckons with what is under way', async () => {
    const square = new Square();
    const beliefs = new LiquidityBook();
    const snapshot = await snapshotOf(square);
    const asked = { from: square.ann, to: square.bob, amountMsat: 4_000_000_000n };
    const believed = (): number =>
      beliefs.probability(asked, { snapshot, nowMs: square.clock.now() });
    const before = believed();
    square.network.holdHtlcsAt(square.bob);
    const run = square.rebalance({}, { beliefs });
    await eventOf(run, 'attempt_started');
    expect(believed()).toBeLessThan(before);
    square.network.releaseHtlcs(square.bob);
    await run.result;
  });
});

describe('a store that fails with beliefs', () => {
  const broken = (store: Store, fail: () => Promise<never>): Store => ({
    ...store,
    keepBeliefs: fail,
    beliefs: fail,
    forgetBeliefs: fail,
  });

  test.each<[string, () => Promise<never>]>([
    ['rejects', () => Promise.reject(new Error('worn out'))],
    [
      'throws',
      () => {
        throw new Error('worn out');
      },
    ],
  ])('and %s costs no rebalance anything, and is told', async (_how, fail) => {
    const square = poorSquare();
    const warnings: unknown[] = [];
    const log: Log = { debug: () => {}, info: () => {}, warn: (...said) => warnings.push(said) };
    const store = broken(square.store, fail);
    const report = await square.rebalance({}, { store, log }).result;
    expect(report.outcome.kind).toBe('settled');
    expect(report.notes).toEqual([]);
    await until(() => warnings.length === 4);
    expect(JSON.stringify(warnings)).toContain('worn out');
  });

  test('and never answers holds up no attempt', async () => {
    const square = poorSquare();
    const keepBeliefs = (): Promise<never> => new Promise(() => undefined);
    const report = await square.rebalance({}, { store: { ...square.store, keepBeliefs } }).result;
    expect(report.outcome.kind).toBe('settled');
  });
});

test('facts that cannot be meant are only told', async () => {
  const warnings: string[] = [];
  const log: Log = { debug: () => {}, info: () => {}, warn: (message) => warnings.push(message) };
  const square = new Square();
  const dates = new SteadyClock(square.clock);
  const beliefs = new KeptBeliefs({ store: square.store, dates, log });
  const { ann } = square;
  beliefs.observe({
    kind: 'observe',
    facts: [{ kind: 'suspect', from: ann, to: ann }],
    snapshot: null,
    self: null,
  });
  await until(() => warnings.length === 1);
  expect(warnings).toEqual(['something learnt from attempts was lost']);
});

const snapshotOf = ({ node, clock }: Square): Promise<GraphSnapshot> =>
  nodesGraph({ node, clock, log: guardedLog(undefined), maxAgeMs: 600_000 })();
