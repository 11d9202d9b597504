/**
 * `npm run package:smoke`: installs the tarball into an empty project and runs it there, as a user would, on the oldest
 * Node that it promises to run on and on the one of this repository. Without a network there is nothing to install from:
 * then it says so and ends well.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packBallast } from './pack.ts';
import { unreachableCode } from './registry-trouble.ts';

/** What `engines` in package.json promises. */
const OLDEST_NODE = '22.13.0';
const PROGRAMS = fileURLToPath(new URL('./programs', import.meta.url));
/** A step takes seconds; one that hangs is to fail, and not to hold up everything. */
const STEP_MS = 120_000;
/** Errors are read below; `npm run --silent` would have them silent too. */
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];
/** Characters that are shown of what a step has printed. */
const MOST_SHOWN = 2000;

interface Step {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** What is wrong with what it printed; `undefined` where nothing is. */
  readonly wrong?: (out: string) => string | undefined;
}

class Unreachable extends Error {}

const folder = mkdtempSync(join(tmpdir(), 'ballast-smoke-'));
try {
  const project = join(folder, 'project');
  install(project, [packBallast(folder).tarball]);
  for (const name of readdirSync(PROGRAMS)) copyFileSync(join(PROGRAMS, name), join(project, name));
  runAll(project, process.execPath);
  const oldest = oldestNode();
  if (oldest !== undefined) runAll(project, oldest);
} catch (error) {
  if (!(error instanceof Unreachable)) throw error;
  console.log(`package:smoke: skipped, for the registry cannot be reached (${error.message})`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function runAll(project: string, node: string): void {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const ballast = join(project, 'node_modules', '.bin', 'ballast');
  const steps: readonly Step[] = [
    { name: 'entries', file: node, args: ['entries.mjs'] },
    { name: 'bot', file: node, args: ['bot.mjs', `bot-${version}.db`] },
    { name: 'workers', file: node, args: ['workers.mjs', `workers-${version}.db`] },
    { name: 'source maps', file: node, args: ['--enable-source-maps', 'source-map.mjs'] },
    { name: 'ballast --help', file: ballast, args: ['--help'], wrong: helpWrong },
    {
      name: 'ballast demo',
      file: ballast,
      args: ['demo', '--nodes', '60', '--json'],
      wrong: demoWrong,
    },
  ];
  const startedAt = performance.now();
  for (const step of steps) runStep(step, { project, node, version });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`package:smoke: Node ${version}: ${steps.length} steps in ${seconds} s`);
}

function runStep(
  { name, file, args, wrong }: Step,
  { project, node, version }: { project: string; node: string; version: string },
): void {
  const run = spawnSync(file, args, {
    cwd: project,
    encoding: 'utf8',
    timeout: STEP_MS,
    // `ballast` is started by its first line, which takes the Node that comes first here.
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` },
  });
  const fault =
    run.error?.message ??
    (run.status === 0 ? wrong?.(run.stdout) : `it ended with ${run.status ?? run.signal}`);
  if (fault === undefined) return;
  const [out, err] = [run.stdout, run.stderr].map((text) => (text ?? '').slice(-MOST_SHOWN));
  throw new Error(`${name} on Node ${version}: ${fault}\n${out}\n${err}`);
}

function helpWrong(out: string): string | undefined {
  return /^Usage: ballast /.test(out) && out.includes('rebalance') ? undefined : 'no help is shown';
}

/** Its standard output is one JSON value, which tells of a rebalance that settled. */
function demoWrong(out: string): string | undefined {
  const { rebalances } = JSON.parse(out) as { rebalances: { outcome: { kind: string } }[] };
  const kinds = rebalances.map(({ outcome }) => outcome.kind);
  return kinds.includes('settled') ? undefined : `its rebalances ended as: ${kinds.join(', ')}`;
}

/** Node as the registry has it for this platform; says so where it has none. */
function oldestNode(): string | undefined {
  const name = `node-${process.platform}-${process.arch}`;
  const prefix = join(folder, 'oldest');
  try {
    install(prefix, [`${name}@${OLDEST_NODE}`]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const missing = /\b(E404|ETARGET|EBADPLATFORM)\b/.exec(reason)?.[1];
    if (missing === undefined && !(error instanceof Unreachable)) throw error;
    console.log(
      `package:smoke: not run on Node ${OLDEST_NODE}, for ${name} cannot be had (${missing ?? reason})`,
    );
    return undefined;
  }
  return join(prefix, 'node_modules', name, 'bin', 'node');
}

/** An empty project with these packages and nothing else. */
function install(project: string, packages: readonly string[]): void {
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{"private":true,"type":"module"}');
  const run = spawnSync('npm', ['install', ...QUIET, '--prefer-offline', ...packages], {
    cwd: project,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (run.status === 0) return;
  const output = `${run.error?.message ?? ''}${run.stdout}${run.stderr}`;
  const code = unreachableCode(output);
  throw code === undefined
    ? new Error(`npm install ${packages.join(' ')}: ${output}`)
    : new Unreachable(code);
}
