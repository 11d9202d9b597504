import { describe, expect, it } from 'vitest';
import { runCommand } from '../run-command.ts';

interface Completions {
  readonly words: readonly string[];
  readonly files: boolean;
}

/** As a shell asks: the last word is the one at the cursor. */
async function complete(...typed: readonly string[]): Promise<Completions> {
  const { exit, out, err } = await runCommand('complete', '--', ...typed);
  expect([exit, err]).toEqual([0, '']);
  const lines = out.trimEnd().split('\n');
  const directive = lines.pop();
  expect(directive).toMatch(/^:[04]$/);
  return { words: lines.map((line) => line.split('\t')[0]!), files: directive === ':0' };
}

describe('completion', () => {
  it('offers commands', async () => {
    const { words, files } = await complete('');
    expect(words).toEqual(expect.arrayContaining(['demo', 'doctor', 'init', 'rebalance', 'run']));
    expect(words).not.toContain('complete');
    expect(files).toBe(false);
    expect((await complete('re')).words).toEqual(['rebalance', 'resume', 'report']);
    expect((await complete('levers', '')).words).toEqual(
      expect.arrayContaining(['show', 'price', 'fees', 'splice-out', 'splice-in']),
    );
  });

  it('offers options of the command, with their descriptions, but for those that were given', async () => {
    expect((await complete('rebalance', '--max-f')).words).toEqual([
      '--max-fee-ppm',
      '--max-fee-sat',
    ]);
    expect((await complete('rebalance', '--max-fee-ppm', '100', '--max-f')).words).toEqual([
      '--max-fee-sat',
    ]);
    // May be given more than once.
    expect((await complete('rebalance', '--from', 'a', '--fro')).words).toEqual(['--from']);
    const { out } = await runCommand('complete', '--', 'doctor', '--jso');
    expect(out).toBe('--json\tprint every check as JSON\n:4\n');
  });

  it.each([
    [['rebalance', '--tls', '']],
    [['rebalance', '--from', 'a', '--macaroon', 'some/wh']],
    [['run', '--config', '']],
    [['run', '--config=']],
    [['plan', '--cln', '']],
    [['graph', '']],
    [['graph', '--json', 'gra']],
    [['init', '--output', '']],
  ])('leaves files to the shell: %j', async (typed) => {
    expect(await complete(...typed)).toEqual({ words: [], files: true });
  });

  it.each([
    [
      ['rebalance', '--arrival', ''],
      ['strict', 'report'],
    ],
    [['rebalance', '--arrival', 's'], ['strict']],
    [['rebalance', '--arrival=r'], ['report']],
    [
      ['plan', '--strategy', ''],
      ['economic', 'balance', 'explicit'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish', 'powershell'],
    ],
  ])('offers choices: %j', async (typed, words) => {
    expect(await complete(...typed)).toEqual({ words, files: false });
  });

  it.each([
    // Anything may stand here.
    [['rebalance', '--amount', '']],
    [['rebalance', 'odd']],
    [['nothing-like-it', '']],
    [['rebalance', '--no-such=']],
    [['graph', 'graph.json', '']],
    [['completion', 'bash', '']],
  ])('offers nothing: %j', async (typed) => {
    expect(await complete(...typed)).toEqual({ words: [], files: false });
  });

  it('survives anything that may be typed', async () => {
    for (const odd of ['--', '-', '--=', '-x', '$(id)', "'", '"', '--json=x', '\\', '']) {
      for (const before of [[], ['rebalance'], ['levers', 'fees'], ['--'], ['-', '--']]) {
        await complete(...before, odd);
      }
    }
    expect((await complete()).words).toContain('demo');
  });
});
