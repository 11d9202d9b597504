import { describe, expect, it } from 'vitest';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { buildRoute } from '../../src/pathfinder/build-route.ts';
import { checkRoute } from '../../src/pathfinder/check-route.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import { findRoute } from '../../src/pathfinder/find-route.ts';
import type { NodePair, RouteResult } from '../../src/pathfinder/request.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { graphOf, nodeIdOf } from '../graph/make-graph.ts';
import {
  allKinds,
  channelsOfGraph,
  graphOfVector,
  ownChannels,
  type Vector,
  vectorsOf,
} from './path-choice-vectors.ts';

interface ChoiceInput {
  readonly graph: string;
  readonly source: string;
  readonly target: string;
  readonly amount_msat: number;
  readonly fee_limit_msat: number;
  readonly cltv_limit: number;
  readonly final_htlc_expiry: number;
  readonly attempt_cost_msat?: number;
  readonly attempt_cost_ppm?: number;
  readonly min_probability?: number;
  readonly time_pref?: number;
  readonly outgoing_chan_ids?: readonly number[];
  readonly last_hop?: string;
  readonly local_bandwidth_msat?: Readonly<Record<string, number>>;
  readonly pair_probability?: readonly (readonly [string, string, number])[];
  readonly dest_custom_records?: object;
}

interface Choice {
  readonly path_chan_ids?: readonly number[];
  readonly first_chan_id?: number;
  readonly second_chan_id?: number;
  readonly full_path_by_reference_model?: readonly number[];
  readonly error?: string;
}

type ChoiceVector = Vector<ChoiceInput, Choice>;

interface Difference {
  readonly why: string;
  /** What Ballast answers instead; a part of the result. */
  readonly ours: { readonly channels: readonly number[]; readonly feeMsat: bigint } | object;
}

const LESS_LIKELY =
  'lnd divides the cost of an attempt by the probability of the path; Ballast adds weight x -log(probability) per ' +
  'channel, which keeps best subpaths best but grows slower: at 0.4 and a weight of ';
const OWN_INVOICE =
  'an invoice with a payment secret needs an MPP record in the last hop, and Ballast counts its 37 bytes always: ' +
  '24 channels fit, lnd without the record reaches 25';

/** Vectors that Ballast answers differently on purpose. */
const DIFFERENCES: Readonly<Record<string, Difference>> = {
  min_htlc_fail: {
    why:
      'Ballast raises an amount below a minimum to it, for forwarders accept overpayment; the last channel still ' +
      'delivers exactly 10 msat, so the way leads around: 10 + 10 at sophon, raised to 1,000, + 10,100 at phamnuwen',
    ours: { channels: [999991, 99999, 3495345], feeMsat: 11_090n },
  },
  probability_two_hop_high_amount: {
    why: `${LESS_LIKELY}12,000 msat, 13,000 + 10,995 stays below 25,000 + 4,280, where lnd has 43,000 and 42,143`,
    ours: { channels: [100000, 10, 11], feeMsat: 13_000n },
  },
  probability_two_hop_higher_cost: {
    why: `${LESS_LIKELY}10,000 msat, 13,000 + 9,163 stays below 25,000 + 1,625, where lnd has 38,000 and 36,765`,
    ours: { channels: [100000, 10, 11], feeMsat: 13_000n },
  },
  route_to_self_1: {
    why: 'forwarding nodes refuse out and back over one channel, so that is no circle; the next cheapest is',
    ours: { channels: [2, 3, 1], feeMsat: 1500n },
  },
  path_len_25: { why: OWN_INVOICE, ours: { code: 'onion_limit' } },
  path_len_25_custom_record: {
    why: `there are no custom records to give; the same path is refused without: ${OWN_INVOICE}`,
    ours: { code: 'onion_limit' },
  },
};

const id = (channel: number): ChannelId => String(channel) as ChannelId;

/**
 * lnd's price of a failed attempt: its fixed and proportional part, times a factor of the preference for fast routes
 * (lnd: `routing/pathfind.go`, `findPath`).
 */
function attemptCostMsat(input: ChoiceInput): number {
  const { attempt_cost_msat = 0, attempt_cost_ppm = 0, time_pref = 0 } = input;
  const cost = attempt_cost_msat + (input.amount_msat * attempt_cost_ppm) / 1e6;
  return cost * (1 / (0.5 - 0.45 * time_pref) - 1);
}

/** What lnd expects of each direction in the vector. */
function probabilityIn(input: ChoiceInput, snapshot: GraphSnapshot): (direction: number) => number {
  return (direction) => {
    const [from, to] = [snapshot.from(direction), snapshot.to(direction)].map((node) =>
      snapshot.nodeId(node),
    );
    const known = input.pair_probability?.find(
      ([one, other]) => nodeIdOf(one) === from && nodeIdOf(other) === to,
    );
    return known?.[2] ?? 1;
  };
}

/** The vector in Ballast's terms. */
function answer({ input }: ChoiceVector): RouteResult {
  const snapshot = graphOfVector(input.graph).snapshot();
  const [source, target] = [nodeIdOf(input.source), nodeIdOf(input.target)];
  const channels = channelsOfGraph(input.graph);
  const probability = probabilityIn(input, snapshot);
  // What takes the place of cost / P: the same cost x -log P, added up channel by channel.
  const weightMsat = attemptCostMsat(input);
  const reliability = (direction: number): number => weightMsat * -Math.log(probability(direction));
  const terms = {
    amountMsat: BigInt(input.amount_msat),
    maxFeeMsat: BigInt(input.fee_limit_msat),
    maxCltvBlocks: input.cltv_limit,
    finalCltvDelta: input.final_htlc_expiry,
    blockHeight: 0,
    minProbability: input.min_probability ?? 0,
    probability,
    cost: { reliability },
    ...(input.local_bandwidth_msat === undefined
      ? {}
      : { overlay: { ownChannels: ownChannels(input.local_bandwidth_msat) } }),
    exclude: {
      channels: channels
        .filter(({ node_a, node_b }) => [node_a, node_b].includes(input.source))
        .map(({ chan_id }) => chan_id)
        .filter((channel) => input.outgoing_chan_ids?.includes(channel) === false)
        .map(id),
      pairs: input.last_hop === undefined ? [] : otherWaysInto(input.target, input.last_hop, input),
    },
  };
  if (source === target) return findCircularRoute(snapshot, { ...terms, self: source });
  return findRoute(snapshot, { ...terms, from: source, to: target });
}

function otherWaysInto(target: string, lastHop: string, { graph }: ChoiceInput): NodePair[] {
  return channelsOfGraph(graph)
    .flatMap(({ node_a, node_b }) => [
      [node_a, node_b],
      [node_b, node_a],
    ])
    .filter(([from, to]) => to === target && from !== lastHop)
    .map(([from, to]) => ({ from: nodeIdOf(from!), to: nodeIdOf(to!) }));
}

function outcomeOf(result: RouteResult): Difference['ours'] {
  if (result.kind === 'no_route') return { code: result.reason.code };
  const channels = result.path.hops.map((hop) => Number(hop.channelId));
  return { channels, feeMsat: result.quote.feeMsat };
}

/** The route that comes of it breaks no rule, but that the vectors end at an expiry of 0, which no receiver takes. */
function expectSound({ input }: ChoiceVector, result: RouteResult): void {
  if (result.kind === 'no_route') return;
  expect(result.proven).toBe(true);
  const terms = { paymentAddr: new Uint8Array(32).fill(1), blockHeight: 0 };
  const route = buildRoute(result.path, { ...terms, finalCltvDelta: input.final_htlc_expiry });
  const defects = checkRoute(route, graphOfVector(input.graph).snapshot(), {
    ...terms,
    self: nodeIdOf(input.source),
    target: nodeIdOf(input.target),
    amountMsat: BigInt(input.amount_msat),
    invoiceCltvDelta: 0,
  });
  expect(defects.map(({ code }) => code)).toEqual(['final_expiry']);
}

describe("lnd's choice of a path", () => {
  const vectors = vectorsOf<ChoiceInput, Choice>('find_path_choice');

  it.each(vectors.filter(({ id }) => !(id in DIFFERENCES)).map((v) => [v.id, v] as const))(
    '%s is ours too',
    (_, v) => {
      const result = answer(v);
      expectSound(v, result);
      const { error, path_chan_ids, full_path_by_reference_model, second_chan_id } = v.expected;
      if (error !== undefined) {
        expect([error, result.kind]).toEqual(['no_path', 'no_route']);
        return;
      }
      if (result.kind === 'no_route') throw new Error(result.message);
      const channels = result.path.hops.map((hop) => Number(hop.channelId));
      const full = path_chan_ids ?? full_path_by_reference_model;
      if (full !== undefined) expect(channels).toEqual(full);
      else expect(channels[1]).toBe(second_chan_id!);
    },
  );

  it.each(vectors.filter(({ id }) => id in DIFFERENCES).map((v) => [v.id, v] as const))(
    '%s differs on purpose',
    (name, v) => {
      const { why, ours } = DIFFERENCES[name]!;
      const result = answer(v);
      expectSound(v, result);
      expect(outcomeOf(result), why).toEqual(ours);
    },
  );
});

describe("the room that lnd's long path needs", () => {
  const reach = (channels: number): RouteResult =>
    findRoute(graphOfVector('linear_26').snapshot(), {
      from: nodeIdOf('start'),
      to: nodeIdOf(`node-${channels}`),
      amountMsat: 100_001n,
      maxCltvBlocks: 10_000,
      finalCltvDelta: 0,
      blockHeight: 0,
    });

  it('is 24 channels with an MPP record of 37 bytes', () => {
    expect(reach(24)).toMatchObject({ kind: 'route', quote: { hopCount: 24 } });
    const longer = reach(25);
    if (longer.kind !== 'no_route' || longer.reason.code !== 'onion_limit') {
      throw new Error('25 channels should exceed the onion');
    }
    expect(longer.reason.neededBytes).toBeGreaterThan(1300);
    expect(longer.reason.neededBytes - 37).toBeLessThanOrEqual(1300);
  });
});

describe("lnd's weight of an edge: fee, and 15 parts per billion of the amount per block", () => {
  interface Weight {
    readonly locked_amt_msat: number;
    readonly fee_msat: number;
    readonly time_lock_delta: number;
    readonly risk_factor_billionths: number;
  }

  const vectors = vectorsOf<Weight, { weight: number }>('edge_weight');

  /** Two ways to the receiver: one as in the vector, one that only costs a fee. */
  function takesEdge(input: Weight, otherFeeMsat: number): boolean {
    const graph = graphOf([
      { id: 1, ends: ['payer', 'slow'] },
      {
        id: 2,
        ends: ['slow', 'receiver'],
        policy1: { feeBaseMsat: BigInt(input.fee_msat), timeLockDelta: input.time_lock_delta },
      },
      { id: 3, ends: ['payer', 'dear'] },
      {
        id: 4,
        ends: ['dear', 'receiver'],
        policy1: { feeBaseMsat: BigInt(otherFeeMsat), timeLockDelta: 0 },
      },
    ]);
    const result = findRoute(graph.snapshot(), {
      from: nodeIdOf('payer'),
      to: nodeIdOf('receiver'),
      amountMsat: BigInt(input.locked_amt_msat),
      maxCltvBlocks: 10_000,
    });
    if (result.kind === 'no_route') throw new Error(result.message);
    const taken = result.path.hops[1]!.channelId === id(2);
    const cost = taken ? input.fee_msat : otherFeeMsat;
    expect(result.quote.feeMsat).toBe(BigInt(cost));
    return taken;
  }

  it.each(vectors.map((v) => [v.id, v] as const))('%s', (_, { input, expected }) => {
    expect(input.risk_factor_billionths).toBe(15);
    expect(takesEdge(input, expected.weight + 1)).toBe(true);
    if (expected.weight > 0) expect(takesEdge(input, expected.weight - 1)).toBe(false);
  });

  it('is what the search says that it minimised', () => {
    for (const { input, expected } of vectors) {
      const graph = graphOf([
        { id: 1, ends: ['payer', 'slow'] },
        {
          id: 2,
          ends: ['slow', 'receiver'],
          policy1: { feeBaseMsat: BigInt(input.fee_msat), timeLockDelta: input.time_lock_delta },
        },
      ]);
      const result = findRoute(graph.snapshot(), {
        from: nodeIdOf('payer'),
        to: nodeIdOf('receiver'),
        amountMsat: BigInt(input.locked_amt_msat),
        maxCltvBlocks: 10_000,
      });
      expect(result).toMatchObject({ costMsat: expected.weight });
    }
  });
});

describe('the vectors', () => {
  it('are all tested, here or beside the parallel channels', () => {
    const counts = new Map<string, number>();
    for (const kind of allKinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      find_path_choice: 21,
      edge_unifier: 7,
      edge_weight: 3,
      build_route: 5,
    });
    const choices = vectorsOf<ChoiceInput, Choice>('find_path_choice').map((v) => v.id);
    expect(Object.keys(DIFFERENCES).filter((name) => !choices.includes(name))).toEqual([]);
  });
});
