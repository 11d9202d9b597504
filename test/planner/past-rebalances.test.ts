import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type PastFailure,
  PastLedger,
  type PastMove,
  type PastRebalances,
} from '../../src/planner/past-rebalances.ts';
import { RecentPast } from '../../src/planner/recent-past.ts';
import type { JournalRecord, SendOutcome } from '../../src/ports.ts';
import { end, intent, invoice, outcome, start } from '../store/journal-records.ts';
import { idOf } from './plan-world.ts';

const at = (atMs: number, record: JournalRecord): JournalRecord => ({ ...record, atMs });
const SETTLED: SendOutcome = { kind: 'settled', preimage: new Uint8Array(32), attemptId: 1n };
const REFUSED: SendOutcome = { kind: 'not_sent', reason: 'no' };
const ended = (rebalanceId: string, reason: string, movedMsat = 0n): JournalRecord => ({
  ...(end(rebalanceId) as Extract<JournalRecord, { kind: 'end' }>),
  reason,
  movedMsat,
});
const { outChannelId, inChannelId } = intent('a');

function pastRebalances(records: readonly JournalRecord[]): PastRebalances {
  const ledger = new PastLedger();
  ledger.add(records);
  return ledger.past;
}

describe('what the journal tells of the past', () => {
  it('is what settled, with its channels and when that became known', () => {
    const { moves, failures } = pastRebalances([
      start('a'),
      invoice('a'),
      intent('a', 1),
      outcome('a', 1, REFUSED),
      intent('a', 2),
      at(77, outcome('a', 2, SETTLED)),
      ended('a', 'settled', 5n),
    ]);
    const { amountMsat, feeMsat } = intent('a', 2);
    expect(moves).toEqual([{ atMs: 77, outChannelId, inChannelId, amountMsat, feeMsat }]);
    expect(failures).toEqual([]);
  });

  it('is what settled after the end as well, where a payment that was taken for failed lived on', () => {
    const { moves } = pastRebalances([
      start('a'),
      intent('a', 1),
      outcome('a', 1, REFUSED),
      ended('a', 'node_error'),
      at(77, outcome('a', 1, SETTLED)),
      ended('a', 'settled', 5n),
    ]);
    expect(moves.map(({ atMs }) => atMs)).toEqual([77]);
  });

  it('is what found no way, but not what others ended', () => {
    const reasons = ['attempts_exhausted', 'fee_limit', 'no_route', 'unlikely', 'unsteerable'];
    const others = ['aborted', 'deadline', 'budget', 'node_error', 'in_flight', 'interrupted'];
    const records = [...reasons, ...others].flatMap((reason, i) => [
      start(reason),
      at(i, ended(reason, reason)),
    ]);
    const { failures } = pastRebalances(records);
    expect(failures.map(({ atMs }) => atMs)).toEqual([0, 1, 2, 3, 4]);
    const begun = start('a') as Extract<JournalRecord, { kind: 'start' }>;
    expect(failures[0]).toMatchObject({
      outChannels: begun.outChannels,
      inChannels: begun.inChannels,
    });
  });

  it('knows no failure where something was moved, nor where the beginning is missing', () => {
    const some = [start('a'), ended('a', 'attempts_exhausted', 1n), ended('b', 'no_route')];
    expect(pastRebalances(some)).toEqual({ moves: [], failures: [] });
    expect(pastRebalances([outcome('c', 1, SETTLED)])).toEqual({ moves: [], failures: [] });
  });
});

describe('a journal that is read piece by piece', () => {
  const journal = fc
    .array(
      fc.record({
        attempts: fc.array(fc.boolean(), { maxLength: 3 }),
        reason: fc.constantFrom('no_route', 'fee_limit', 'aborted'),
        ended: fc.boolean(),
      }),
      { maxLength: 6 },
    )
    .map((rebalances) =>
      rebalances
        .flatMap(({ attempts, reason, ended: isEnded }, i) => {
          const id = `r${i}`;
          const moved = attempts.some((settled) => settled) ? 1n : 0n;
          return [
            start(id),
            ...attempts.flatMap((settled, at) => [
              intent(id, at),
              outcome(id, at, settled ? SETTLED : REFUSED),
            ]),
            ...(isEnded ? [ended(id, reason, moved)] : []),
          ];
        })
        .map((record, atMs) => at(atMs, record)),
    );

  it('tells the same as one that is read at once, wherever pieces begin and end', () => {
    fc.assert(
      fc.property(journal, fc.array(fc.tuple(fc.nat(), fc.nat())), (records, pieces) => {
        const ledger = new PastLedger();
        let read = 0;
        for (const [back, on] of pieces) {
          const next = Math.min(records.length, read + (on % 5));
          ledger.add(records.slice(Math.max(0, read - (back % 5)), next));
          read = next;
        }
        ledger.add(records.slice(read));
        expect(ledger.past).toEqual(pastRebalances(records));
      }),
      { seed: 17 },
    );
  });

  it('forgets what is older than asked, and no more', () => {
    const ledger = new PastLedger();
    const settled = (id: string, atMs: number) =>
      [start(id), intent(id), outcome(id, 1, SETTLED)].map((record) => at(atMs, record));
    const failed = (id: string, atMs: number) =>
      [start(id), ended(id, 'no_route')].map((record) => at(atMs, record));
    ledger.add([...settled('a', 1), ...settled('b', 2), ...failed('c', 1), ...failed('d', 2)]);
    ledger.add([at(1, start('late')), at(1, intent('late'))]);
    ledger.forget({ beforeMs: 2 });
    ledger.add([outcome('late', 1, SETTLED), ended('late', 'no_route')]);
    const { moves, failures } = ledger.past;
    expect([moves, failures].map((all) => all.map(({ atMs }) => atMs))).toEqual([[2], [2]]);
  });
});

describe('the recent past', () => {
  const TERMS = { quietMs: 10, maxQuietMs: 50 };
  const fail = (atMs: number, from: number, to: number): PastFailure => ({
    atMs,
    outChannels: [idOf(from)],
    inChannels: [idOf(to)],
  });
  const move = (atMs: number, from: number, to: number): PastMove => ({
    atMs,
    outChannelId: idOf(from),
    inChannelId: idOf(to),
    amountMsat: 1000n,
    feeMsat: 1n,
  });
  const pair = (from: number, to: number) => ({ outChannelId: idOf(from), inChannelId: idOf(to) });

  it('knows when a channel was last filled and drained', () => {
    const past = new RecentPast(
      { moves: [move(5, 1, 2), move(9, 1, 3), move(7, 2, 3)], failures: [] },
      TERMS,
    );
    expect([1, 2, 3].map((n) => past.filledAtMs(idOf(n)))).toEqual([undefined, 5, 9]);
    expect([1, 2, 3].map((n) => past.drainedAtMs(idOf(n)))).toEqual([9, 7, undefined]);
  });

  it('is quiet for twice as long after each failure, up to a limit', () => {
    const until = (failures: number): number | undefined => {
      const all = Array.from({ length: failures }, () => fail(100, 1, 2));
      return new RecentPast({ moves: [], failures: all }, TERMS).quietPair(pair(1, 2), 100)
        ?.untilMs;
    };
    expect([0, 1, 2, 3, 4, 5].map(until)).toEqual([undefined, 110, 120, 140, 150, 150]);
  });

  it('forgets failures with a success, and when their time is over', () => {
    const failures = [fail(1, 1, 2), fail(2, 1, 2), fail(4, 1, 2)];
    const past = new RecentPast({ moves: [move(3, 1, 2)], failures }, TERMS);
    expect(past.quietPair(pair(1, 2), 13)).toEqual({ failures: 1, untilMs: 14 });
    expect(past.quietPair(pair(1, 2), 14)).toBeUndefined();
    expect(past.quietPair(pair(2, 1), 5)).toBeUndefined();
  });

  it('leaves a target alone after three failures from anywhere', () => {
    const past = (count: number) =>
      new RecentPast(
        { moves: [], failures: Array.from({ length: count }, (_, i) => fail(i, 10 + i, 2)) },
        TERMS,
      );
    expect(past(2).quietTarget(idOf(2), 2)).toBeUndefined();
    expect(past(3).quietTarget(idOf(2), 2)).toEqual({ failures: 3, untilMs: 12 });
    expect(past(4).quietTarget(idOf(2), 3)).toEqual({ failures: 4, untilMs: 23 });
  });
});
