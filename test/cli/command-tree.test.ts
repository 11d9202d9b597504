/** What is true of every command, those of the future included. */
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { examplesOf } from '../../src/cli/examples.ts';
import { leavesOfProgram, newProgram, WITHOUT_JSON } from './command-leaves.ts';
import { runCommand } from './run-command.ts';

const LEAVES = leavesOfProgram();
const NAMES = LEAVES.map(({ name }) => name);

const commandOf = (program: Command, name: string): Command =>
  leavesOfProgram(program).find((leaf) => leaf.name === name)!.command;

/** As a shell would cut it: no example has quotes. */
const wordsOf = (line: string): readonly string[] => line.split(' ');

describe('the command tree', () => {
  it('is all there', () => {
    expect(NAMES).toEqual([
      ...['demo', 'init', 'doctor', 'completion', 'plan', 'rebalance', 'resume', 'run', 'report'],
      ...['graph', 'beliefs show', 'beliefs import', 'beliefs export', 'levers show'],
      ...['levers price', 'levers fees', 'levers splice-out', 'levers splice-in'],
    ]);
  });

  it('has a reason for each command without --json, and no other', () => {
    const without = LEAVES.filter(
      ({ command }) => !command.options.some(({ long }) => long === '--json'),
    );
    expect(without.map(({ name }) => name)).toEqual(Object.keys(WITHOUT_JSON));
  });

  it('describes every command, group of commands, option and choice', () => {
    const groups = newProgram().commands.filter(({ commands }) => commands.length > 0);
    for (const command of [...LEAVES.map((leaf) => leaf.command), ...groups]) {
      expect(command.description(), command.name()).toMatch(/^[a-z].*[^.]$/);
      for (const option of command.options) {
        expect(option.description, `${command.name()} ${option.flags}`).toMatch(/\S/);
        // Completion goes by it.
        expect(option.long, option.flags).toMatch(/^--[a-z][a-z-]*$/);
      }
    }
  });

  it('knows each option by the same kind of value everywhere', () => {
    const flags = new Map<string, string>();
    for (const { command } of LEAVES) {
      for (const { long, required } of command.options) {
        const before = flags.get(long!);
        expect([undefined, String(required)], long!).toContain(before);
        flags.set(long!, String(required));
      }
    }
    expect(flags.size).toBeGreaterThan(40);
  });
});

describe.each(NAMES)('ballast %s', (name) => {
  it('has help that fits a terminal and ends with two to four examples', async () => {
    const { exit, out, err } = await runCommand(...name.split(' '), '--help');
    expect([exit, err]).toEqual([0, '']);
    expect(out).toContain(`Usage: ballast ${name} `);
    const examples = examplesOf(commandOf(newProgram(), name));
    expect(examples.length).toBeGreaterThanOrEqual(2);
    expect(examples.length).toBeLessThanOrEqual(4);
    const [, shown = ''] = out.split('\nExamples:\n');
    expect(
      shown
        .trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('  # ')),
    ).toHaveLength(examples.length);
    for (const line of shown.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
    // What is broken for the eye is one line for a shell.
    expect(shown.replaceAll(/ \\\n +/g, ' ')).toBe(
      `${examples.map(([line, what]) => `  # ${what}\n  ${line}`).join('\n')}\n`,
    );
  });

  it('parses its examples', async () => {
    for (const [line] of examplesOf(commandOf(newProgram(), name))) {
      const words = wordsOf(line);
      expect(words.slice(0, 1 + name.split(' ').length)).toEqual(['ballast', ...name.split(' ')]);
      const program = newProgram();
      let parsed = 0;
      commandOf(program, name).action(() => {
        parsed++;
      });
      await program.parseAsync(words.slice(1), { from: 'user' });
      expect(parsed, line).toBe(1);
    }
  });

  it('answers a command line that cannot be parsed with 2, and as JSON where that is asked for', async () => {
    const { exit, out, err } = await runCommand(...name.split(' '), '--json', '--no-such-option');
    expect(exit).toBe(2);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    const { error } = JSON.parse(out) as { error: { code: string; message: string } };
    expect(error.code).toBe('usage');
    expect(error.message).not.toMatch(/^error/);
    expect(err).toMatch(/^error: /);
  });
});

describe('ballast', () => {
  it('tells its version', async () => {
    const { exit, out } = await runCommand('--version');
    expect(exit).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('a value that is empty, as of a variable that is not set', () => {
  it.each([
    [['plan', '--cln', '', '--store', 'x'], '--cln'],
    [['doctor', '--lnd', 'h', '--tls', 't', '--macaroon', ''], '--macaroon'],
    [['run', '--config', ''], '--config'],
    [['beliefs', 'show', '--store='], '--store'],
    [['graph', ''], '<file>'],
    [
      ['rebalance', '--cln', 's', '--from', 'a', '--from', '', '--to', 'b', '--amount', '1'],
      '--from',
    ],
  ])('is refused by name: %j', async (args, named) => {
    const { exit, err } = await runCommand(...args);
    expect([exit, err]).toEqual([2, `ballast: ${named} is empty; give a value, or leave it out\n`]);
  });
});
