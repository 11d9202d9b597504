/** `ballast run`: plans and rebalances by itself, by a configuration, until it is told to stop. */
import { loadConfig } from '../config/config-file.ts';
import type { ExitCode } from '../exit-codes.ts';
import { openLog } from '../log/pino-log.ts';
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
const NOT_BEGUN: Left = {
  ...NOTHING_LEFT,
  message:
    'stopped before the run had begun; what an earlier one has left under way stays in the journal',
};

export async function runCommand(options: RunCommandOptions, output: Output): Promise<ExitCode> {
  const load = () => loadConfig(options.config, { dryRun: options.dryRun ?? false });
  const { config, warnings } = await load();
  const { level, file } = config.log;
  const log = openLog({ level, file, write: (line) => output.log(line) });
  for (const warning of warnings) output.warn(`warning: ${warning}`);
  const parts = await stoppable(
    output,
    () => startUp(config, { log, output }),
    () => NOT_BEGUN,
  );
  try {
    const once = options.once ?? false;
    return await new Daemon({ config, load, once, parts, log, output }).run();
  } finally {
    // Whatever closing brings up, the outcome stands.
    await parts.close();
  }
}
