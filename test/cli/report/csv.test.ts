import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, reportCsv } from '../../../src/cli/report/csv.ts';
import { formatChannelId, parseChannelId } from '../../../src/units/ids.ts';
import { testSeed } from '../../seeded-random.ts';
import { dataOf, HOSTILE_ALIASES, reportWorld } from './report-world.ts';

/** By the grammar of RFC 4180. */
function parsed(text: string): string[][] {
  const rows: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  let row: string[] = [];
  while (field.lastIndex < text.length) {
    const [, quoted, bare, end] = field.exec(text)!;
    row.push(quoted === undefined ? bare! : quoted.replaceAll('""', '"'));
    if (end !== '\r\n') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe('CSV', () => {
  it('has a line of names and a line for each row, all of one length', () => {
    const data = dataOf(reportWorld());
    const [head, ...rows] = parsed(reportCsv(data));
    expect(rows).toHaveLength(data.statement.rows.length);
    for (const row of rows) expect(row).toHaveLength(head!.length);
    const column = (name: string) => rows.map((row) => row[head!.indexOf(name)]!);
    const { totals } = data.statement;
    const sum = (name: string) => column(name).reduce((all, cell) => all + BigInt(cell), 0n);
    expect(sum('moved_msat')).toBe(totals.movedMsat);
    expect(sum('moved_out_msat')).toBe(totals.movedMsat);
    expect(sum('fee_msat')).toBe(totals.feeMsat);
    expect(sum('earned_msat')).toBe(totals.earnedMsat);
    expect(sum('net_msat')).toBe(totals.netMsat);
    // As bare numbers of 18 digits, spreadsheets would round them.
    for (const cell of column('channel_id')) expect(cell).toMatch(/^\d+x\d+x\d+$/);
    expect(column('channel_id').map(parseChannelId)).toEqual(
      data.statement.rows.map(({ channelId }) => channelId),
    );
    expect(column('channel_alias').sort()).toEqual(
      HOSTILE_ALIASES.map((alias) =>
        (alias.startsWith('=') || /^["']+[=+]/.test(alias) ? `'${alias}` : alias).replaceAll(
          /[\p{Cc}\p{Cf}]/gu,
          '\uFFFD',
        ),
      ).sort(),
    );
  });

  it('names both channels of a pair by their block form', () => {
    const world = reportWorld();
    const data = dataOf({ ...world, request: { ...world.request, place: 'pair' } });
    const [head, ...rows] = parsed(reportCsv(data));
    const column = (name: string) => rows.map((row) => row[head!.indexOf(name)]!);
    const pairs = data.statement.rows;
    expect(column('out_channel_id')).toEqual(
      pairs.map((row) => formatChannelId(row.outChannelId!)),
    );
    expect(column('in_channel_id')).toEqual(pairs.map((row) => formatChannelId(row.inChannelId!)));
    expect(new Set(column('channel_id'))).toEqual(new Set(['']));
  });

  it.each([
    ['=1+1', `'=1+1`],
    ['+1', `'+1`],
    ['-2+cmd|x', `'-2+cmd|x`],
    ['@SUM(A1)', `'@SUM(A1)`],
    [' =1', `"' =1"`],
    ['"=1', `"'""=1"`],
    ['＝1', `'＝1`],
    ['a=b', 'a=b'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    [0.25, '0.25'],
    [-5, '-5'],
    [null, ''],
  ])('writes %s as %s', (value, expected) => {
    expect(csvCell(value).replace(/^"(')/, '"$1')).toBe(
      expected.startsWith(`'`) ? `"${expected}"` : expected,
    );
  });

  it('never gives a spreadsheet a formula, nor breaks a line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const [[cell]] = parsed(`${csvCell(text)}\r\n`) as [[string]];
        expect(cell).not.toMatch(/^[\s"]*[=+\-@\t\r]/);
        expect(cell).not.toMatch(/[\r\n]/);
      }),
      { seed: testSeed(20261208) },
    );
  });
});
