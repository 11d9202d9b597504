/** A graph file that the user names. */
import { readFile } from 'node:fs/promises';
import { GraphFormatError } from '../graph/parse-describe-graph.ts';
import { whyUnreadable } from '../node/why-unreadable.ts';
import { UsageError } from './exit-codes.ts';

/** @throws UsageError when it cannot be read, GraphFormatError with its name where it holds something else. */
export async function readGraphFile<T>(
  file: string,
  load: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new UsageError(`cannot read ${file}: ${whyUnreadable(cause)}`, { cause });
  });
  try {
    return await load(bytes);
  } catch (cause) {
    if (!(cause instanceof GraphFormatError)) throw cause;
    throw new GraphFormatError(`${file}: ${cause.message}`, { cause });
  }
}
