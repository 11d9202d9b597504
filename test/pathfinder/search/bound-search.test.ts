import { describe, expect, it } from 'vitest';
import { bestRoute } from '../../../src/pathfinder/best-route.ts';
import { resolveRequest } from '../../../src/pathfinder/resolve-request.ts';
import { RequestEdges } from '../../../src/pathfinder/search/request-edges.ts';
import { RequestSpace } from '../../../src/pathfinder/search/request-space.ts';
import { searcherFor } from '../../../src/pathfinder/search-cache.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';
import { type RandomCircle, REGIMES, randomCircle } from '../random-circle.ts';

const GRAPHS = 400;

function search(circle: RandomCircle) {
  const snapshot = circle.graph.snapshot();
  const { self, amountMsat, outChannels, inChannels } = circle;
  const resolved = resolveRequest(snapshot, {
    from: self,
    to: self,
    amountMsat,
    siblings: 'named',
    cost: { timeLockRiskPpb: 0 },
    ...(outChannels === undefined ? {} : { outChannels }),
    ...(inChannels === undefined ? {} : { inChannels }),
  });
  if (resolved.kind !== 'ok') throw new Error('the random request is refused');
  const { task } = resolved;
  const { pricing, limits } = task;
  const terms = { amountMsat: task.amountMsat, maxFeeMsat: limits.maxFeeMsat, pricing };
  const { view, bounds } = searcherFor(snapshot, terms);
  const request = new RequestEdges(new RequestSpace(view, task));
  return { request, bounds, best: () => bestRoute(snapshot, task) };
}

/** Least sum of weights from the first channels to each node, by relaxing all edges until nothing changes. */
function leastWeights(request: RequestEdges): number[] {
  const { view, firstEnds } = request;
  const least = new Array<number>(view.nodeCount).fill(Number.POSITIVE_INFINITY);
  firstEnds.nodes.forEach((node, i) => {
    least[node] = firstEnds.weights[i]!;
  });
  for (let changed = true; changed; ) {
    changed = false;
    for (let edge = 0; edge < view.edgeCount; edge++) {
      const [from, to] = [view.from[edge]!, view.to[edge]!];
      const there = least[from]! + view.weight[edge]!;
      if (there >= least[to]! || request.isClosed(edge, to)) continue;
      least[to] = there;
      changed = true;
    }
  }
  return least;
}

describe('the bidirectional search', () => {
  it.each(REGIMES.slice(0, 2))('$name: finds the least sum of weights', (regime) => {
    const seed = testSeed(61_000);
    let met = 0;
    for (let i = 0; i < GRAPHS; i++) {
      const { request, bounds } = search(randomCircle(new SeededRandom(seed + i), regime));
      const least = leastWeights(request);
      const { nodes, weights } = request.lastEnds;
      const totals = nodes.map((node, end) => least[node]! + weights[end]!);
      const meeting = bounds.run(request, Number.POSITIVE_INFINITY);
      expect(meeting?.leastMsat ?? Number.POSITIVE_INFINITY).toBe(
        Math.min(Number.POSITIVE_INFINITY, ...totals),
      );
      if (meeting === undefined) continue;
      met++;
      const { edges } = meeting;
      const sum =
        request.first[meeting.first]!.weight +
        edges.reduce((total, edge) => total + request.view.weight[edge]!, 0) +
        request.last[meeting.last]!.weight;
      expect(sum).toBe(meeting.leastMsat);
    }
    expect(met).toBeGreaterThan(GRAPHS / 4);
  });

  it.each(REGIMES.slice(0, 2))('$name: tells distances that hold, deepened or not', (regime) => {
    const seed = testSeed(62_000);
    let grown = 0;
    for (let i = 0; i < GRAPHS; i++) {
      const { request, bounds } = search(randomCircle(new SeededRandom(seed + i), regime));
      const least = leastWeights(request);
      if (bounds.run(request, Number.POSITIVE_INFINITY) === undefined) continue;
      const before = least.map((_, node) => bounds.distanceTo(node));
      bounds.deepen(Number.POSITIVE_INFINITY);
      least.forEach((weight, node) => {
        expect(before[node]).toBeLessThanOrEqual(weight);
        const after = bounds.distanceTo(node);
        expect(after).toBeLessThanOrEqual(weight);
        expect(after).toBeGreaterThanOrEqual(before[node]!);
        if (after > before[node]!) grown++;
      });
    }
    expect(grown).toBeGreaterThan(0);
  });

  it.each(REGIMES)('$name: no circle costs less than its path of least bound', (regime) => {
    const seed = testSeed(63_000);
    let [found, exact] = [0, 0];
    for (let i = 0; i < GRAPHS; i++) {
      const { request, bounds, best } = search(randomCircle(new SeededRandom(seed + i), regime));
      const meeting = bounds.run(request, Number.POSITIVE_INFINITY);
      const answer = best().found;
      if (answer === undefined || request.direct) continue;
      found++;
      expect(meeting!.leastMsat).toBeLessThan(answer.costMsat + 1);
      if (meeting!.leastMsat >= answer.costMsat) exact++;
    }
    expect(found).toBeGreaterThan(GRAPHS / 8);
    // Else nothing would end early.
    expect(exact).toBeGreaterThan(0);
  });
});
