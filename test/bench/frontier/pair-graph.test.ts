import { describe, expect, it } from 'vitest';
import {
  type PairGraph,
  pairGraph,
  withPolicies,
} from '../../../bench/frontier/arms/lnd/pair-graph.ts';
import { UnifiedEdge } from '../../../bench/frontier/arms/lnd/unified-edge.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import type { ChannelUpdateRecord } from '../../../src/ports.ts';
import { graphOf, nodeIdOf, policyOf } from '../../graph/make-graph.ts';
import { vectorsOf } from '../../pathfinder/path-choice-vectors.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';

interface Edge {
  readonly chan_id: number;
  readonly fee_base_msat: number;
  readonly fee_rate_ppm: number;
  readonly time_lock_delta: number;
  readonly max_htlc_msat: number;
  readonly min_htlc_msat: number;
  readonly capacity_sat: number;
  readonly inbound: { readonly base_msat: number; readonly rate_ppm: number };
}

interface UnifierInput {
  readonly local: boolean;
  readonly local_bandwidth_msat: Readonly<Record<string, number>> | null;
  readonly net_amount_received_msat: number;
  readonly next_out_fee_msat: number;
  readonly edges: readonly Edge[];
}

const parallel = (edges: readonly Edge[]): GraphSnapshot =>
  graphOf(
    edges.map((edge) => ({
      id: edge.chan_id,
      ends: ['near', 'far'] as const,
      capacitySat: BigInt(edge.capacity_sat),
      policy1: {
        feeBaseMsat: BigInt(edge.fee_base_msat),
        feeRatePpm: edge.fee_rate_ppm,
        timeLockDelta: edge.time_lock_delta,
        minHtlcMsat: BigInt(edge.min_htlc_msat),
        maxHtlcMsat: BigInt(edge.max_htlc_msat),
      },
      policy2: {
        inboundFeeBaseMsat: BigInt(edge.inbound.base_msat),
        inboundFeeRatePpm: edge.inbound.rate_ppm,
      },
    })),
  ).snapshot();

describe('the one edge of a pair', () => {
  type Selected = { readonly selected: Omit<Edge, 'max_htlc_msat' | 'min_htlc_msat'> | null };

  it.each(vectorsOf<UnifierInput, Selected>('edge_unifier').map((v) => [v.id, v] as const))(
    "is lnd's: %s",
    (_, { input, expected }) => {
      const snapshot = parallel(input.edges);
      const graph = pairGraph(snapshot);
      const unified = new UnifiedEdge(graph);
      const pair = graph.pairOffsets[snapshot.nodeIndex(nodeIdOf('far'))!]!;
      const arrival = {
        netMsat: input.net_amount_received_msat,
        outboundFeeMsat: input.next_out_fee_msat,
        exit: false,
      };
      const channel = (direction: number): number => Number(snapshot.channelId(direction >> 1));
      const found = input.local
        ? unified.chooseOwn(pair, arrival, (d) => input.local_bandwidth_msat?.[channel(d)])
        : unified.chooseNetwork(pair, arrival);
      expect(found).toBe(expected.selected !== null);
      if (expected.selected === null) return;
      const { chan_id, time_lock_delta, capacity_sat } = expected.selected;
      expect(channel(graph.direction[unified.edge]!)).toBe(chan_id);
      expect(unified.timeLockDelta).toBe(time_lock_delta);
      expect(Math.floor(unified.capacityMsat / 1000)).toBe(capacity_sat);
    },
  );
});

describe('the graph of pairs', () => {
  it('is with new policies what it would be if they had been announced', () => {
    const random = new SeededRandom(testSeed(613));
    for (let run = 0; run < 100; run++) {
      const channels = Array.from({ length: random.between(1, 12) }, (_, i) => {
        const one = random.between(1, 5);
        return { id: i + 1, ends: [one, 1 + (one % 5)] as const };
      });
      const snapshot = graphOf(channels).snapshot();
      const updates = Array.from({ length: random.between(1, 4) }, () =>
        randomUpdate(snapshot, random),
      );
      const [patched, announced] = [
        withPolicies(pairGraph(snapshot), updates),
        pairGraph(snapshot.withPolicies(updates)),
      ];
      expect(columnsOf(patched)).toEqual(columnsOf(announced));
    }
  });
});

const columnsOf = ({ snapshot: _, ...columns }: PairGraph): object => columns;

function randomUpdate(snapshot: GraphSnapshot, random: SeededRandom): ChannelUpdateRecord {
  const direction = random.between(0, 2 * snapshot.channelSlots - 1);
  return {
    channelId: snapshot.channelId(direction >> 1),
    from: snapshot.nodeId(snapshot.from(direction)),
    policy: policyOf({
      feeBaseMsat: BigInt(random.between(0, 5)),
      feeRatePpm: random.between(0, 5),
      timeLockDelta: random.between(1, 5),
      minHtlcMsat: BigInt(random.between(0, 5)),
      maxHtlcMsat: random.chance(0.5) ? null : BigInt(random.between(5, 9)),
      disabled: random.chance(0.3),
      inboundFeeBaseMsat: BigInt(random.between(-5, 5)),
      inboundFeeRatePpm: random.between(-5, 5),
    }),
  };
}
