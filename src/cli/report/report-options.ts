/** The options of `ballast report`. */
import { type Command, InvalidArgumentError } from 'commander';
import type { StatementRequest } from '../../accounts/statement.ts';
import type { AccessOptions } from '../node-access/access-options.ts';
import { addNodeAccess } from '../node-access/add-node-access.ts';
import { moment, type TimeOptions, timeSpan } from './time-range.ts';

export type Cut = Pick<StatementRequest, 'period' | 'place'>;

export interface ReportOptions extends TimeOptions, AccessOptions {
  readonly store?: string;
  readonly by: Cut;
  /** A file, or `-` for standard output. */
  readonly csv?: string;
  readonly html?: string;
}

export function addReportOptions(command: Command): Command {
  return addNodeAccess(command)
    .description(
      'what was moved, what it cost, and, where the node is named, what it has earned since',
    )
    .option(
      '--store <file>',
      'the journal; it may be in use (default: that of the node, in ~/.local/state/ballast)',
    )
    .option('--since <time>', 'what was moved in this time: 36h, 30d, 8w (default: 30d)', timeSpan)
    .option('--from <date>', 'from then on: 2026-02-03 (its beginning, in UTC)', moment)
    .option('--to <date>', 'until before then, earnings as well (default: now)', moment)
    .option(
      '--by <what>',
      'a row for each day, week or month, for each channel or pair, or for both: month,channel',
      cutBy,
      { place: 'channel' },
    )
    .option('--csv <file>', 'write the rows as CSV, with - to standard output')
    .option('--html <file>', 'write one page with plots, which needs nothing else')
    .option('--json', 'print the report as JSON');
}

const PERIODS = ['day', 'week', 'month'] as const;
const PLACES = ['channel', 'pair'] as const;

/** `week`, `pair`, or one of each kind with a comma between. */
export function cutBy(text: string): Cut {
  const names = text.split(',').map((name) => name.trim());
  const periods = PERIODS.filter((name) => names.includes(name));
  const places = PLACES.filter((name) => names.includes(name));
  const [period] = periods;
  const [place] = places;
  const once = periods.length <= 1 && places.length <= 1;
  if (once && names.length === periods.length + places.length) {
    return { ...(period && { period }), ...(place && { place }) };
  }
  throw new InvalidArgumentError(
    'It must be day, week or month, channel or pair, or one of each kind: month,channel.',
  );
}
