/** Commands and their options. What a command does is loaded when it is called for: help and completion are quick. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addBeliefs } from './beliefs/beliefs-options.ts';
import { completionsOf } from './completion/answer.ts';
import { addCompletion } from './completion/completion-options.ts';
import { addDemo } from './demo/demo-options.ts';
import { addDoctor } from './doctor/doctor-options.ts';
import { EXIT, EXIT_CODES_HELP, type ExitCode, UsageError } from './exit-codes.ts';
import { addGraph } from './graph/graph-options.ts';
import { addInit } from './init/init-options.ts';
import { addLevers } from './levers/levers-options.ts';
import { Output, type Streams } from './output.ts';
import { addPlan } from './plan/plan-options.ts';
import { addRebalance } from './rebalance/rebalance-options.ts';
import { addResume } from './rebalance/resume-options.ts';
import { plainText } from './render/plain-text.ts';
import { addReport } from './report/report-options.ts';
import { addRun } from './run/run-options.ts';
import type { Shell } from './shell.ts';
import { refusedCommandLine } from './usage-failure.ts';

/** Runs one command line; never throws. The streams get everything that is printed. */
export async function runCli(args: readonly string[], streams: Streams): Promise<ExitCode> {
  let exit: ExitCode = EXIT.success;
  // Looked for in the text, since a command line that cannot be parsed has to be answered in JSON as well.
  const output = new Output(streams, { json: args.includes('--json') });
  const ended = (code: ExitCode): void => {
    exit = code;
  };
  const program = buildProgram({ streams, output, ended });
  // Asked by shells at each press of Tab, with a command line that need not be one yet.
  if (args[0] === 'complete' && args[1] === '--') {
    output.plain(completionsOf(program, args.slice(2)));
    return exit;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError)
      return refusedCommandLine(error, { program, args, output });
    const { reportFailure } = await import('./failure.ts');
    return reportFailure(error, output);
  }
}

export function buildProgram(shell: Shell): Command {
  const { streams } = shell;
  const program = new Command('ballast')
    .description('Rebalancing and route building for the Lightning Network')
    .version(ownVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.out.write(text),
      writeErr: (text) => streams.err.write(text.split('\n').map(plainText).join('\n')),
    })
    .addHelpText('after', EXIT_CODES_HELP);
  program.hook('preAction', (_, command) => refuseEmpty(command));
  program.commandsGroup('To begin:');
  addDemo(program, shell);
  addInit(program, shell);
  addDoctor(program, shell);
  addCompletion(program, shell);
  program.commandsGroup('To rebalance:');
  addPlan(program, shell);
  addRebalance(program, shell);
  addResume(program, shell);
  addRun(program, shell);
  program.commandsGroup('To look at:');
  addReport(program, shell);
  addGraph(program, shell);
  addBeliefs(program, shell);
  addLevers(program, shell);
  return program;
}

/** A variable of the shell that is not set, most likely. @throws UsageError */
function refuseEmpty(command: Command): void {
  const empty = command.options.find((option) =>
    [command.getOptionValue(option.attributeName())].flat().includes(''),
  );
  const argument = command.registeredArguments[command.args.indexOf('')];
  const named = empty?.long ?? (argument && `<${argument.name()}>`);
  if (named !== undefined) throw new UsageError(`${named} is empty; give a value, or leave it out`);
}

/** That of the package: two folders up, built or not. */
function ownVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
