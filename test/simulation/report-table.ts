/** What a run of many seeds came to, for people. */
import { FAULT_KINDS } from './faults/fault-kinds.ts';
import type { Failure, SeedsResult } from './run-seeds.ts';

export function reportTable(result: SeedsResult, seconds: number): string {
  const { seeds, failures, steps, virtualMs, rebalances, attempts, settled } = result;
  const { repeated, removed, reports, tally } = result;
  const rows: [string, string][] = [
    ['seeds', `${seeds}`],
    ['failed', `${failures.length}`],
    ['seeds per second', (seeds / seconds).toFixed(1)],
    ['steps', `${steps}`],
    ['virtual time', `${(virtualMs / 3_600_000).toFixed(1)} h`],
    ['rebalances in the journal', `${rebalances}`],
    ['HTLCs sent', `${attempts}`],
    ['of these settled', `${settled}`],
    ['rebalances of several payments', `${repeated}`],
    ['records removed from the node', `${removed}`],
    ['', ''],
    ...[...reports]
      .sort()
      .map(([reason, count]): [string, string] => [`report: ${reason}`, `${count}`]),
    ['', ''],
    ...FAULT_KINDS.map((kind): [string, string] => [kind, `${tally.of(kind)}`]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value.padStart(9)}`).join('\n');
}

export const failureLines = ({ seed, violations }: Failure): string =>
  [
    `seed ${seed} fails; npm run simulate -- --seed ${seed} --trace shows all of it`,
    ...violations.map(({ promise, message }) => `  ${promise}: ${message}`),
  ].join('\n');
