import { describe, expect, it } from 'vitest';
import {
  LndPathfinder,
  type LndQuestion,
} from '../../../bench/frontier/arms/lnd/lnd-pathfinder.ts';
import { pairGraph } from '../../../bench/frontier/arms/lnd/pair-graph.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { attemptCostMsat } from '../../../src/liquidity/mission-control/attempt-cost.ts';
import { hopPayloadBytes } from '../../../src/units/onion-size.ts';
import { graphOf, nodeIdOf } from '../../graph/make-graph.ts';
import { graphOfVector, type Vector, vectorsOf } from '../../pathfinder/path-choice-vectors.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';

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

function questionOf(input: ChoiceInput, snapshot: GraphSnapshot): LndQuestion {
  const node = (name: string): number => snapshot.nodeIndex(nodeIdOf(name))!;
  const channel = (direction: number): number => Number(snapshot.channelId(direction >> 1));
  const lastPeer = input.last_hop === undefined ? undefined : node(input.last_hop);
  const known = (input.pair_probability ?? []).map(
    ([from, to, probability]) => [node(from), node(to), probability] as const,
  );
  return {
    source: node(input.source),
    target: node(input.target),
    amountMsat: input.amount_msat,
    feeLimitMsat: input.fee_limit_msat,
    maxDeltaBlocks: input.cltv_limit,
    finalExpiry: input.final_htlc_expiry,
    lastPayloadBytes: hopPayloadBytes({
      amountToForwardMsat: BigInt(input.amount_msat),
      expiry: input.final_htlc_expiry,
      hasNextChannel: false,
      customRecords:
        input.dest_custom_records === undefined ? [] : [{ type: 100_000n, valueBytes: 100 }],
    }),
    attemptCostMsat: attemptCostMsat(input.amount_msat, {
      baseMsat: input.attempt_cost_msat ?? 0,
      ratePpm: input.attempt_cost_ppm ?? 0,
      timePreference: input.time_pref ?? 0,
    }),
    minProbability: input.min_probability ?? 0,
    sendableMsat: (direction) =>
      input.outgoing_chan_ids?.includes(channel(direction)) === false
        ? undefined
        : (input.local_bandwidth_msat?.[channel(direction)] ?? Number.POSITIVE_INFINITY),
    ...(lastPeer === undefined
      ? {}
      : { lastHop: (direction: number) => snapshot.from(direction) === lastPeer }),
    probability: (from, to) => known.find(([a, b]) => a === from && b === to)?.[2] ?? 1,
  };
}

function choose({ input }: Vector<ChoiceInput, Choice>): number[] | undefined {
  const snapshot = graphOfVector(input.graph).snapshot();
  const steps = new LndPathfinder(pairGraph(snapshot)).find(questionOf(input, snapshot));
  return steps?.map(({ direction }) => Number(snapshot.channelId(direction >> 1)));
}

describe("lnd's search", () => {
  it.each(vectorsOf<ChoiceInput, Choice>('find_path_choice').map((v) => [v.id, v] as const))(
    'chooses as lnd does: %s',
    (_, v) => {
      const channels = choose(v);
      const { error, path_chan_ids, full_path_by_reference_model } = v.expected;
      if (error !== undefined) {
        expect(channels).toBeUndefined();
        return;
      }
      const full = path_chan_ids ?? full_path_by_reference_model;
      if (full !== undefined) expect(channels).toEqual(full);
      const { first_chan_id, second_chan_id } = v.expected;
      if (first_chan_id !== undefined) expect(channels![0]).toBe(first_chan_id);
      if (second_chan_id !== undefined) expect(channels![1]).toBe(second_chan_id);
    },
  );

  it('takes parallel channels by the highest fee, the longest time lock and the largest capacity', () => {
    const graph = graphOf([
      { id: 1, ends: ['me', 'first'] },
      { id: 2, ends: ['first', 'last'], capacitySat: 3000n, policy1: { feeBaseMsat: 70n } },
      {
        id: 3,
        ends: ['first', 'last'],
        capacitySat: 5000n,
        policy1: { feeBaseMsat: 9n, timeLockDelta: 300 },
      },
      { id: 4, ends: ['first', 'last'], policy1: { feeBaseMsat: 900n, disabled: true } },
      { id: 5, ends: ['last', 'me'] },
    ]);
    const snapshot = graph.snapshot();
    const hop = (direction: number): string => snapshot.channelId(direction >> 1);
    const asked: number[] = [];
    const [me, first] = ['me', 'first'].map((name) => snapshot.nodeIndex(nodeIdOf(name))!);
    const steps = new LndPathfinder(pairGraph(snapshot)).find({
      ...openCircle(me!, 1000),
      sendableMsat: (direction) => (hop(direction) === '1' ? 1e6 : undefined),
      lastHop: (direction) => hop(direction) === '5',
      probability: (from, _to, _amount, capacityMsat) => {
        if (from === first) asked.push(capacityMsat);
        return 1;
      },
    })!;
    expect(steps.map(({ direction }) => hop(direction))).toEqual(['1', '2', '5']);
    expect(steps[1]!.timeLockDelta).toBe(300);
    expect(asked).toContain(5_000_000);
  });

  it('never visits a node twice, whatever the probabilities', () => {
    const random = new SeededRandom(testSeed(611));
    let found = 0;
    for (let run = 0; run < 200; run++) {
      const snapshot = randomNetwork(random);
      const odds = new Map<string, number>();
      const me = random.between(0, snapshot.nodeCount - 1);
      const steps = new LndPathfinder(pairGraph(snapshot)).find({
        ...openCircle(me, random.between(1, 1e6)),
        attemptCostMsat: random.pick([0, 1000, 1e6]),
        probability: (from, to) => {
          const key = `${from} ${to}`;
          odds.set(key, odds.get(key) ?? random.pick([0, 0.05, 0.5, 0.9, 1]));
          return odds.get(key)!;
        },
      });
      if (steps === null) continue;
      found++;
      const nodes = steps.map(({ direction }) => snapshot.to(direction));
      expect(new Set(nodes).size).toBe(nodes.length);
      expect(nodes.at(-1)).toBe(me);
      expect(snapshot.from(steps[0]!.direction)).toBe(me);
    }
    expect(found).toBeGreaterThan(50);
  });
});

const openCircle = (node: number, amountMsat: number): LndQuestion => ({
  source: node,
  target: node,
  amountMsat,
  feeLimitMsat: 1e9,
  maxDeltaBlocks: 2016,
  finalExpiry: 800_043,
  lastPayloadBytes: 82,
  attemptCostMsat: 0,
  minProbability: 0,
  sendableMsat: () => Number.POSITIVE_INFINITY,
  probability: () => 1,
});

function randomNetwork(random: SeededRandom): GraphSnapshot {
  const nodes = random.between(4, 9);
  const channels = Array.from({ length: random.between(6, 24) }, (_, i) => {
    const from = random.between(1, nodes);
    const to = 1 + ((from + random.between(0, nodes - 2)) % nodes);
    const policy = () => ({
      feeBaseMsat: BigInt(random.between(0, 2000)),
      feeRatePpm: random.between(0, 2000),
      inboundFeeRatePpm: random.chance(0.3) ? -random.between(0, 500) : 0,
    });
    return {
      id: i + 1,
      ends: [from, to] as const,
      capacitySat: BigInt(random.between(100, 1e6)),
      policy1: policy(),
      policy2: policy(),
    };
  });
  return graphOf(channels).snapshot();
}
