/** The exact route along a path, priced backwards as the nodes on it will check it. */
import { inboundFeeMsat, outboundFeeMsat } from './forwarding-fee.ts';
import type { SentRoute } from './route-reader.ts';
import type { TrafficEdge, TrafficGraph } from './traffic-graph.ts';

/** Blocks that the payee is left with. */
const FINAL_BLOCKS = 43;

export function routeOver(terms: {
  readonly graph: TrafficGraph;
  readonly path: readonly TrafficEdge[];
  readonly amountMsat: bigint;
  readonly blockHeight: number;
}): SentRoute {
  const { graph, path, amountMsat } = terms;
  let atMsat = amountMsat;
  let expiry = terms.blockHeight + FINAL_BLOCKS;
  const hops: SentRoute['hops'][number][] = [];
  for (let i = path.length - 1; i >= 0; i--) {
    const edge = path[i]!;
    hops.push({
      channelId: edge.channelId,
      nodeId: graph.nodeAt(edge.to),
      amountMsat: atMsat,
      expiry,
    });
    const next = path[i + 1];
    if (next === undefined) continue;
    atMsat += keptMsat(edge, next, atMsat);
    expiry += next.policy.exact.timeLockDelta;
  }
  hops.reverse();
  return { amountMsat: atMsat, expiry, hops, mpp: null, receiverAmountMsat: amountMsat };
}

/** Of what comes in over one edge and goes out over the next; never less than nothing. */
function keptMsat(edge: TrafficEdge, next: TrafficEdge, outMsat: bigint): bigint {
  const feeMsat = outboundFeeMsat(next.policy.exact, outMsat);
  const inbound = {
    inboundFeeBaseMsat: BigInt(edge.inbound.baseMsat),
    inboundFeeRatePpm: edge.inbound.ppm,
  };
  const totalMsat = feeMsat + inboundFeeMsat(inbound, outMsat + feeMsat);
  return totalMsat > 0n ? totalMsat : 0n;
}
