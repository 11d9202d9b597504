/** What kind each documented command is of, and what is done about it. One of no kind has no place in the documents. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readOptions as frontierOptions } from '../../bench/frontier/options.ts';
import { readOptions as operatorOptions } from '../../bench/operator/options.ts';
import { createRuneCommand } from '../../src/node/cln/index.ts';
import { bakeMacaroonCommand } from '../../src/node/lnd/index.ts';
import { readRepositoryFile, sourceFiles } from '../house/source-files.ts';
import type { CommandLine } from './command-line.ts';

export const ROOT: string = new URL('../../', import.meta.url).pathname;

export type Kind =
  /** Ours, run on the documented node. */
  | { readonly kind: 'ballast'; readonly args: readonly string[] }
  /** A program of examples/, run likewise. */
  | {
      readonly kind: 'example';
      readonly file: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    }
  /** Ours, too long to run here, or about this repository as a whole: see `defectOf`. */
  | { readonly kind: 'program'; readonly file: string; readonly args: readonly string[] }
  | { readonly kind: 'tests'; readonly paths: readonly string[] }
  /** Makes the machine ready, which the one that runs this test is. */
  | { readonly kind: 'set_up' }
  /** Another's: it must be one that we tell people to run elsewhere. */
  | { readonly kind: 'others' };

const { scripts, bin } = JSON.parse(readRepositoryFile('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly bin: { readonly ballast: string };
};

/** Each changes the machine it runs on, or installs from a registry. */
const SET_UP: ReadonlySet<string> = new Set([
  'npm ci',
  'npm link',
  'npm install /path/to/the/clone',
  `alias ballast=node $PWD/${bin.ballast}`,
]);

const ASSIGNMENT = /^[A-Z_]+=/;

/** @throws Error for a command of no kind. */
export function kindOf({ words, text }: CommandLine): Kind {
  const command = words.findIndex((word) => !ASSIGNMENT.test(word));
  const env = Object.fromEntries(
    words.slice(0, command).map((word): [string, string] => {
      const [name = '', ...value] = word.split('=');
      return [name, value.join('=')];
    }),
  );
  const [program = '', ...args] = words.slice(command);
  if (program === 'node' && args[0]?.startsWith('examples/')) {
    return { kind: 'example', file: join(ROOT, args[0]), args: args.slice(1), env };
  }
  if (SET_UP.has(words.join(' '))) return { kind: 'set_up' };
  switch (program) {
    case 'ballast':
      return { kind: 'ballast', args };
    case 'node':
      return args[0] === bin.ballast
        ? { kind: 'ballast', args: args.slice(1) }
        : { kind: 'program', file: args[0] ?? '', args: args.slice(1) };
    case 'npm':
      return scriptKind(args, text);
    case 'npx':
      if (args[0] === 'vitest' && args[1] === 'run') return { kind: 'tests', paths: args.slice(2) };
      break;
    case 'lncli':
    case 'lightning-cli':
    case 'sqlite3':
      return { kind: 'others' };
  }
  throw new Error(`nobody knows what kind of command this is: ${text}`);
}

/** `npm test`, or `npm run NAME -- ARGS`: the last program that the script runs. */
function scriptKind(args: readonly string[], text: string): Kind {
  const [verb, named, separator, ...given] = args;
  const name = verb === 'run' ? named : verb;
  const script = name === undefined ? undefined : scripts[name];
  if (script === undefined) throw new Error(`package.json has no such script: ${text}`);
  if (verb === 'run' && separator !== undefined && separator !== '--') {
    throw new Error(`arguments of a script come behind --: ${text}`);
  }
  const [program = '', file = '', ...fixed] = script.split(/ && /).at(-1)!.split(' ');
  if (program === 'vitest') return { kind: 'tests', paths: [] };
  if (program === 'node' && file === bin.ballast)
    return { kind: 'ballast', args: [...fixed, ...given] };
  // That there is such a script is all there is to check.
  if (given.length === 0) return { kind: 'set_up' };
  if (program !== 'node') throw new Error(`${name} takes no arguments: ${text}`);
  return { kind: 'program', file, args: [...fixed, ...given] };
}

const UNKNOWN_OPTION = '--an-option-that-nobody-has';

/**
 * What is wrong with a command that is not run; `undefined` where nothing is. A program's own parser must take all of its
 * arguments: with one more that it does not know, that one is all it complains of, before it begins to work.
 */
export function defectOf(
  kind: Exclude<Kind, { kind: 'ballast' | 'example' }>,
  line: CommandLine,
): string | undefined {
  switch (kind.kind) {
    case 'set_up':
      return undefined;
    case 'tests':
      return kind.paths.find((path) => !existsSync(join(ROOT, path)));
    case 'others':
      return othersDefect(line);
    case 'program':
      return programDefect(kind.file, kind.args);
  }
}

function programDefect(file: string, args: readonly string[]): string | undefined {
  if (!existsSync(join(ROOT, file))) return `there is no ${file}`;
  if (file === 'bench/frontier/main.ts') frontierOptions(args);
  if (file === 'bench/operator/main.ts') operatorOptions(args);
  const { status, stderr } = spawnSync(process.execPath, [file, ...args, UNKNOWN_OPTION], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return status !== 0 && stderr.includes(UNKNOWN_OPTION) ? undefined : stderr;
}

let source: string | undefined;

/** Everything that we say, so that what the documents quote can be found in it. */
export function sourceText(): string {
  source ??= sourceFiles('src')
    .map(({ text }) => text.replaceAll(/\\(['`])/g, '$1').replaceAll(/['`] \+\n\s*['`]/g, ''))
    .join('\n');
  return source;
}

const ALL = { cleanUp: true, missionControl: true, planning: true, justInTime: true } as const;

/** Those that our own messages name, and with all their arguments the two that we print ourselves. */
function othersDefect({ words, text }: CommandLine): string | undefined {
  const [program, verb] = words;
  const printed = words.join(' ');
  if (verb === 'bakemacaroon' && words.length > 2) {
    const ours = [{}, { planning: true }, ALL].map((options) => bakeMacaroonCommand(options));
    return ours.includes(printed) ? undefined : `bakeMacaroonCommand prints ${ours.join('\nor ')}`;
  }
  if (verb === 'createrune' && words.length > 2) {
    const ours = [{}, { planning: true }].map((options) => createRuneCommand(options));
    return ours.includes(text) ? undefined : `createRuneCommand prints ${ours.join('\nor ')}`;
  }
  return sourceText().includes(`${program} ${verb ?? ''}`.trim())
    ? undefined
    : `nothing in src/ speaks of ${program} ${verb}`;
}
