/** `ballast init`: writes a configuration that explains itself, and says what comes next. */
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readConfig } from '../config/read-config.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { configText } from '../init/config-text.ts';
import { nextSteps, type Step } from '../init/next-steps.ts';
import { writtenAccess } from '../init/placeholders.ts';
import type { AccessOptions } from '../node-access/access-options.ts';
import type { Output } from '../output.ts';
import { whyUnwritable } from '../why-unwritable.ts';

export interface InitOptions extends AccessOptions {
  /** A file, or `-` for standard output. */
  readonly output: string;
  readonly store?: string;
  readonly force?: boolean;
}

/** Nobody else needs to know where a wallet's keys are. */
const MODE = 0o600;

export async function initCommand(options: InitOptions, output: Output): Promise<ExitCode> {
  const { output: file, store } = options;
  if (file === '-' && output.json) {
    throw new UsageError(
      '--json and --output - both write to standard output; give --output a file',
    );
  }
  const { access, placeholders } = writtenAccess(options);
  const text = configText({ access, store: store === undefined ? undefined : resolve(store) });
  assertSound(text, file);
  const steps = nextSteps(access, { file, placeholders, isThere: existsSync });
  if (file === '-') {
    output.plain(text);
    for (const line of linesOf(steps)) output.warn(line);
    return EXIT.success;
  }
  await write(text, options);
  output.answer({ file, next: steps });
  output.print(`${file} was written. Next:`, ...linesOf(steps));
  return EXIT.success;
}

/** A configuration that `ballast run` would refuse is none to begin with. */
function assertSound(text: string, file: string): void {
  const reading = readConfig(text, file);
  if (reading.kind === 'problems') {
    throw new UsageError(
      `what was named makes no configuration that can be read: ${reading.problems.join('; ')}`,
    );
  }
}

async function write(text: string, { output: file, force = false }: InitOptions): Promise<void> {
  try {
    await writeFile(file, text, { mode: MODE, flag: force ? 'w' : 'wx' });
    // The mode of a file that was there is kept otherwise.
    await chmod(file, MODE);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') {
      throw new UsageError(
        `${file} is there already, and was left as it is: name another with --output, or replace it with --force`,
        { cause: error },
      );
    }
    if (code === undefined) throw error;
    const why = whyUnwritable(file, error);
    throw new UsageError(`--output: ${file} cannot be written: ${why}`, { cause: error });
  }
}

const linesOf = (steps: readonly Step[]): readonly string[] =>
  steps.flatMap(({ what, command }, i) => [
    `${i + 1}. ${what}${command === undefined ? '.' : ':'}`,
    ...(command === undefined ? [] : [`   ${command}`]),
  ]);
