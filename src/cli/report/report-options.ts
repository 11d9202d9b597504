/** The options of `ballast report`. */
import { type Command, InvalidArgumentError } from 'commander';
import type { StatementRequest } from '../../accounts/statement.ts';
import { addExamples } from '../examples.ts';
import type { AccessOptions } from '../node-access/access-options.ts';
import { addNodeAccess } from '../node-access/add-node-access.ts';
import type { Shell } from '../shell.ts';
import { stoppable } from '../stoppable.ts';
import { moment, type TimeOptions, timeSpan } from './time-range.ts';

export type Cut = Pick<StatementRequest, 'period' | 'place'>;

export interface ReportOptions extends TimeOptions, AccessOptions {
  readonly store?: string;
  readonly by: Cut;
  /** A file, or `-` for standard output. */
  readonly csv?: string;
  readonly html?: string;
}

export function addReport(program: Command, { output, ended }: Shell): void {
  const report = addCut(addNodeAccess(program.command('report')))
    .description(
      'what was moved, what it cost, and, where the node is named, what it has earned since',
    )
    .action(async (options: ReportOptions) => {
      const { reportCommand } = await import('../commands/report.ts');
      ended(await stoppable(output, () => reportCommand(options, output)));
    });
  addExamples(report, [
    ['ballast report --store ballast.db --since 8w --by week', 'what was moved, week by week'],
    [
      'ballast report --lnd 127.0.0.1:10009 --tls tls.cert --macaroon ballast.macaroon --by pair --html report.html',
      'with what it has earned, as a page with plots',
    ],
    [
      'ballast report --store ballast.db --from 2026-01-01 --to 2026-02-01 --by month,channel --csv -',
      'a month, as CSV on standard output',
    ],
  ]);
}

function addCut(command: Command): Command {
  return command
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
