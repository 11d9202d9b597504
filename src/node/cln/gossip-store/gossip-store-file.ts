/**
 * lightningd's gossip_store, read where it lies: it alone holds what others announced in their own words, and with it
 * their inbound fees. It is read on from where the last reading ended, and anew when another file has taken its place.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { GraphDescription } from '../../../ports.ts';
import { NodeError } from '../../node-error.ts';
import { StoreGraph } from './store-graph.ts';
import { StoreRecords, StoreVersionError } from './store-records.ts';

/** What was met while reading the file as it is now. */
export interface GossipStoreCounts {
  /** Stretches of bytes that are no record. */
  readonly damaged: number;
  /** Whole records whose message is too short, or about a channel that was not announced. */
  readonly unreadable: number;
  /** Records of types that are not known here. */
  readonly unknown: number;
  readonly deleted: number;
  /** How often another file was found in its place. */
  readonly reopened: number;
}

const CHUNK_BYTES = 1 << 20;

interface OpenStore {
  readonly file: FileHandle;
  readonly identity: string;
  readonly records: StoreRecords;
  readonly graph: StoreGraph;
  /** Up to here it has been read. */
  offset: number;
}

export class GossipStoreFile {
  readonly #path: string;
  #open: OpenStore | undefined;
  #reopened = 0;
  #reading: Promise<GraphDescription> | undefined;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  get counts(): GossipStoreCounts {
    const { records, graph } = this.#open ?? {};
    return {
      damaged: records?.damaged ?? 0,
      unreadable: graph?.unreadable ?? 0,
      unknown: graph?.unknown ?? 0,
      deleted: records?.deleted ?? 0,
      reopened: this.#reopened,
    };
  }

  /**
   * The graph as it stands in the file now. Callers at the same time share one reading.
   *
   * @throws NodeError where the file cannot be read
   */
  read(): Promise<GraphDescription> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#reading?.catch(() => {});
    await this.#forget();
  }

  async #read(): Promise<GraphDescription> {
    if (this.#closed) throw new NodeError('closed', 'the gossip_store was closed; connect again');
    try {
      const store = await this.#current();
      await catchUp(store);
      // It ended while it was read: what follows is in the file that has its name now.
      if (!store.graph.ended) return store.graph.describe();
      const next = await this.#current();
      await catchUp(next);
      return next.graph.describe();
    } catch (error) {
      await this.#forget();
      throw readError(this.#path, error);
    }
  }

  /** The file that has the name now, opened before or anew. */
  async #current(): Promise<OpenStore> {
    const found = await stat(this.#path);
    const identity = `${found.dev}:${found.ino}`;
    const held = this.#open;
    const isSame = held?.identity === identity && found.size >= held.offset && !held.graph.ended;
    if (held !== undefined && isSame) return held;
    if (held !== undefined) this.#reopened++;
    await this.#forget();
    const file = await open(this.#path, 'r');
    const own = await file.stat();
    this.#open = {
      file,
      identity: `${own.dev}:${own.ino}`,
      records: new StoreRecords(),
      graph: new StoreGraph(),
      offset: 0,
    };
    return this.#open;
  }

  async #forget(): Promise<void> {
    const held = this.#open;
    this.#open = undefined;
    await held?.file.close().catch(() => {});
  }
}

async function catchUp(store: OpenStore): Promise<void> {
  const { file, records, graph } = store;
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, store.offset);
    if (bytesRead === 0) return;
    store.offset += bytesRead;
    records.push(chunk.subarray(0, bytesRead));
    for (const record of records.read()) graph.apply(record);
    if (graph.ended) return;
  }
}

function readError(path: string, error: unknown): NodeError {
  if (error instanceof NodeError) return error;
  const cause = { cause: error };
  if (error instanceof StoreVersionError) {
    return new NodeError(
      'unsupported',
      `${path}: ${error.message}; leave gossipStore out, and the graph is asked of lightningd, without inbound fees`,
      cause,
    );
  }
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return new NodeError(
        'wrong_address',
        `there is no file ${path}; lightningd keeps gossip_store in its network's folder, such as ~/.lightning/bitcoin`,
        cause,
      );
    case 'EACCES':
    case 'EPERM':
      return new NodeError(
        'permission_denied',
        `${path} may not be read by this user; lightningd makes it for its own user alone`,
        cause,
      );
    case 'EISDIR':
      return new NodeError(
        'wrong_address',
        `${path} is a folder; give the file gossip_store in it`,
        cause,
      );
    default:
      return new NodeError('rpc', `${path} cannot be read: ${message}`, cause);
  }
}
