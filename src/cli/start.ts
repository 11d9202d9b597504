/** The command on this process's own arguments and streams. */
import { runCli } from './program.ts';
import { standardStreams } from './standard-streams.ts';

/**
 * Ends the process once all is told. Whatever still waits must not hold it: what follows a payment left in flight may
 * pause for half a minute before it learns that the node was closed, and a Ctrl-C meanwhile would replace the exit code.
 */
export async function start(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), standardStreams());
  await Promise.all([told(process.stdout), told(process.stderr)]);
  process.exit();
}

/** Resolves when the stream has taken all that was written to it, or has broken. */
function told(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
