import { describe, expect, it } from 'vitest';
import type { NetworkGraph } from '../../src/graph/network-graph.ts';
import { buildRoute } from '../../src/pathfinder/build-route.ts';
import { findRoute } from '../../src/pathfinder/find-route.ts';
import { graphOf, nodeIdOf } from '../graph/make-graph.ts';
import cltvLimits from '../vectors/cltv-limit.json' with { type: 'json' };
import vectors from '../vectors/routes.json' with { type: 'json' };

interface PolicyVector {
  fee_base_msat: number;
  fee_rate_ppm: number;
  time_lock_delta: number;
  min_htlc_msat: number;
  max_htlc_msat: number;
  disabled: boolean;
  inbound_fee_base_msat: number;
  inbound_fee_rate_ppm: number;
}

interface GraphVector {
  channels: {
    chan_id: number;
    capacity_sat: number;
    node_a: string;
    node_b: string;
    policy_a: PolicyVector | null;
    policy_b: PolicyVector | null;
  }[];
}

interface RequestVector {
  graph: string;
  source: string;
  target: string;
  amount_msat: number;
  fee_limit_msat: number;
  cltv_limit: number;
  height: number;
  final_cltv_delta: number;
}

interface RouteVector {
  total_amt_msat: number;
  total_fees_msat: number;
  total_time_lock: number;
  hops: {
    chan_id: number;
    pub_key: string;
    amt_to_forward_msat: number;
    fee_msat: number;
    expiry: number;
  }[];
}

const policyFields = (policy: PolicyVector | null) =>
  policy && {
    feeBaseMsat: BigInt(policy.fee_base_msat),
    feeRatePpm: policy.fee_rate_ppm,
    timeLockDelta: policy.time_lock_delta,
    minHtlcMsat: BigInt(policy.min_htlc_msat),
    maxHtlcMsat: policy.max_htlc_msat === 0 ? null : BigInt(policy.max_htlc_msat),
    disabled: policy.disabled,
    inboundFeeBaseMsat: BigInt(policy.inbound_fee_base_msat),
    inboundFeeRatePpm: policy.inbound_fee_rate_ppm,
  };

function graphNamed(name: string): NetworkGraph {
  const { channels } = (vectors.graphs as unknown as Record<string, GraphVector>)[name]!;
  return graphOf(
    channels.map((channel) => ({
      id: channel.chan_id,
      ends: [channel.node_a, channel.node_b] as const,
      capacitySat: BigInt(channel.capacity_sat),
      policy1: policyFields(channel.policy_a),
      policy2: policyFields(channel.policy_b),
    })),
  );
}

describe("lnd's route vectors", () => {
  const found = vectors.vectors.filter((v) => v.kind === 'find_route');
  it.each(found.map((v) => ({ id: v.id, v })))('$id', ({ v }) => {
    const input = v.input as unknown as RequestVector;
    const expected = v.expected as unknown as Partial<RouteVector> & {
      error?: string;
      route_by_reference_model?: RouteVector;
    };
    const finalCltvDelta = input.final_cltv_delta;
    const result = findRoute(graphNamed(input.graph).snapshot(), {
      from: nodeIdOf(input.source),
      to: nodeIdOf(input.target),
      amountMsat: BigInt(input.amount_msat),
      maxFeeMsat: BigInt(input.fee_limit_msat),
      maxCltvBlocks: Math.min(2016, input.cltv_limit),
      finalCltvDelta,
      blockHeight: input.height,
    });
    if (expected.error !== undefined) {
      expect(result).toMatchObject({ kind: 'no_route', reason: { code: 'fee_limit' } });
      return;
    }
    if (result.kind !== 'route') throw new Error(result.message);
    expect(result.proven).toBe(true);
    const route = buildRoute(result.path, {
      paymentAddr: new Uint8Array(32),
      blockHeight: input.height,
      finalCltvDelta,
    });
    const wanted = expected.route_by_reference_model ?? (expected as RouteVector);
    expect({
      total_amt_msat: Number(route.totalAmtMsat),
      total_fees_msat: Number(route.totalFeesMsat),
      total_time_lock: route.totalTimeLock,
      hops: route.hops.map((hop) => ({
        chan_id: Number(hop.chanId),
        pub_key: hop.pubKey,
        amt_to_forward_msat: Number(hop.amtToForwardMsat),
        fee_msat: Number(hop.feeMsat),
        expiry: hop.expiry,
      })),
    }).toEqual({
      total_amt_msat: wanted.total_amt_msat,
      total_fees_msat: wanted.total_fees_msat,
      total_time_lock: wanted.total_time_lock,
      hops: wanted.hops.map((hop) => ({ ...hop, pub_key: nodeIdOf(hop.pub_key) })),
    });
  });

  it.each(cltvLimits.vectors.map((v) => ({ id: v.id, v })))('$id', ({ v }) => {
    const { cltv_limit, final_cltv_delta, include_padding } = v.input;
    const search = () =>
      findRoute(graphNamed('basic_graph').snapshot(), {
        from: nodeIdOf('roasbeef'),
        to: nodeIdOf('songoku'),
        amountMsat: 100_000n,
        maxCltvBlocks: cltv_limit,
        finalCltvDelta: final_cltv_delta + (include_padding ? 3 : 0),
      });
    if (v.expected.error) expect(search).toThrow(/leaves no block to forward in/);
    else expect(search().kind).toBe('route');
  });
});

describe('findRoute', () => {
  it('sends the other way for a circle', () => {
    const graph = graphOf([{ id: 1, ends: ['a', 'b'] }]);
    const [from, to] = [nodeIdOf('a'), nodeIdOf('a')];
    expect(() => findRoute(graph.snapshot(), { from, to, amountMsat: 1n })).toThrow(
      /findCircularRoute/,
    );
  });
});
