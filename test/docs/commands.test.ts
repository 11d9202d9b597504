/**
 * Every command in the README and docs/: run on the node that they speak of, or held against the program that would take
 * it. What a document shows of the output must be what is printed.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { tableHead } from '../../bench/operator/report/table.ts';
import { runCommand } from '../cli/run-command.ts';
import { startCommand } from '../cli/start-command.ts';
import { startProgram } from '../examples/start-program.ts';
import { type CommandLine, commandLines } from './command-line.ts';
import { DocumentedWorld, TO_ALICE, TO_BOB, TO_CAROL } from './documented-world.ts';
import { type Block, type Document, documents } from './documents.ts';
import { missingLine } from './excerpt.ts';
import { defectOf, kindOf } from './kinds-of-command.ts';

const PROGRAMS = /^(ballast|npm|npx|node|lncli|lightning-cli|sqlite3)( |$)/;
const OWN_CHANNELS = [TO_ALICE, TO_BOB, TO_CAROL];
const LANGUAGES = ['sh', 'ts', 'text', 'toml', 'ini', 'mermaid'];

const [here, home] = [process.cwd(), process.env['HOME']];
let world: DocumentedWorld | undefined;

afterEach(async () => {
  process.chdir(here);
  if (home === undefined) delete process.env['HOME'];
  else process.env['HOME'] = home;
  await world?.close();
  world = undefined;
});

/** A home of its own, so that journals are nobody else's. */
async function enterWorld(): Promise<DocumentedWorld> {
  world = await DocumentedWorld.open();
  process.chdir(world.folder);
  process.env['HOME'] = world.folder;
  expect(homedir()).toBe(world.folder);
  return world;
}

/** What it prints. Without an end of its own it is given one round, and told to end. */
async function run(args: readonly string[], context: TestContext): Promise<string> {
  if (args[0] === 'run' && !args.includes('--once')) {
    const command = startCommand(context, args);
    await command.says(/"msg":"(planned|moved)"/);
    command.process.kill('SIGTERM');
    expect(await command.exit(), command.err).toBe(0);
    return command.out + command.err;
  }
  const { exit, out, err } = await runCommand(...args);
  expect(exit, `ballast ${args.join(' ')}\n${out}${err}`).toBe(0);
  return out + err;
}

async function perform(
  { words, into, text }: CommandLine,
  on: { readonly world: DocumentedWorld; readonly context: TestContext },
): Promise<string> {
  const kind = kindOf({ words, text });
  if (kind.kind === 'example') {
    const { exit, out, err } = await startProgram(kind.file, kind).end;
    expect(exit, text + err).toBe(0);
    return out + err;
  }
  if (kind.kind !== 'ballast') {
    expect(defectOf(kind, { words, text }), text).toBe(undefined);
    return '';
  }
  const ownMsat = (): bigint =>
    OWN_CHANNELS.reduce((sum, channelId) => sum + on.world.sideMsat(channelId), 0n);
  const before = ownMsat();
  const printed = await run(kind.args, on.context);
  // By the network's books: what is said to be paid, and nothing where nothing is.
  if (kind.args[0] !== 'run') expect(before - ownMsat(), text).toBe(paidMsat(printed));
  if (into !== undefined) writeFileSync(join(on.world.folder, into), printed);
  return printed;
}

/** What a rebalance on the documented node says that it has cost. */
function paidMsat(printed: string): bigint {
  const [, fee] = /^Settled: 500,000 sat moved for ([\d,]+) msat/m.exec(printed) ?? [];
  return BigInt(fee?.replaceAll(',', '') ?? 0);
}

async function follow({ path, blocks }: Document, context: TestContext): Promise<number> {
  const on = { world: await enterWorld(), context };
  let printed = '';
  let commands = 0;
  for (const block of blocks) {
    const where = `${path}:${block.line}`;
    expect(LANGUAGES, where).toContain(block.language);
    if (block.language === 'toml') on.world.write('ballast.toml', on.world.localised(block.text));
    if (block.language === 'text') expect(missingFrom(printed, block), where).toBe(undefined);
    if (block.language !== 'sh') continue;
    printed = '';
    for (const line of commandLines(on.world.localised(block.text))) {
      printed += await perform(line, on);
      commands++;
    }
  }
  return commands;
}

/** Excerpts of the last commands' output. */
function missingFrom(printed: string, { text }: Block): string | undefined {
  // A benchmark of minutes is known by its head; complaints of a configuration are held against it in text.test.ts.
  if (text.startsWith(tableHead()) || text.startsWith('ballast.toml:')) return undefined;
  return missingLine(text, printed);
}

const all = documents();

describe('commands in blocks', () => {
  for (const document of all) {
    const blocks = document.blocks.filter(({ language }) => language === 'sh');
    it(document.path, { timeout: 240_000 }, async (context) => {
      expect(await follow(document, context)).toBeGreaterThanOrEqual(blocks.length);
    });
  }
});

describe('commands in the text', () => {
  it.each(
    all.flatMap(({ path, code }) =>
      code.filter((text) => PROGRAMS.test(text)).map((text) => [path, text] as const),
    ),
  )('%s: %s', async (_path, text) => {
    for (const line of commandLines(text.replaceAll('\n', ' '))) {
      const kind = kindOf(line);
      if (kind.kind === 'ballast') expect(await unknownWords(kind.args), line.text).toEqual([]);
      else if (kind.kind === 'example') expect(existsSync(kind.file), line.text).toBe(true);
      else expect(defectOf(kind, line), line.text).toBe(undefined);
    }
  });
});

/** Options that the command does not have, or the command itself; values are placeholders in a sentence. */
async function unknownWords(args: readonly string[]): Promise<readonly string[]> {
  const firstOption = args.findIndex((arg) => !/^[a-z-]+$/.test(arg) || arg.startsWith('-'));
  const command = firstOption === -1 ? args : args.slice(0, firstOption);
  const { exit, out } = await runCommand(...command, '--help');
  const options = new Set(out.match(/--[a-z-]+/g));
  const names = command.length === 0 || out.startsWith(`Usage: ballast ${command.join(' ')} `);
  if (exit !== 0 || !names) return [command.join(' ')];
  return args.filter((arg) => arg.startsWith('--') && !options.has(arg));
}
