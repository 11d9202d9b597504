/** Whose journal it is: a store belongs to one node, whose fees, moves and payments are in it. */
import type { Store } from '../ports.ts';
import type { NodeId } from '../units/ids.ts';

/** How far back is looked first. The latest records show the node, and all of a large journal takes long to read. */
const FIRST_LOOK_MS = 3_600_000;

/**
 * The node for which the latest rebalance of the journal was begun; `undefined` where none ever was.
 *
 * @throws StoreError where it cannot be read.
 */
export async function ownerOf(store: Store, nowMs: number): Promise<NodeId | undefined> {
  const open = (await store.unfinished()).findLast((record) => record.kind === 'start');
  if (open !== undefined) return open.self;
  for (let lookMs = FIRST_LOOK_MS; ; lookMs *= 4) {
    const isAll = lookMs >= nowMs;
    const records = await store.records(isAll ? {} : { sinceMs: nowMs - lookMs });
    const latest = records.findLast((record) => record.kind === 'start');
    if (latest !== undefined || isAll) return latest?.self;
  }
}

export interface Belonging {
  /** Of the journal. */
  readonly path: string;
  readonly owner: NodeId;
  readonly nodeId: NodeId;
}

/** Why a journal is not to be used, and what to do. */
export const foreignJournal = ({ path, owner, nodeId }: Belonging): string =>
  `${path} is the journal of node ${owner}, and this is node ${nodeId}: each node has its own; name another file, or connect that node`;
