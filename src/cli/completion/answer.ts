/**
 * What may stand where the cursor is, for the scripts of @bomb.sh/tab: a line for each word with its description behind a
 * tab, and last what the shell is to do besides.
 */
import type { Command, Option } from 'commander';

/** Offer file names. */
const FILES = ':0';
/** Offer nothing else. */
const NO_FILES = ':4';

interface Word {
  readonly value: string;
  readonly description: string;
}

interface Completions {
  readonly words: readonly Word[];
  readonly files: boolean;
}

/** @param typed The words after the program's name, the last of them the one at the cursor, empty where it is to begin. */
export function completionsOf(program: Command, typed: readonly string[]): string {
  const { words, files } = completions(program, typed.slice(0, -1), typed.at(-1) ?? '');
  const lines = words.map(({ value, description }) => `${value}\t${description}\n`);
  return `${lines.join('')}${files ? FILES : NO_FILES}\n`;
}

function completions(program: Command, before: readonly string[], current: string): Completions {
  const { command, pending, used, operands } = walk(program, before);
  if (pending !== undefined) return valuesOf(pending, current);
  const [, name, value] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  if (name !== undefined) {
    const option = command.options.find((each) => each.long === name);
    return option === undefined ? NONE : valuesOf(option, value ?? '');
  }
  if (current.startsWith('-')) {
    return { words: matching(optionWords(command, used), current), files: false };
  }
  const subcommands = command.createHelp().visibleCommands(command);
  if (subcommands.length > 0 && operands === 0) {
    const words = subcommands.map((each) => ({
      value: each.name(),
      description: each.description(),
    }));
    return { words: matching(words, current), files: false };
  }
  const argument = command.registeredArguments[operands];
  if (argument === undefined) return NONE;
  return choicesOrFiles(argument.argChoices, `<${argument.name()}>`, current);
}

const NONE: Completions = { words: [], files: false };

interface Place {
  readonly command: Command;
  /** The option whose value is at the cursor. */
  readonly pending: Option | undefined;
  readonly used: ReadonlySet<Option>;
  /** Words that are neither commands nor options nor values of such. */
  readonly operands: number;
}

function walk(program: Command, words: readonly string[]): Place {
  let command = program;
  let pending: Option | undefined;
  let operands = 0;
  const used = new Set<Option>();
  for (const word of words) {
    if (pending !== undefined) {
      // bash takes `--option=value` for three words.
      if (word !== '=') pending = undefined;
      continue;
    }
    if (word.startsWith('-') && word !== '-') {
      const option = command.options.find(({ long, short }) =>
        [long, short].includes(word.replace(/=.*$/s, '')),
      );
      if (option === undefined) continue;
      used.add(option);
      if (option.required && !word.includes('=')) pending = option;
      continue;
    }
    const next: Command | undefined = command.commands.find((each) => each.name() === word);
    if (next === undefined || operands > 0) operands++;
    else command = next;
  }
  return { command, pending, used, operands };
}

/** Those that are given already are not offered again, but for those that may be repeated. */
function optionWords(command: Command, used: ReadonlySet<Option>): readonly Word[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => !used.has(option) || /more than once|likewise/.test(option.description))
    .flatMap(({ long, description }) => (long == null ? [] : [{ value: long, description }]));
}

function valuesOf(option: Option, current: string): Completions {
  return choicesOrFiles(option.argChoices, option.flags, current);
}

/** What takes a file says so in its flags: `--tls <file>`. */
function choicesOrFiles(
  choices: readonly string[] | undefined,
  flags: string,
  current: string,
): Completions {
  if (choices === undefined) return { words: [], files: /<(file|socket)\b/.test(flags) };
  const words = choices.map((value) => ({ value, description: '' }));
  return { words: matching(words, current), files: false };
}

const matching = (words: readonly Word[], current: string): readonly Word[] =>
  words.filter(({ value }) => value.startsWith(current));
