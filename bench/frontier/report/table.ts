/** Tables as they are printed. */
import { type Point, WITHIN } from '../metrics/point.ts';
import type { Estimate, Interval } from '../metrics/resamples.ts';
import type { Verdict } from '../metrics/verdicts.ts';

const POINT_HEAD = [
  'arm',
  'weight',
  'tasks',
  ...WITHIN.map((limit) => `in ${limit} %`),
  'solved %',
  'attempts/success',
  'fee ppm',
  'fee/oracle',
  'sat/min',
  'p50 ms',
  'p99 ms',
];

/** The points of one truth and belief; intervals are those of the bootstrap, 95 %. */
export function pointTable(points: readonly Point[]): string {
  const rows = points.map((point) => [
    point.arm,
    String(point.weight),
    String(point.tasks),
    ...WITHIN.map((limit) => percent(point.successWithin[limit].value)),
    percent(point.successes / point.tasks),
    withInterval(point.attemptsPerSuccess, 2),
    withInterval(point.feePpm, 0),
    withInterval(point.feeOverOracle, 2),
    Math.round(point.satPerMinute.value ?? 0).toLocaleString('en'),
    point.searchMsP50.toFixed(1),
    point.searchMsP99.toFixed(1),
  ]);
  return table([POINT_HEAD, ...rows], 1);
}

const VERDICT_HEAD = [
  'truth',
  'belief',
  'arm',
  'weight',
  'dominated',
  'attempts at equal fee',
  'fee at equal attempts',
  'attempts, both solved',
  'solved',
];

/** One line for each verdict, and below it one for each point of the arm's frontier. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.flatMap((verdict) => [
    [
      verdict.truth,
      verdict.belief,
      verdict.arm,
      'all',
      verdict.dominated ? 'yes' : 'no',
      withInterval({ value: verdict.attemptsRatio, interval: verdict.interval }, 3),
      withInterval({ value: verdict.feeRatio, interval: verdict.feeInterval }, 3),
      withInterval(
        { value: verdict.sharedAttemptsRatio, interval: verdict.sharedAttemptsInterval },
        3,
      ),
      withInterval({ value: verdict.solvedRatio, interval: verdict.solvedInterval }, 3),
    ],
    ...verdict.points.map((point) => [
      '',
      '',
      '',
      String(point.weight),
      '',
      withInterval(point.attemptsRatio, 3),
      withInterval(point.feeRatio, 3),
      withInterval(point.sharedAttemptsRatio, 3),
      withInterval(point.solvedRatio, 3),
    ]),
  ]);
  return table([VERDICT_HEAD, ...rows], 3);
}

/** Columns set by their width; all but the first `texts` are numbers, set right. */
function table(rows: readonly (readonly string[])[], texts: number): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const print = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i < texts ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [print(rows[0]!), rule, ...rows.slice(1).map(print)].join('\n');
}

const percent = (share: number | null): string => (share === null ? '-' : (100 * share).toFixed(1));

function withInterval({ value, interval }: Estimate, digits: number): string {
  if (value === null) return '-';
  const print = (bound: number): string => bound.toFixed(digits);
  return interval === null ? print(value) : `${print(value)} ${range(interval, print)}`;
}

const range = ([low, high]: Interval, print: (bound: number) => string): string =>
  `[${print(low)} ${print(high)}]`;
