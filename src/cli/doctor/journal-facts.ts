/** What a journal tells about itself, read without touching it: it may be in use. */
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { JournalRecord } from '../../ports.ts';
import { openJournalCopy } from '../../store/journal-copy.ts';
import type { NodeId } from '../../units/ids.ts';
import { ownerOf } from '../journal-owner.ts';

export interface JournalFacts {
  /** Of its tables. */
  readonly version: number;
  /** A log lies beside it: a command has it open, or was killed. */
  readonly hasLog: boolean;
  /** Records of rebalances that have no end. */
  readonly unfinished: readonly JournalRecord[];
  /** Whose it is; see `ownerOf`. */
  readonly owner: NodeId | undefined;
  /** Nodes for which rebalances were begun lately. */
  readonly nodes: ReadonlySet<NodeId>;
}

const LATELY_MS = 90 * 86_400_000;
/** SQLite's file format, 1.3: "user version", four bytes, the highest first. */
const VERSION_AT = 60;

/** @throws StoreError for a file that cannot be a journal of this Ballast. */
export async function journalFacts(path: string, nowMs: number): Promise<JournalFacts> {
  const version = await versionOf(path);
  const hasLog = existsSync(`${path}-wal`);
  const store = await openJournalCopy(path);
  try {
    const [owner, unfinished, lately] = await Promise.all([
      ownerOf(store, nowMs),
      store.unfinished(),
      store.records({ sinceMs: nowMs - LATELY_MS }),
    ]);
    const starts = [...unfinished, ...lately].flatMap((record) =>
      record.kind === 'start' ? [record.self] : [],
    );
    if (owner !== undefined) starts.push(owner);
    return { version, hasLog, unfinished, owner, nodes: new Set(starts) };
  } finally {
    await store.close();
  }
}

/** 0 where the file is shorter than that. */
async function versionOf(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, VERSION_AT);
    return bytesRead === 4 ? buffer.readUInt32BE() : 0;
  } finally {
    await file.close();
  }
}
