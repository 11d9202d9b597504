/** The command on this process's own arguments and streams. */
import { runCli } from './program.ts';
import { standardStreams } from './standard-streams.ts';

export async function start(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), standardStreams());
}
