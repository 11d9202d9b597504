/** `ballast run`: plans and rebalances by itself, by a configuration, until it is told to stop. */
import { loadConfig } from '../config/config-file.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openLog } from '../log/pino-log.ts';
import { readableLine } from '../log/readable-line.ts';
import type { Output } from '../output.ts';
import { Daemon } from '../run/daemon.ts';
import { startUp } from '../run/start-up.ts';
import { type Left, NOTHING_LEFT, stoppable } from '../stoppable.ts';

export interface RunCommandOptions {
  readonly config: string;
  readonly dryRun?: boolean;
  readonly once?: boolean;
}

/** What an earlier run has left under way is in the journal, and is followed when the run has begun. */
function notBegun(once: boolean): Left {
  const message =
    'stopped before the run had begun; what an earlier one has left under way stays in the journal';
  // To be told to stop is the end of a run, unless one round was asked for.
  return once
    ? { ...NOTHING_LEFT, message }
    : { ...NOTHING_LEFT, message, exit: EXIT.success, answer: { endedBy: 'signal', rounds: 0 } };
}

export async function runCommand(options: RunCommandOptions, output: Output): Promise<ExitCode> {
  const load = () => loadConfig(options.config, { dryRun: options.dryRun ?? false });
  const { config, warnings } = await load();
  const { level, file } = config.log;
  const once = options.once ?? false;
  const write = (line: string): void => output.log(output.isWatched ? readableLine(line) : line);
  const log = openLog({ level, file, write });
  for (const warning of warnings) output.warn(`warning: ${warning}`);
  const parts = await stoppable(
    output,
    () => startUp(config, { log, output }),
    () => notBegun(once),
  );
  try {
    return await new Daemon({ config, load, once, parts, log, output }).run();
  } finally {
    // Whatever closing brings up, the outcome stands.
    await parts.close();
  }
}
