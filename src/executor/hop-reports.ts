/** A path as people read it: each channel with the names of its ends, own channels as the node lists them. */
import type { ListedChannel } from '../graph/overlay.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { Path } from '../pathfinder/path.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import type { HopReport } from './rebalance-report.ts';

export function hopReports(found: {
  readonly path: Path;
  readonly snapshot: GraphSnapshot;
  readonly ownChannels: readonly ListedChannel[];
}): readonly HopReport[] {
  const { path, snapshot, ownChannels } = found;
  const alias = (nodeId: NodeId): string => {
    const index = snapshot.nodeIndex(nodeId);
    return index === undefined ? '' : snapshot.node(index).alias;
  };
  return path.hops.map((hop) => ({
    channelId: listedId(ownChannels, hop.channelId),
    from: hop.from,
    fromAlias: alias(hop.from),
    to: hop.to,
    toAlias: alias(hop.to),
    amountMsat: hop.amountInMsat,
    feeMsat: hop.amountInMsat - hop.amountOutMsat,
    cltvBlocks: hop.cltvInBlocks,
  }));
}

/** The id under which our node lists a channel of the graph; the same one for channels of others. */
export function listedId(ownChannels: readonly ListedChannel[], graphId: ChannelId): ChannelId {
  return ownChannels.find((own) => own.graphChannelId === graphId)?.channelId ?? graphId;
}
