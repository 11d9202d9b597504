/** Plain tables without colours, so that they paste well. */
import Table from 'cli-table3';
import { plainText } from './plain-text.ts';

export type Align = 'left' | 'right';

/** The lines of a table. Cells are made plain first: a line end in one would break the frame. */
export function table(
  head: readonly string[],
  align: readonly Align[],
  rows: readonly string[][],
): readonly string[] {
  const drawn = new Table({
    head: [...head],
    colAligns: [...align],
    style: { head: [], border: [], compact: true },
  });
  drawn.push(...rows.map((cells) => cells.map(plainText)));
  return drawn.toString().split('\n');
}
