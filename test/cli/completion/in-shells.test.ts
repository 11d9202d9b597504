/** Completion in the shells themselves, typed at a terminal. Where a shell is not installed its tests say so, and are skipped. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';

const MAIN = new URL('../../../src/cli/main.ts', import.meta.url).pathname;
const TERMINAL_MS = 60_000;

const isThere = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).error === undefined;

/** Puts a program before a terminal of its own. */
const hasTerminal = process.platform === 'linux' && isThere('script', '--version');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ballast-completion-'));
  // What is not a request for completion shows what came of the line.
  const ballast = `#!/bin/sh
case "$1" in
complete|completion) exec '${process.execPath}' '${MAIN}' "$@";;
*) echo "GOT:$*:END";;
esac
`;
  writeFileSync(join(folder, 'ballast'), ballast, { mode: 0o755 });
  writeFileSync(join(folder, 'my config.toml'), '');
  writeFileSync(join(folder, 'unique-name.toml'), '');
});

afterAll(() => rmSync(folder, { recursive: true }));

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${folder}:${process.env['PATH']}`,
  TERM: 'dumb',
  PS1: '> ',
  HOME: folder,
});

/** Types into the shell, and gives what the lines became that were entered. */
async function type(shell: string, keys: string): Promise<readonly string[]> {
  const child = spawn('script', ['-qec', shell, '/dev/null'], {
    cwd: folder,
    env: environment(),
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: TERMINAL_MS,
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  child.stdin.write(keys);
  await new Promise((resolve) => child.once('close', resolve));
  return [...shown.matchAll(/GOT:(.*?):END/g)]
    .map(([, line]) => line!)
    .filter((line) => line !== '$*');
}

const LINES =
  // A command, an option and its choice; an option and its file; a value that nobody can know.
  'ballast rebal\t--arri\tstri\t\n' +
  'ballast run --conf\tunique\t\n' +
  'ballast graph uniq\t--js\t\n' +
  'ballast demo --seed unique\t\n' +
  'exit\n';

const COMPLETED = [
  'rebalance --arrival strict',
  'run --config unique-name.toml',
  'graph unique-name.toml --json',
];

/** Says so where a shell is not here. */
function needs(context: TestContext, shell: string, terminal: boolean): void {
  context.skip(!isThere(shell, '--version'), `${shell} is not installed`);
  context.skip(
    terminal && !hasTerminal,
    'there is no `script` of util-linux, which gives it a terminal',
  );
}

describe('bash', () => {
  it('completes commands, options, choices and files', async (context) => {
    needs(context, 'bash', true);
    const own = 'bind "set enable-bracketed-paste off"\nsource <(ballast completion bash)\n';
    const glued = 'ballast rebalance --arrival=stri\t\nballast run --config=uniq\t\n';
    const lines = await type('bash --norc --noprofile -i', own + glued + LINES);
    expect(lines.slice(0, 5)).toEqual([
      'rebalance --arrival=strict',
      'run --config=unique-name.toml',
      ...COMPLETED,
    ]);
  });

  it('takes its script without a word, twice over, beside another program of that library, and without bash-completion', (context) => {
    needs(context, 'bash', false);
    const script = `
set -e
ShellCompDirectiveError=1; readonly ShellCompDirectiveError
source <(ballast completion bash); source <(ballast completion bash)
COMP_WORDS=(ballast rebalance --arrival s); COMP_CWORD=3
compopt() { :; }
__ballast_complete
echo "\${COMPREPLY[*]}"
COMP_WORDS=(ballast rebalance --arrival =); COMP_CWORD=3
__ballast_complete
echo "\${COMPREPLY[*]}"
complete -p ballast`;
    const ran = spawnSync('bash', ['--norc', '--noprofile', '-c', script], {
      cwd: folder,
      env: environment(),
      encoding: 'utf8',
    });
    expect([ran.stdout, ran.stderr, ran.status]).toEqual([
      'strict\nstrict report\ncomplete -o default -F __ballast_complete ballast\n',
      '',
      0,
    ]);
  });
});

describe('zsh', () => {
  it('completes commands, options, choices and files', async (context) => {
    needs(context, 'zsh', true);
    const own =
      'PROMPT="> "; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D\n' +
      'source <(ballast completion zsh)\n';
    const lines = await type('zsh -f -i', own + LINES);
    expect(lines.slice(0, 3)).toEqual(COMPLETED);
  });
});

describe('fish', () => {
  it('completes commands, options, choices and files', (context) => {
    needs(context, 'fish', false);
    const ask = (line: string): readonly string[] => {
      const script = `ballast completion fish | source; complete -C ${JSON.stringify(line)}`;
      const shown = execFileSync('fish', ['--no-config', '-c', script], {
        cwd: folder,
        env: environment(),
        encoding: 'utf8',
      });
      const lines = shown.trimEnd().split('\n');
      return lines.map((each) => each.split('\t')[0]!);
    };
    expect(ask('ballast rebal')).toEqual(['rebalance']);
    expect(ask('ballast rebalance --arri')).toEqual(['--arrival']);
    expect(ask('ballast rebalance --arrival ')).toEqual(['report', 'strict']);
    expect(ask('ballast run --config uniq')).toEqual(['unique-name.toml']);
  });
});

describe('PowerShell', () => {
  it('takes the script and completes commands', (context) => {
    needs(context, 'pwsh', false);
    const script =
      'ballast completion powershell | Out-String | Invoke-Expression; ' +
      "(TabExpansion2 'ballast rebal' 13).CompletionMatches.CompletionText";
    const shown = execFileSync('pwsh', ['-NoProfile', '-Command', script], {
      cwd: folder,
      env: environment(),
      encoding: 'utf8',
    });
    expect(shown.trim()).toBe('rebalance');
  });
});
