/** One line for each seed and strategy. */
import type { UnitResult } from '../run/unit.ts';
import type { OperatorVerdict } from './verdict.ts';

const COLUMNS: readonly (readonly [string, number])[] = [
  ['seed', 5],
  ['strategy', -14],
  ['net sat', 9],
  ['over none', 10],
  ['revenue', 9],
  ['cost', 7],
  ['forwards', 9],
  ['Msat fwd', 9],
  ['moved', 7],
  ['ppm', 6],
  ['attempts', 9],
  ['settled', 8],
];

export const tableHead = (): string => line(COLUMNS.map(([title]) => title));

/** @param withoutMsat The net of no rebalancing on the same seed, where it ran. */
export function tableLine(result: UnitResult, withoutMsat: bigint | undefined): string {
  const { seed, arm, netMsat, revenueMsat, costMsat, forwards, forwardedMsat, figures } = result;
  const { movedMsat, attempts, settled } = figures;
  const over = withoutMsat === undefined ? '' : percent(netMsat - withoutMsat, withoutMsat);
  return line([
    String(seed),
    arm,
    inSat(netMsat),
    over,
    inSat(revenueMsat),
    inSat(costMsat),
    String(forwards),
    inMillionSat(forwardedMsat),
    inMillionSat(movedMsat),
    movedMsat === 0n ? '' : ((Number(costMsat) * 1e6) / Number(movedMsat)).toFixed(0),
    String(attempts),
    String(settled),
  ]);
}

/** What each strategy came to on all seeds together. */
export const totalsLine = ({ totalsMsat }: OperatorVerdict): string =>
  `net of all, sat: ${[...totalsMsat].map(([arm, netMsat]) => `${arm} ${inSat(netMsat)}`).join(', ')}`;

/** On how many seeds each strategy won. */
export const verdictLine = ({ seeds, wins }: OperatorVerdict): string =>
  `highest net of ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}: ${[...wins].map(([arm, count]) => `${arm} ${count}`).join(', ')}`;

const line = (cells: readonly string[]): string =>
  cells
    .map((cell, i) => {
      const width = COLUMNS[i]![1];
      return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
    })
    .join(' ')
    .trimEnd();

const inSat = (msat: bigint): string => (msat / 1000n).toString();
const inMillionSat = (msat: bigint): string => (Number(msat) / 1e9).toFixed(1);

function percent(part: bigint, whole: bigint): string {
  if (whole === 0n) return '';
  const value = (Number(part) / Number(whole)) * 100;
  return `${value > 0 ? '+' : ''}${value.toFixed(1)} %`;
}
