/** A graph file that the user names. */
import { readFile } from 'node:fs/promises';
import { UsageError } from './exit-codes.ts';

/** @throws UsageError when it cannot be read. */
export async function readGraphFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new UsageError(`cannot read ${file}: ${reasonOf(cause as NodeJS.ErrnoException)}`, {
      cause,
    });
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file';
  return code === 'EISDIR' ? 'it is a folder' : message;
}
