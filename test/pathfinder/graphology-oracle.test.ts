import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readDescribeGraph } from '../../src/graph/parse-describe-graph.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import { findRoute } from '../../src/pathfinder/find-route.ts';
import type { RouteResult } from '../../src/pathfinder/request.ts';
import type { GraphDescription } from '../../src/ports.ts';
import { generateNetwork } from '../../src/sim/generator.ts';
import type { NodeId } from '../../src/units/ids.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { mainnetFile } from '../shared-files.ts';
import { GraphologyOracle, type Siblings, withFixedWeights } from './graphology-oracle.ts';

const AMOUNTS_MSAT = [50_000_000n, 1_000_000_000n];
/** Asked of each kind, for each amount and each way to price parallel channels. */
const QUESTIONS = 15;

const file = mainnetFile();

interface Tally {
  routes: number;
  circles: number;
  none: number;
}

/** Both must find a route, of the same fee, or none. */
function expectSame(result: RouteResult, oracleMsat: bigint | undefined, what: string): boolean {
  if (result.kind === 'no_route') {
    expect(result.reason.code, what).toMatch(/^(disconnected|amount_too_large|no_)/);
    expect(oracleMsat, what).toBeUndefined();
    return false;
  }
  expect([result.quote.feeMsat, result.proven], what).toEqual([oracleMsat, true]);
  // No time lock, so the fee is all that there is.
  expect(result.costMsat, what).toBe(Number(oracleMsat));
  return true;
}

class Comparison {
  readonly tally: Tally = { routes: 0, circles: 0, none: 0 };
  readonly #random: SeededRandom;
  readonly #oracle: GraphologyOracle;
  readonly #nodes: readonly NodeId[];
  readonly #terms: { readonly amountMsat: bigint; readonly siblings: Siblings };

  constructor(
    description: GraphDescription,
    terms: { amountMsat: bigint; siblings: Siblings; random: SeededRandom },
  ) {
    const { random, ...asked } = terms;
    this.#random = random;
    this.#terms = asked;
    this.#oracle = new GraphologyOracle(
      withFixedWeights(description, asked.amountMsat),
      asked.siblings,
    );
    const view = this.#oracle.graph.graphology;
    this.#nodes = (view.nodes() as NodeId[]).filter((node) => view.degree(node) > 0);
  }

  route(): void {
    const [from, to] = [this.#random.pick(this.#nodes), this.#random.pick(this.#nodes)];
    if (from === to) return;
    const result = findRoute(this.#oracle.graph.snapshot(), { from, to, ...this.#terms });
    const what = `${this.#names()}: ${from} to ${to}`;
    const found = expectSame(result, this.#oracle.routeFeeMsat(from, to), what);
    this.tally[found ? 'routes' : 'none']++;
  }

  /** Out and back over two given channels of a node. */
  circle(): void {
    const self = this.#random.pick(this.#nodes);
    const [outs, backs] = [this.#oracle.leaving(self), this.#oracle.entering(self)];
    if (outs.length === 0 || backs.length === 0) return;
    const [out, back] = [this.#random.pick(outs), this.#random.pick(backs)];
    if (out.channelId === back.channelId) return;
    // Where siblings count, Ballast does not turn at a peer.
    if (this.#terms.siblings === 'any' && out.to === back.from) return;
    const channels = { outChannels: [out.channelId], inChannels: [back.channelId] };
    const request = { self, ...channels, ...this.#terms };
    const result = findCircularRoute(this.#oracle.graph.snapshot(), request);
    const what = `${this.#names()}: ${self} by ${out.channelId} and ${back.channelId}`;
    const found = expectSame(result, this.#oracle.circleFeeMsat(out, back), what);
    this.tally[found ? 'circles' : 'none']++;
  }

  #names(): string {
    return `${this.#terms.amountMsat} msat, siblings ${this.#terms.siblings}`;
  }
}

function compare(description: GraphDescription, seed: number): Tally {
  const sum: Tally = { routes: 0, circles: 0, none: 0 };
  const random = new SeededRandom(seed);
  for (const amountMsat of AMOUNTS_MSAT) {
    for (const siblings of ['any', 'named'] as const) {
      const comparison = new Comparison(description, { amountMsat, siblings, random });
      for (let i = 0; i < QUESTIONS; i++) comparison.route();
      // Many nodes have a single channel and no circle to ask for.
      for (let i = 0; i < 2 * QUESTIONS; i++) comparison.circle();
      for (const kind of ['routes', 'circles', 'none'] as const)
        sum[kind] += comparison.tally[kind];
    }
  }
  return sum;
}

describe('graphology-shortest-path, on fixed weights, finds routes of the same cost', () => {
  it('in a generated network', () => {
    const network = generateNetwork({ nodes: 600, seed: 'oracle' });
    const tally = compare(network.description(), testSeed(41_001));
    expect(tally.routes).toBeGreaterThan(40);
    expect(tally.circles).toBeGreaterThan(25);
    expect(tally.none).toBeGreaterThan(3);
  });

  it.skipIf(file === undefined)('in the real network', () => {
    const description = readDescribeGraph(gunzipSync(readFileSync(file!)).toString());
    const tally = compare(description, testSeed(41_002));
    expect(tally.routes).toBeGreaterThan(40);
    expect(tally.circles).toBeGreaterThan(25);
    expect(tally.none).toBeGreaterThan(3);
  });
});
