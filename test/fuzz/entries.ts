/** The doors that are fuzzed: one file each in `targets/`. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FuzzTarget } from './target.ts';

export interface FuzzEntry {
  readonly target: FuzzTarget;
  /** Path of the module that exports it as `target`. */
  readonly module: string;
}

const FOLDER = fileURLToPath(new URL('./targets/', import.meta.url));

/** All of them, by name. @throws Error where a file is named otherwise than its target */
export function fuzzEntries(): Promise<readonly FuzzEntry[]> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'));
  return Promise.all(files.sort().map((file) => entryOf(join(FOLDER, file))));
}

export async function entryOf(module: string): Promise<FuzzEntry> {
  const { target } = (await import(pathToFileURL(module).href)) as { target: FuzzTarget };
  if (`${target.name}.ts` !== basename(module)) {
    throw new Error(`${module} has a target of the name ${target.name}; name both alike`);
  }
  return { target, module };
}
