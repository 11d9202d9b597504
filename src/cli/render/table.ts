/** Plain tables without colours, so that they paste well. */
import Table from 'cli-table3';

export type Align = 'left' | 'right';

export function table(
  head: readonly string[],
  align: readonly Align[],
  rows: readonly string[][],
): string {
  const drawn = new Table({
    head: [...head],
    colAligns: [...align],
    style: { head: [], border: [], compact: true },
  });
  drawn.push(...rows);
  return drawn.toString();
}
