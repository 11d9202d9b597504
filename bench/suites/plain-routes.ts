/**
 * Plain routes beside LDK, on channels with both policies: LDK ignores the rest and cannot be asked for a circle. Once
 * between random nodes, and once between the two peers of each circle, which are mostly large and near each other.
 */
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import type { RouteRequest } from '../../src/pathfinder/request.ts';
import { SeededRandom } from '../../src/sim/random.ts';
import { ballastRoutes } from '../contenders/ballast.ts';
import { incomingDirections } from '../contenders/incoming-directions.ts';
import { TypedArrayDijkstra } from '../contenders/typed-array-dijkstra.ts';
import { LdkRouter } from '../ldk/find-route.ts';
import { loadLdk } from '../ldk/load-ldk.ts';
import { ldkNetworkGraph } from '../ldk/network-graph.ts';
import type { Contender } from '../measure/timing.ts';
import { openBothWays } from '../network/open-both-ways.ts';
import { usableEnds } from '../queries.ts';
import type { SuiteResult } from '../report/result.ts';
import { contest, type Entry } from '../report/row.ts';
import { LEAST_FEE, type Setting, snapshotOf } from './setting.ts';

export async function plainRoutesSuite(setting: Setting): Promise<SuiteResult> {
  const { network, timing } = setting;
  const description = openBothWays(network.description);
  const snapshot = snapshotOf(description);
  const ldk = await loadLdk();
  const graph = ldkNetworkGraph(ldk, description);
  const routers = (['zero penalty', 'probabilistic'] as const).map(
    (scoring) => [scoring, new LdkRouter(ldk, graph, scoring)] as const,
  );
  const entries = (requests: readonly RouteRequest[], suffix: string): Entry[] => {
    const contenders: Contender[] = [
      ballastRoutes({ name: `Ballast, plain routes${suffix}`, snapshot, requests }),
      ...routers.map(([scoring, router]) =>
        ldkContender(`LDK ${scoring}${suffix}`, router, requests),
      ),
    ];
    const name = `Dijkstra on typed arrays, plain routes${suffix}`;
    return [
      ...contenders.map((contender) => ({ contender, aim: 'least fee' })),
      { contender: reference(name, snapshot, requests), aim: 'least fee', isReference: true },
    ];
  };
  return {
    rows: [
      ...contest('plain routes', entries(randomPairs(setting, snapshot), ''), timing),
      ...contest('plain, between peers', entries(circlePairs(setting), ' (peers)'), timing),
    ],
  };
}

function ldkContender(
  name: string,
  router: LdkRouter,
  requests: readonly RouteRequest[],
): Contender<ReturnType<ReturnType<LdkRouter['question']>>> {
  const questions = requests.map((request) => router.question(request));
  return {
    name,
    find: (query) => questions[query]!(),
    cost: (answer) => router.feeMsat(answer),
  };
}

function reference(
  name: string,
  snapshot: GraphSnapshot,
  requests: readonly RouteRequest[],
): Contender<number | null> {
  const amountMsat = Number(requests[0]!.amountMsat);
  const dijkstra = new TypedArrayDijkstra(incomingDirections(snapshot, amountMsat));
  const terms = requests.map(({ from, to }) => ({
    source: snapshot.nodeIndex(from)!,
    target: snapshot.nodeIndex(to)!,
    amountMsat,
    first: -1,
    last: -1,
    maxSentMsat: Number.MAX_SAFE_INTEGER,
  }));
  return {
    name,
    find: (query) => dijkstra.sentMsat(terms[query]!),
    cost: (sentMsat) => (sentMsat === null ? null : sentMsat - amountMsat),
  };
}

/** Any two nodes, of which one has a channel that carries the amount away and the other one that brings it. */
function randomPairs({ options }: Setting, snapshot: GraphSnapshot): RouteRequest[] {
  const { amountMsat, seed, queries } = options;
  const ends = usableEnds(snapshot, Number(amountMsat));
  const payers = ends.filter(({ out }) => out.length > 0);
  const payees = ends.filter(({ back }) => back.length > 0);
  const random = new SeededRandom(seed).fork('pairs');
  const requests: RouteRequest[] = [];
  while (requests.length < queries) {
    const [payer, payee] = [random.pick(payers).node, random.pick(payees).node];
    if (payer === payee) continue;
    const [from, to] = [snapshot.nodeId(payer), snapshot.nodeId(payee)];
    requests.push({ from, to, amountMsat, ...LEAST_FEE });
  }
  return requests;
}

/** What is left of each circle without ourselves: the pairs that graphology and ngraph are asked for. */
function circlePairs({ circles, snapshot }: Setting): RouteRequest[] {
  return circles.map(({ first, last, request }) => ({
    from: snapshot.nodeId(snapshot.to(first)),
    to: snapshot.nodeId(snapshot.from(last)),
    amountMsat: request.amountMsat,
    ...LEAST_FEE,
  }));
}
