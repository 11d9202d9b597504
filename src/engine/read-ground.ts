/** What a search stands on: height and balances fresh from the node, and the graph. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { LightningNode, NodeInfo, OwnChannel } from '../ports.ts';
import { asked } from './asked.ts';
import type { GraphSource } from './graph-source.ts';

export interface Ground {
  readonly info: NodeInfo;
  readonly ownChannels: readonly OwnChannel[];
  readonly snapshot: GraphSnapshot;
}

export interface GroundParts {
  readonly node: LightningNode;
  readonly graph: GraphSource;
}

export async function readOnce({ node, graph }: GroundParts): Promise<Ground> {
  const [info, ownChannels, snapshot] = await Promise.all([
    asked(() => node.info()),
    asked(() => node.ownChannels()),
    graph(),
  ]);
  return { info, ownChannels, snapshot };
}
