/** Commands that need no time to end: a Ctrl-C, SIGTERM or SIGHUP ends them at once, and says what that leaves. */
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What is left when a command ends now. */
export interface Left {
  readonly exit: ExitCode;
  readonly code: 'aborted' | 'in_flight';
  readonly message: string;
  /** Where this is a good end: what the command answers. */
  readonly answer?: object;
}

export const NOTHING_LEFT: Left = {
  exit: EXIT.notSettled,
  code: 'aborted',
  message: 'stopped; nothing is in flight',
};

/** @param left Asked when the signal comes. */
export async function stoppable<T>(
  output: Output,
  work: () => Promise<T>,
  left: () => Left = () => NOTHING_LEFT,
): Promise<T> {
  let stopped = false;
  const onSignal = (): void => {
    if (stopped) return;
    stopped = true;
    const { exit, code, message, answer } = left();
    if (answer === undefined) output.fail({ code, message });
    else {
      output.warn(message);
      output.answer(answer);
    }
    // Others that listen, such as whoever has made a temporary file, tidy up first.
    setImmediate(() => process.exit(exit));
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await work();
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}
