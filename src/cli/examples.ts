/** Worked examples at the end of each command's help: command lines that parse. */
import type { Command } from 'commander';

/** A command line, and what it does. */
export type Example = readonly [line: string, what: string];

const EXAMPLES = new WeakMap<Command, readonly Example[]>();
const WIDTH = 92;

export function addExamples(command: Command, examples: readonly Example[]): Command {
  EXAMPLES.set(command, examples);
  return command.addHelpText('after', `\nExamples:\n${examples.map(shown).join('\n')}`);
}

export const examplesOf = (command: Command): readonly Example[] => EXAMPLES.get(command) ?? [];

function shown([line, what]: Example): string {
  return `  # ${what}\n  ${folded(line).join(' \\\n      ')}`;
}

/** Lines that a shell puts together again, broken before options. */
function folded(line: string): readonly string[] {
  const lines: string[] = [];
  for (const part of line.split(/ (?=--[a-z])/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + part.length + 9 > WIDTH) lines.push(part);
    else lines[lines.length - 1] = `${last} ${part}`;
  }
  return lines;
}
