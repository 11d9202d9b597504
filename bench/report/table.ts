/** The table that a run prints. */
import type { SuiteRow } from './row.ts';

const HEAD = [
  'suite',
  'row',
  'median ms',
  'p95 ms',
  'p99 ms',
  'found',
  'of',
  'excess msat',
  'dearer',
  'unproven',
  'ratio',
  'no route ms',
];
/** Columns from here on are numbers, set right. */
const FIRST_NUMBER = 2;

export function resultTable(rows: readonly SuiteRow[]): string {
  const lines = rows.map((row, i) => cells(row, rows[i - 1]?.suite !== row.suite));
  const table = [HEAD, ...lines];
  const widths = HEAD.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  const print = (line: readonly string[]): string =>
    line
      .map((cell, i) => (i < FIRST_NUMBER ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [print(HEAD), rule, ...lines.map(print)].join('\n');
}

function cells(row: SuiteRow, isFirstOfSuite: boolean): string[] {
  const { search } = row;
  return [
    isFirstOfSuite ? row.suite : '',
    row.name,
    milliseconds(row.medianMs),
    milliseconds(row.p95Ms),
    milliseconds(row.p99Ms),
    String(row.found),
    ...(search === undefined
      ? ['', '', '', '']
      : [
          String(search.asked),
          row.excessMsat.toLocaleString('en'),
          String(search.dearer),
          String(search.unproven),
        ]),
    row.ratio === 1 ? '' : row.ratio.toFixed(2),
    search === undefined || search.noRouteMs === 0 ? '' : milliseconds(search.noRouteMs),
  ];
}

/** Three significant digits, down to a tenth of a microsecond. */
function milliseconds(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  if (value >= 1) return value.toFixed(2);
  return value >= 0.1 ? value.toFixed(3) : value.toFixed(4);
}
