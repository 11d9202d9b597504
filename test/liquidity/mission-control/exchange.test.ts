import { describe, expect, it } from 'vitest';
import { LiquidityBook } from '../../../src/liquidity/liquidity-book.ts';
import type { MissionControlPair } from '../../../src/ports.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';

const [A, B] = [nodeIdOf('a'), nodeIdOf('b')];
const NOON = Date.UTC(2026, 10, 21, 12);
const pair = (fields: Partial<MissionControlPair>): MissionControlPair => ({
  from: A,
  to: B,
  successAmtMsat: 0n,
  successAtMs: null,
  failAmtMsat: 0n,
  failAtMs: null,
  ...fields,
});

function imported(...pairs: readonly MissionControlPair[]) {
  const book = new LiquidityBook();
  book.importMissionControl(pairs);
  return { book, row: book.state().rows.find(({ from }) => from === A) };
}

describe("pairs of lnd's mission control", () => {
  it('become bounds with their dates', () => {
    const { row } = imported(
      pair({
        successAmtMsat: 5_000n,
        successAtMs: NOON,
        failAmtMsat: 9_000n,
        failAtMs: NOON + 1_000,
      }),
    );
    expect(row).toMatchObject({
      lowMsat: 5_000,
      lowAtMs: NOON,
      highMsat: 9_000,
      highAtMs: NOON + 1_000,
      suspectAtMs: 0,
    });
  });

  it('are a suspicion where they failed whatever the amount', () => {
    const { row } = imported(pair({ failAtMs: NOON }));
    expect(row).toMatchObject({ highMsat: Number.POSITIVE_INFINITY, suspectAtMs: NOON });
  });

  it('tell nothing by a failure that lnd has raised above a later success', () => {
    const success = { successAmtMsat: 5_000n, successAtMs: NOON };
    const raised = imported(pair({ ...success, failAmtMsat: 5_001n, failAtMs: NOON - 1_000 }));
    expect(raised.row).toMatchObject({ lowMsat: 5_000, highMsat: Number.POSITIVE_INFINITY });
    const seen = imported(pair({ ...success, failAmtMsat: 5_001n, failAtMs: NOON + 1_000 }));
    expect(seen.row).toMatchObject({ highMsat: 5_001 });
  });

  it('are left out where more is known since', () => {
    const { book } = imported(pair({ successAmtMsat: 5_000n, successAtMs: NOON }));
    book.importMissionControl([pair({ successAmtMsat: 9_000n, successAtMs: NOON - 1_000 })]);
    expect(book.state().rows.find(({ from }) => from === A)).toMatchObject({ lowMsat: 5_000 });
  });

  it('come back as they were given', () => {
    const given = pair({
      successAmtMsat: 5_000n,
      successAtMs: NOON,
      failAmtMsat: 9_000n,
      failAtMs: NOON + 1_000,
    });
    expect(imported(given).book.exportMissionControl()).toEqual([given]);
  });

  it('name 1 msat where anything is suspected to fail, which lnd can take', () => {
    const { book } = imported(pair({ failAtMs: NOON }));
    expect(book.exportMissionControl()).toEqual([pair({ failAmtMsat: 1n, failAtMs: NOON })]);
  });
});

it('what is dated after all dates, or before them, teaches nothing', () => {
  const late = 8_640_000_000_000_001;
  const amounts = { successAmtMsat: 5n, failAmtMsat: 9n };
  const rowOf = (fields: Partial<MissionControlPair>) =>
    imported(pair({ ...amounts, ...fields })).row;
  expect(rowOf({ successAtMs: late, failAtMs: late })).toBeUndefined();
  expect(rowOf({ successAtMs: -5 })).toBeUndefined();
  expect(rowOf({ successAtMs: late, failAtMs: NOON })).toMatchObject({
    lowAtMs: 0,
    highMsat: 9,
    highAtMs: NOON,
  });
});
