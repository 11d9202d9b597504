/** The commands that can be called, for tests of what is true of all. */
import type { Command } from 'commander';
import { Output } from '../../src/cli/output.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { KeptStreams } from './run-command.ts';

/** Those whose answer is text for a program already, and why. */
export const WITHOUT_JSON: Readonly<Record<string, string>> = {
  completion: 'it prints a script, which a shell reads',
};

export interface Leaf {
  /** As it is called: `levers show`. */
  readonly name: string;
  readonly command: Command;
}

export function newProgram(): Command {
  const streams = new KeptStreams();
  return buildProgram({ streams, output: new Output(streams, { json: false }), ended: () => {} });
}

export const leavesOfProgram = (program: Command = newProgram()): readonly Leaf[] =>
  leavesOf(program, []);

const leavesOf = (command: Command, path: readonly string[]): readonly Leaf[] =>
  command.commands.length === 0
    ? [{ name: path.join(' '), command }]
    : command.commands.flatMap((each) => leavesOf(each, [...path, each.name()]));
