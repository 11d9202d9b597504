/** What a search stands on: height and balances fresh from the node, and the graph. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { Clock, LightningNode, NodeInfo, OwnChannel, StopSignal } from '../ports.ts';
import { asked } from './asked.ts';
import type { GraphSource } from './graph-source.ts';

export interface Ground {
  readonly info: NodeInfo;
  readonly ownChannels: readonly OwnChannel[];
  readonly snapshot: GraphSnapshot;
}

interface GroundParts {
  readonly node: LightningNode;
  readonly graph: GraphSource;
  readonly clock: Clock;
}

/**
 * lnd says that it is not synced to the chain for a moment after every block, until its wallet and its graph have taken
 * that in: longer on a small machine, and for minutes only where it is truly behind.
 */
const SYNC_WAIT_MS = 10_000;
const SYNC_POLL_MS = 250;

/** Waits a while for a node that is not synced; the last word of one that stays behind is given as it is. */
export async function readGround(parts: GroundParts, stopped: StopSignal): Promise<Ground> {
  let ground = await readOnce(parts);
  for (let waitedMs = 0; waitedMs < SYNC_WAIT_MS; waitedMs += SYNC_POLL_MS) {
    if (ground.info.syncedToChain || stopped.aborted) break;
    await parts.clock.sleep(SYNC_POLL_MS, stopped);
    ground = await readOnce(parts);
  }
  return ground;
}

async function readOnce({ node, graph }: GroundParts): Promise<Ground> {
  const [info, ownChannels, snapshot] = await Promise.all([
    asked(() => node.info()),
    asked(() => node.ownChannels()),
    graph(),
  ]);
  return { info, ownChannels, snapshot };
}
