/** `ballast run`: plans and rebalances by itself, by a configuration, until it is told to stop. */
import { loadConfig } from '../config/config-file.ts';
import type { ExitCode } from '../exit-codes.ts';
import { openLog } from '../log/pino-log.ts';
import type { Output } from '../output.ts';
import { Daemon } from '../run/daemon.ts';
import { startUp } from '../run/start-up.ts';

export interface RunCommandOptions {
  readonly config: string;
  readonly dryRun?: boolean;
  readonly once?: boolean;
}

export async function runCommand(options: RunCommandOptions, output: Output): Promise<ExitCode> {
  const load = () => loadConfig(options.config, { dryRun: options.dryRun ?? false });
  const { config, warnings } = await load();
  const { level, file } = config.log;
  const log = openLog({ level, file, write: (line) => output.log(line) });
  for (const warning of warnings) output.warn(`warning: ${warning}`);
  const parts = await startUp(config, { log, output });
  try {
    const once = options.once ?? false;
    return await new Daemon({ config, load, once, parts, log, output }).run();
  } finally {
    // Whatever closing brings up, the outcome stands.
    await parts.close();
  }
}
