/** From what the search found, in doubles, to a path in bigint. */
import { DISABLED, HAS_POLICY } from '../graph/columns.ts';
import { policyRecord } from '../graph/policy-row.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { ChannelPolicy } from '../ports.ts';
import type { Path, Quote } from './path.ts';
import { type PathChannel, pricePath } from './price-path.ts';
import { quotePath } from './quote-path.ts';
import type { RequestEdges } from './search/request-edges.ts';
import type { FoundPath } from './search/search-task.ts';
import type { EdgeTerms } from './view/edge-terms.ts';

export interface FoundRoute {
  readonly path: Path;
  readonly quote: Quote;
  /** What the search minimised, in whole msat: fee, time lock and unreliability. */
  readonly costMsat: number;
  /** Direction of each hop, as the snapshot numbers them. */
  readonly directions: readonly number[];
}

/** The path in bigint. Its total must be what the search found in doubles; else one of the two is wrong. */
export function priceFound(
  found: FoundPath,
  given: {
    readonly request: RequestEdges;
    readonly task: { readonly finalCltvDelta: number; readonly blockHeight: number };
  },
): FoundRoute {
  const { request, task } = given;
  const { view } = request;
  const directions: number[] = [];
  const channels: PathChannel[] = [];
  const add = (terms: EdgeTerms, edge: number): void => {
    directions.push(terms.direction[edge]!);
    channels.push(pathChannel(request, terms, edge));
  };
  const [first, last] = [request.first[found.first]!, request.last[found.last]];
  add(first.terms, first.edge);
  for (const edge of found.edges) add(view.terms, edge);
  if (last !== undefined) add(last.terms, last.edge);
  const path = pricePath(channels, {
    amountMsat: BigInt(view.amountMsat),
    finalCltvDelta: task.finalCltvDelta,
  });
  const quote = quotePath(path, task.blockHeight);
  if (quote.sentMsat !== BigInt(found.sentMsat)) {
    throw new Error(
      `broken invariant: the search priced a path at ${found.sentMsat} msat, exact arithmetic at ` +
        `${quote.sentMsat}; please report it with the graph and the request`,
    );
  }
  return { path, quote, costMsat: Math.floor(found.costMsat), directions };
}

/** A channel with the terms that the search charged, which cover its siblings where they were priced together. */
function pathChannel({ view }: RequestEdges, terms: EdgeTerms, edge: number): PathChannel {
  const { snapshot } = view;
  const direction = terms.direction[edge]!;
  const slot = direction >> 1;
  return {
    channelId: snapshot.channelId(slot),
    from: snapshot.nodeId(snapshot.from(direction)),
    to: snapshot.nodeId(snapshot.to(direction)),
    capacitySat: BigInt(snapshot.columns.capacitySat[slot]!),
    policy: policyAsCharged(snapshot, terms, edge),
    inboundFee: {
      inboundFeeBaseMsat: BigInt(terms.inboundBaseMsat[edge]!),
      inboundFeeRatePpm: terms.inboundRatePpm[edge]!,
    },
  };
}

/** The announced policy with the terms that the search charged; made in one go, as each amount in bigint takes time. */
function policyAsCharged(
  { columns }: GraphSnapshot,
  terms: EdgeTerms,
  edge: number,
): ChannelPolicy | null {
  const direction = terms.direction[edge]!;
  const flags = columns.flags[direction]!;
  if ((flags & HAS_POLICY) === 0) return null;
  return policyRecord({
    feeBaseMsat: terms.feeBaseMsat[edge]!,
    feeRatePpm: terms.feeRatePpm[edge]!,
    timeLockDelta: terms.timeLockDelta[edge]!,
    minHtlcMsat: terms.minMsat[edge]!,
    maxHtlcMsat: columns.maxHtlcMsat[direction]!,
    disabled: (flags & DISABLED) !== 0,
    inboundFeeBaseMsat: columns.inboundFeeBaseMsat[direction]!,
    inboundFeeRatePpm: columns.inboundFeeRatePpm[direction]!,
    lastUpdate: columns.lastUpdate[direction]!,
  });
}
