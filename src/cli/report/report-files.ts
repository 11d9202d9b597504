/** The files that a report is written to: opened before the long work, for what cannot be written is better known then. */
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { UsageError } from '../exit-codes.ts';
import { whyUnwritable } from '../why-unwritable.ts';

export interface NamedFile {
  /** The option that names it, such as `--csv`. */
  readonly option: string;
  readonly path: string;
}

interface Opened extends NamedFile {
  readonly handle: FileHandle;
  /** There was none before. */
  readonly isNew: boolean;
  /** The same for all paths of one file; `null` for pipes and devices, to which several may write. */
  readonly identity: string | null;
}

/**
 * Balances and fees are nobody else's business: the files can be read by their owner alone, those that were there before
 * as well. Until they are written those keep what they have.
 */
export class ReportFiles {
  readonly #files: readonly Opened[];
  readonly #written = new Set<string>();

  private constructor(files: readonly Opened[]) {
    this.#files = files;
  }

  /** @throws UsageError for what cannot be written, and where two options name the same file. */
  static async open(named: readonly NamedFile[]): Promise<ReportFiles> {
    const files: Opened[] = [];
    try {
      for (const file of named) {
        const opened = await opening(file);
        const other = files.find(
          ({ identity }) => identity !== null && identity === opened.identity,
        );
        files.push(opened);
        if (other === undefined) continue;
        throw new UsageError(
          `${other.option} and ${file.option} name the same file, ${file.path}; give each its own`,
        );
      }
    } catch (error) {
      await new ReportFiles(files).close();
      throw error;
    }
    return new ReportFiles(files);
  }

  /** To be called once for an option, which need not name a file. @throws UsageError where it cannot be written after all. */
  async write(option: string, text: () => string): Promise<void> {
    const file = this.#files.find((each) => each.option === option);
    if (file === undefined) return;
    const whole = text();
    await saying(file, async () => {
      if (file.identity !== null) await file.handle.truncate();
      await file.handle.writeFile(whole);
    });
    this.#written.add(option);
  }

  /** Removes those that were made for nothing. Never rejects. */
  async close(): Promise<void> {
    for (const { option, path, handle, isNew } of this.#files) {
      await Promise.allSettled([handle.close()]);
      if (isNew && !this.#written.has(option)) await Promise.allSettled([unlink(path)]);
    }
  }
}

const MODE = 0o600;

async function opening(file: NamedFile): Promise<Opened> {
  return saying(file, async () => {
    const { handle, isNew } = await newOrOld(file.path);
    try {
      const stat = await handle.stat();
      const identity = stat.isFile() ? `${stat.dev} ${stat.ino}` : null;
      if (identity !== null) {
        if (!isNew) await refuseDatabase(file.path);
        await handle.chmod(MODE);
      }
      return { ...file, handle, isNew, identity };
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
}

/** With which every file of SQLite begins. */
const DATABASE = Buffer.from('SQLite format 3\0');

/** A slip of the pen must not cost the journal, which may hold what is under way. */
async function refuseDatabase(path: string): Promise<void> {
  // What may be written but not read is no database that anybody works with.
  const handle = await open(path, 'r').catch(() => undefined);
  if (handle === undefined) return;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(DATABASE.length), 0);
    if (bytesRead < DATABASE.length || !buffer.equals(DATABASE)) return;
    throw new Error('it is a database, perhaps the journal itself; give another name');
  } finally {
    await handle.close();
  }
}

async function newOrOld(path: string): Promise<{ readonly handle: FileHandle; isNew: boolean }> {
  try {
    return { handle: await open(path, 'wx', MODE), isNew: true };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  // A link that leads nowhere yet is there, and makes its file.
  const flags = constants.O_WRONLY | constants.O_CREAT;
  return { handle: await open(path, flags, MODE), isNew: false };
}

async function saying<T>({ option, path }: NamedFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = whyUnwritable(path, cause);
    throw new UsageError(`${option}: ${path} cannot be written: ${why}`, { cause });
  }
}
