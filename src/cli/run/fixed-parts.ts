/** What of a changed configuration takes a restart. */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/config.ts';

/** In the words of the configuration. */
const FIXED: readonly (readonly [name: string, of: (config: Config) => unknown])[] = [
  ['[node]', ({ node }) => node],
  ['[store]', ({ store }) => store],
  ['[limits]', ({ limits }) => limits],
  ['[run] dry_run', ({ dryRun }) => dryRun],
  ['[run] own_thread', ({ run }) => run.planInThread],
  ['[demand]', ({ run }) => run.watchDemand],
  ['[just_in_time]', ({ justInTime }) => justInTime],
  ['[metrics]', ({ metrics }) => metrics],
  ['[log] file', ({ log }) => log.file],
];

/** Names of what differs and stays as it was. */
export const changedFixedParts = (before: Config, after: Config): readonly string[] =>
  FIXED.filter(([, of]) => !isDeepStrictEqual(of(before), of(after))).map(([name]) => name);
