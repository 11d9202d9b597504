/** What a command of the program gets to run with. */
import type { ExitCode } from './exit-codes.ts';
import type { Output, Streams } from './output.ts';

export interface Shell {
  readonly streams: Streams;
  readonly output: Output;
  /** Told once the command is over. */
  readonly ended: (exit: ExitCode) => void;
}
