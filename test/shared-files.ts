/**
 * Real graph files stay outside the repository. Tests that want one know its figures by heart, so they read exactly
 * that file, and skip with a line that says so where it is missing or another.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

const DATA = new URL('../../shared/data/', import.meta.url).pathname;

interface SharedFile {
  readonly name: string;
  readonly sha256: string;
  readonly path: string;
}

/** The network of 2026-02-03: the file that `BALLAST_GRAPH` names, else the one beside the repository. */
export function mainnetFile(): string | undefined {
  const name = 'mainnet-2026-02-03.describegraph.json.gz';
  return exactly({
    name,
    sha256: '5ea2602a8ac458d6b2f881e4753253bae9eaa84a86303ebdbd390db7b42cb214',
    path: process.env['BALLAST_GRAPH'] ?? DATA + name,
  });
}

/** A real sub-graph of 99 nodes, beside the repository. */
export function reducedFile(): string | undefined {
  const name = 'mainnet-2024-03-19-reduced99.describegraph.json.gz';
  return exactly({
    name,
    sha256: '406ee8b556e62ee617a87c7c278e2cf4518dd63e41298989e6912c293f078526',
    path: DATA + name,
  });
}

function exactly({ name, sha256, path }: SharedFile): string | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    process.stdout.write(`skipping the tests on ${name}: there is no file ${path}\n`);
    return undefined;
  }
  if (createHash('sha256').update(readFileSync(path)).digest('hex') === sha256) return path;
  process.stdout.write(`skipping the tests on ${name}: ${path} is another file\n`);
  return undefined;
}
