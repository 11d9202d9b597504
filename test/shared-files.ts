/** Real graph files stay outside the repository; tests that want one say so and skip where there is none. */
import { existsSync } from 'node:fs';

const DATA = new URL('../../shared/data/', import.meta.url).pathname;

/** A real sub-graph of 99 nodes. */
export const REDUCED: string = `${DATA}mainnet-2024-03-19-reduced99.describegraph.json.gz`;

/** The network of 2026-02-03: `BALLAST_GRAPH` or the file beside the repository. */
export function mainnetFile(): string | undefined {
  const path = process.env['BALLAST_GRAPH'] ?? `${DATA}mainnet-2026-02-03.describegraph.json.gz`;
  if (existsSync(path)) return path;
  process.stdout.write(
    `skipping tests on the real network: no file at ${path}; set BALLAST_GRAPH\n`,
  );
  return undefined;
}
