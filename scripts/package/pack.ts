/** The tarball that users get, made in a copy of the repository, so that `dist` here stays as it is. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

interface PackedFile {
  /** As it stands in the package, with forward slashes. */
  readonly path: string;
  readonly size: number;
  /** Permissions, as a number such as 0o644. */
  readonly mode: number;
}

export interface PackedPackage {
  readonly tarball: string;
  /** Bytes of the tarball, and of all that is in it. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly PackedFile[];
  /** The copy of the repository that it was built in. */
  readonly tree: string;
}

/** Made by a build, a test or an installation; the copy makes its own. */
const LEFT_OUT = new Set(['node_modules', '.git', 'dist', 'coverage', 'reference']);

/**
 * Copies the repository into an empty folder, builds and packs it there.
 *
 * @throws Error with what the compiler or npm said, where either fails.
 */
export function packBallast(folder: string): PackedPackage {
  const tree = join(folder, 'tree');
  mkdirSync(tree, { recursive: true });
  cpSync(ROOT, tree, {
    recursive: true,
    filter: (path) => !LEFT_OUT.has(relative(ROOT, path).split(sep)[0] ?? ''),
  });
  if (!existsSync(join(tree, 'src', 'generated'))) {
    throw new Error('src/generated is missing: run `npm run generate` first');
  }
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'), 'junction');
  run(['run', '--silent', 'build'], tree);
  // Building is all that packing would do first; `prepare` has made src/generated before.
  const said = run(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], tree);
  const [packed] = JSON.parse(said) as (PackedPackage & { filename: string })[];
  if (packed === undefined) throw new Error(`npm pack packed nothing: ${said}`);
  const { filename, size, unpackedSize, files } = packed;
  return { tarball: join(folder, filename), size, unpackedSize, files, tree };
}

/** Unpacks a tarball below a folder; returns where its files stand. */
export function unpack(tarball: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync('tar', ['-xzf', tarball, '-C', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tar could not unpack ${tarball}: ${stderr}`);
  return join(folder, 'package');
}

function run(args: readonly string[], cwd: string): string {
  const { status, signal, stdout, stderr, error } = spawnSync(
    'npm',
    [...args, '--loglevel=error'],
    {
      cwd,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      shell: process.platform === 'win32',
      env: {
        ...process.env,
        PATH: `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      },
    },
  );
  if (status === 0) return stdout;
  const end = error?.message ?? `ended with ${status ?? signal}`;
  throw new Error(`npm ${args.join(' ')}: ${end}\n${stdout}${stderr}`);
}
