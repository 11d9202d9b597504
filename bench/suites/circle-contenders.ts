/** The peers, each asked for the circles of a setting. */
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { fixedWeightEdges, sentAlongNodes } from '../contenders/fixed-weights.ts';
import { GraphologyBidirectional } from '../contenders/graphology-bidirectional.ts';
import type { IncomingDirections } from '../contenders/incoming-directions.ts';
import { MapBigintDijkstra } from '../contenders/map-bigint-dijkstra.ts';
import { NgraphNba } from '../contenders/ngraph-nba.ts';
import { NodeLabelDijkstra } from '../contenders/node-label-dijkstra.ts';
import { PricedDijkstra } from '../contenders/priced-dijkstra.ts';
import { TypedArrayDijkstra } from '../contenders/typed-array-dijkstra.ts';
import type { Contender } from '../measure/timing.ts';
import type { CostPrices } from '../network/reliability-prices.ts';
import type { CircleQuery } from '../queries.ts';
import type { Setting } from './setting.ts';

/** A fee limit, as the most that may leave the payer, and the name of the row that has it. */
export interface Limited {
  readonly name: string;
  readonly maxSentMsat: number;
}

const feeMsat = (sentMsat: number | null, { request }: CircleQuery): number | null =>
  sentMsat === null ? null : sentMsat - Number(request.amountMsat);

/** The circles in the form that the searches of ours take. */
function circleTerms({ circles, options }: Setting, maxSentMsat?: number) {
  const amountMsat = Number(options.amountMsat);
  return circles.map(({ self, first, last }) => ({
    source: self,
    target: self,
    amountMsat,
    first,
    last,
    maxSentMsat: maxSentMsat ?? Number.MAX_SAFE_INTEGER,
  }));
}

export function typedArrays(
  graph: IncomingDirections,
  setting: Setting,
  limited?: Limited,
): Contender<number | null> {
  const terms = circleTerms(setting, limited?.maxSentMsat);
  const dijkstra = new TypedArrayDijkstra(graph);
  return {
    name: limited?.name ?? 'Dijkstra on typed arrays',
    find: (query) => dijkstra.sentMsat(terms[query]!),
    cost: (sentMsat, query) => feeMsat(sentMsat, setting.circles[query]!),
  };
}

export function mapAndBigint({ circles, snapshot }: Setting): Contender<bigint | null> {
  const dijkstra = new MapBigintDijkstra(snapshot);
  const terms = circles.map(({ request, first, last }) => ({
    self: request.self,
    amountMsat: request.amountMsat,
    outChannel: snapshot.channelId(first >> 1),
    inChannel: snapshot.channelId(last >> 1),
  }));
  return {
    name: 'Dijkstra on Map and bigint',
    find: (query) => dijkstra.sentMsat(terms[query]!),
    cost: (sent, query) => feeMsat(sent === null ? null : Number(sent), circles[query]!),
  };
}

export function pricedArrays(
  graph: IncomingDirections,
  prices: CostPrices,
  setting: Setting,
): Contender<number | null> {
  const terms = circleTerms(setting);
  const dijkstra = new PricedDijkstra(graph, prices);
  return {
    name: 'Dijkstra on typed arrays, fee and reliability',
    find: (query) => dijkstra.costMsat(terms[query]!),
    cost: (cost) => cost,
  };
}

export function nodeLabels(
  snapshot: GraphSnapshot,
  setting: Setting,
  { name, maxSentMsat }: Limited,
): Contender<number | null> {
  const terms = circleTerms(setting, maxSentMsat);
  const dijkstra = new NodeLabelDijkstra(snapshot, Number(setting.options.amountMsat));
  return {
    name,
    find: (query) => dijkstra.sentMsat(terms[query]!),
    cost: (sentMsat, query) => feeMsat(sentMsat, setting.circles[query]!),
  };
}

/** The peers that the circle leaves to and returns from: what is left for a library to connect. */
const peersOf = (snapshot: GraphSnapshot, { first, last }: CircleQuery) => ({
  out: snapshot.to(first),
  back: snapshot.from(last),
});

export function graphology(
  graph: IncomingDirections,
  setting: Setting,
): Contender<string[] | null> {
  const amountMsat = Number(setting.options.amountMsat);
  const finder = new GraphologyBidirectional(graph.nodeCount, fixedWeightEdges(graph, amountMsat));
  const peers = setting.circles.map((query) => peersOf(setting.snapshot, query));
  return {
    name: 'graphology bidirectional',
    find: (query) => finder.path(peers[query]!.out, peers[query]!.back),
    cost: (path, query) => {
      const circle = setting.circles[query]!;
      const nodes = (path ?? []).map(Number);
      return feeMsat(sentAlongNodes(graph, nodes, { ...circle, amountMsat }), circle);
    },
  };
}

export function ngraph(
  graph: IncomingDirections,
  setting: Setting,
): Contender<ReturnType<NgraphNba['path']>> {
  const amountMsat = Number(setting.options.amountMsat);
  const finder = new NgraphNba(graph.nodeCount, fixedWeightEdges(graph, amountMsat));
  const peers = setting.circles.map((query) => peersOf(setting.snapshot, query));
  return {
    name: 'ngraph nba',
    find: (query) =>
      finder.path(peers[query]!.out, peers[query]!.back, setting.circles[query]!.self),
    cost: (path, query) => {
      const circle = setting.circles[query]!;
      const nodes = path.map(({ id }) => Number(id));
      // The library gives its paths from the target back to the source.
      if (nodes[0] !== peers[query]!.out) nodes.reverse();
      return feeMsat(sentAlongNodes(graph, nodes, { ...circle, amountMsat }), circle);
    },
  };
}
