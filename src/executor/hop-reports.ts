/** A path as people read it: each channel with the names of its ends. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { Path } from '../pathfinder/path.ts';
import type { NodeId } from '../units/ids.ts';
import type { HopReport } from './rebalance-report.ts';

export function hopReports(path: Path, snapshot: GraphSnapshot): readonly HopReport[] {
  const alias = (nodeId: NodeId): string => {
    const index = snapshot.nodeIndex(nodeId);
    return index === undefined ? '' : snapshot.node(index).alias;
  };
  return path.hops.map((hop) => ({
    channelId: hop.channelId,
    from: hop.from,
    fromAlias: alias(hop.from),
    to: hop.to,
    toAlias: alias(hop.to),
    amountMsat: hop.amountInMsat,
    feeMsat: hop.amountInMsat - hop.amountOutMsat,
    cltvBlocks: hop.cltvInBlocks,
  }));
}
