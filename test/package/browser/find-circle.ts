/** The circle that the page shows, found by the same lines in Node and in a browser. */
import {
  findCircularRoute,
  type GraphSource,
  loadDescribeGraph,
  parseChannelId,
  parseNodeId,
} from '../../../src/index.ts';

export interface CircleQuestion {
  readonly self: string;
  readonly outChannel: string;
  readonly inChannel: string;
  readonly amountMsat: string;
}

export interface ShownCircle {
  readonly nodes: number;
  readonly channels: number;
  /** A line for each hop. */
  readonly hops: readonly string[];
  readonly feeMsat: string;
}

/** @throws Error where there is no circle. */
export async function findCircle(
  source: GraphSource,
  { self, outChannel, inChannel, amountMsat }: CircleQuestion,
): Promise<ShownCircle> {
  const { graph } = await loadDescribeGraph(source);
  const result = findCircularRoute(graph.snapshot(), {
    self: parseNodeId(self),
    outChannels: [parseChannelId(outChannel)],
    inChannels: [parseChannelId(inChannel)],
    amountMsat: BigInt(amountMsat),
  });
  if (result.kind === 'no_route') throw new Error(result.message);
  return {
    nodes: graph.nodeCount,
    channels: graph.channelCount,
    hops: result.path.hops.map(
      ({ channelId, to, amountInMsat, cltvInBlocks }) =>
        `${channelId} to ${to}: ${amountInMsat} msat, ${cltvInBlocks} blocks`,
    ),
    feeMsat: result.quote.feeMsat.toString(),
  };
}
