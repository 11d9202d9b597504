import { describe, expect, it } from 'vitest';
import type { Route } from '../../src/generated/messages/route.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { buildRoute } from '../../src/pathfinder/build-route.ts';
import { checkRoute, type RouteDefect } from '../../src/pathfinder/check-route.ts';
import { findRoute } from '../../src/pathfinder/find-route.ts';
import type { NodePair, RouteRequest, RouteResult } from '../../src/pathfinder/request.ts';
import { type ChannelSketch, graphOf, nodeIdOf } from '../graph/make-graph.ts';
import { channelsOfGraph, graphOfVector, ownChannels, vectorsOf } from './path-choice-vectors.ts';

/** Names the given channels in a route instead of its own: what happens where a node picks another one. */
function over(route: Route, channels: readonly number[]): Route {
  const hops = route.hops.map((hop, i) => ({ ...hop, chanId: String(channels[i]) }));
  return { ...route, hops };
}

/** What the nodes of a route would refuse; vectors may end at any expiry. */
function refusals(
  route: Route,
  at: { snapshot: GraphSnapshot; request: RouteRequest; height: number },
): readonly RouteDefect[] {
  const { snapshot, request, height } = at;
  return checkRoute(route, snapshot, {
    self: request.from,
    target: request.to,
    amountMsat: request.amountMsat,
    paymentAddr: new Uint8Array(32),
    blockHeight: height,
    invoiceCltvDelta: 0,
    ...(request.overlay === undefined ? {} : { overlay: request.overlay }),
  });
}

describe("lnd's unified edge of parallel channels", () => {
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

  interface Input {
    readonly local: boolean;
    readonly local_bandwidth_msat: Readonly<Record<string, number>> | null;
    readonly net_amount_received_msat: number;
    readonly next_out_fee_msat: number;
    readonly edges: readonly Edge[];
  }

  const vectors = vectorsOf<Input, { selected: Omit<Edge, 'max_htlc_msat'> | null }>(
    'edge_unifier',
  );
  const [PAYER, RECEIVER, FINAL_DELTA, HEIGHT] = ['payer', 'receiver', 50, 900_000];

  /**
   * lnd's unifier prices one pair of nodes alone. Ballast has no such step to ask, so the pair is put on a road:
   * payer - near = far - receiver. `far` forwards for nothing, which is the vector's next_out_fee of 0; where the
   * vector's channels are our own, `near` is the payer itself.
   */
  function road({ local, edges }: Input): ChannelSketch[] {
    const near = local ? PAYER : 'near';
    return [
      ...(local ? [] : [{ id: 1, ends: [PAYER, near] as const }]),
      ...edges.map((edge) => ({
        id: edge.chan_id,
        ends: [near, 'far'] as const,
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
      { id: 2, ends: ['far', RECEIVER], policy1: { timeLockDelta: 0 } },
    ];
  }

  function ask(input: Input, siblings?: 'any' | 'named') {
    const snapshot = graphOf(road(input)).snapshot();
    const request: RouteRequest = {
      from: nodeIdOf(PAYER),
      to: nodeIdOf(RECEIVER),
      amountMsat: BigInt(input.net_amount_received_msat),
      finalCltvDelta: FINAL_DELTA,
      blockHeight: HEIGHT,
      ...(siblings === undefined ? {} : { siblings }),
      ...(input.local_bandwidth_msat === null
        ? {}
        : { overlay: { ownChannels: ownChannels(input.local_bandwidth_msat) } }),
    };
    return { snapshot, request, result: findRoute(snapshot, request) };
  }

  /** What leaves the payer and for how long, and over which channel of the pair. */
  const priceOf = (result: RouteResult) =>
    result.kind === 'no_route'
      ? null
      : {
          sentMsat: Number(result.quote.sentMsat),
          cltvBlocks: result.quote.cltvBlocks - FINAL_DELTA,
          channel: Number(result.path.hops.at(-2)!.channelId),
        };

  /** By lnd's own rules (floors, inbound truncated, never less than nothing), for the policy that it selected. */
  function lndsPrice(input: Input, selected: Omit<Edge, 'max_htlc_msat'>) {
    const net = input.net_amount_received_msat;
    const inbound =
      selected.inbound.base_msat + Math.trunc((net * selected.inbound.rate_ppm) / 1e6);
    const crossing = net + Math.max(0, inbound);
    const fee = selected.fee_base_msat + Math.floor((crossing * selected.fee_rate_ppm) / 1e6);
    return {
      sentMsat: input.local ? crossing : crossing + fee,
      cltvBlocks: input.local ? 0 : selected.time_lock_delta,
    };
  }

  const APART =
    'lnd takes the sibling with the highest total fee and its own base and rate; Ballast takes the highest base, ' +
    'the highest rate and the highest inbound parts apart, so that each sibling accepts at any amount';

  /** Where lnd's price is not ours: why, and ours. */
  const DEARER: Readonly<Record<string, { why: string; sentMsat: number }>> = {
    edge_unifier_use_p1_with_highest_fee: {
      why: `${APART}: 200 + 30 + 38; lnd 250`,
      sentMsat: 268,
    },
    edge_unifier_no_capacity_info: { why: `${APART}: 400 + 30 + 76; lnd 486`, sentMsat: 506 },
    edge_unifier_use_p2_with_highest_fee_including_inbound: {
      why: `${APART}: (200 + 10 + 2) + 30 + 40; lnd 262`,
      sentMsat: 282,
    },
    edge_unifier_inbound_fee_that_is_rounded_up: {
      why: `${APART}, no discount among them: 500 + 30 + 95; lnd 605`,
      sentMsat: 625,
    },
  };

  /** Each sibling by its own policy: the cheapest of them is what `named` must take. */
  const NAMED: Readonly<Record<string, object>> = {
    edge_unifier_use_p1_with_highest_fee: { sentMsat: 248, cltvBlocks: 40, channel: 101 },
    edge_unifier_no_capacity_info: { sentMsat: 470, cltvBlocks: 60, channel: 100 },
    edge_unifier_use_p2_with_highest_fee_including_inbound: {
      sentMsat: 257,
      cltvBlocks: 60,
      channel: 100,
    },
    edge_unifier_inbound_fee_that_is_rounded_up: { sentMsat: 580, cltvBlocks: 60, channel: 100 },
    edge_unifier_local: { sentMsat: 106, cltvBlocks: 0, channel: 100 },
  };

  it('covers all vectors', () => {
    expect(vectors).toHaveLength(7);
    const ids = vectors.map(({ id }) => id);
    expect(Object.keys({ ...DEARER, ...NAMED }).filter((name) => !ids.includes(name))).toEqual([]);
  });

  it.each(vectors.map((v) => [v.id, v] as const))('%s, priced for any sibling', (id, v) => {
    const { selected } = v.expected;
    const { result } = ask(v.input, 'any');
    expect(priceOf(ask(v.input).result)).toEqual(priceOf(result));
    const turned = { ...v.input, edges: v.input.edges.toReversed() };
    expect(priceOf(ask(turned).result)).toEqual(priceOf(result));
    if (selected === null) {
      expect(priceOf(result)).toBeNull();
      return;
    }
    const lnds = lndsPrice(v.input, selected);
    const dearer = DEARER[id];
    if (dearer === undefined) expect(priceOf(result)).toMatchObject(lnds);
    else {
      const ours = { sentMsat: dearer.sentMsat, cltvBlocks: lnds.cltvBlocks };
      expect(priceOf(result), dearer.why).toMatchObject(ours);
      expect(dearer.sentMsat).toBeGreaterThan(lnds.sentMsat);
    }
  });

  it.each(vectors.filter((v) => v.expected.selected !== null).map((v) => [v.id, v] as const))(
    '%s is accepted over every sibling',
    (_, { input }) => {
      const { result, snapshot, request } = ask(input, 'any');
      if (result.kind === 'no_route') throw new Error(result.message);
      const route = buildRoute(result.path, {
        paymentAddr: new Uint8Array(32),
        blockHeight: HEIGHT,
        finalCltvDelta: FINAL_DELTA,
      });
      for (const { chan_id } of input.edges) {
        const channels = input.local ? [chan_id, 2] : [1, chan_id, 2];
        const at = { snapshot, request, height: HEIGHT };
        expect(refusals(over(route, channels), at), `over ${chan_id}`).toEqual([]);
      }
    },
  );

  it.each(vectors.map((v) => [v.id, v] as const))('%s, priced by the named channel', (id, v) => {
    expect(priceOf(ask(v.input, 'named').result)).toEqual(NAMED[id] ?? null);
  });
});

describe("lnd's routes built from public keys", () => {
  interface Input {
    readonly graph: string;
    readonly source: string;
    readonly hops: readonly string[];
    /** `null` asks for the least that can be routed. */
    readonly amt_msat: number | null;
    readonly final_cltv_delta: number;
    readonly height: number;
    readonly local_bandwidth_msat?: Readonly<Record<string, number>>;
  }

  interface Expected {
    readonly error?: string;
    readonly total_amt_msat: number;
    readonly total_fees_msat: number;
    readonly total_time_lock: number;
    readonly hops: readonly {
      readonly chan_id: number;
      readonly pub_key: string;
      readonly amt_to_forward_msat: number;
      readonly fee_msat: number;
      readonly expiry: number;
    }[];
  }

  const vectors = vectorsOf<Input, Expected>('build_route');
  const byId = (id: string) => vectors.find((v) => v.id === id)!;

  /** Ballast routes over given nodes by closing every pair of nodes that is not on the way. */
  function ask(input: Input, amountMsat: bigint) {
    const snapshot = graphOfVector(input.graph).snapshot();
    const way = [input.source, ...input.hops];
    const isOnWay = (from: string, to: string): boolean =>
      way.some((node, i) => node === from && way[i + 1] === to);
    const pairs: NodePair[] = channelsOfGraph(input.graph)
      .flatMap(({ node_a, node_b }) => [[node_a, node_b] as const, [node_b, node_a] as const])
      .filter(([from, to]) => !isOnWay(from, to))
      .map(([from, to]) => ({ from: nodeIdOf(from), to: nodeIdOf(to) }));
    const request: RouteRequest = {
      from: nodeIdOf(input.source),
      to: nodeIdOf(input.hops.at(-1)!),
      amountMsat,
      finalCltvDelta: input.final_cltv_delta,
      blockHeight: input.height,
      exclude: { pairs },
      overlay: { ownChannels: ownChannels(input.local_bandwidth_msat ?? {}) },
    };
    return { snapshot, request, result: findRoute(snapshot, request) };
  }

  /** The route in the vector's terms, channels apart: any of a pair may be named. */
  function routeOf({ result, request }: ReturnType<typeof ask>, input: Input) {
    if (result.kind === 'no_route') throw new Error(result.message);
    expect(result.proven).toBe(true);
    const route = buildRoute(result.path, {
      paymentAddr: new Uint8Array(32),
      blockHeight: input.height,
      finalCltvDelta: request.finalCltvDelta!,
    });
    const amounts = {
      total_amt_msat: Number(route.totalAmtMsat),
      total_fees_msat: Number(route.totalFeesMsat),
      total_time_lock: route.totalTimeLock,
      hops: route.hops.map((hop) => ({
        pub_key: hop.pubKey,
        amt_to_forward_msat: Number(hop.amtToForwardMsat),
        fee_msat: Number(hop.feeMsat),
        expiry: hop.expiry,
      })),
    };
    return { route, amounts };
  }

  const amountsOf = ({ hops, ...totals }: Expected) => ({
    ...totals,
    hops: hops.map(({ chan_id, pub_key, ...amounts }) => ({
      ...amounts,
      pub_key: nodeIdOf(pub_key),
    })),
  });

  /** All ways to pick one channel of each pair that the route passes. */
  function everySibling(input: Input): number[][] {
    const way = [input.source, ...input.hops];
    return input.hops.reduce<number[][]>(
      (ways, to, i) => {
        const ends = [way[i]!, to];
        const pair = channelsOfGraph(input.graph).filter(
          ({ node_a, node_b }) => ends.includes(node_a) && ends.includes(node_b),
        );
        return ways.flatMap((before) => pair.map(({ chan_id }) => [...before, chan_id]));
      },
      [[]],
    );
  }

  const routed = vectors.filter((v) => v.expected.error === undefined);

  it('covers all vectors', () => {
    expect(vectors).toHaveLength(5);
    expect(routed).toHaveLength(4);
  });

  it.each(routed.map((v) => [v.id, v] as const))(
    '%s has the same amounts and expiries, over whichever siblings',
    (_, v) => {
      const delivered = v.expected.hops.at(-1)!.amt_to_forward_msat;
      const asked = ask(v.input, BigInt(delivered));
      const { route, amounts } = routeOf(asked, v.input);
      expect(amounts).toEqual(amountsOf(v.expected));
      const ways = everySibling(v.input);
      expect(ways).toContainEqual(v.expected.hops.map(({ chan_id }) => chan_id));
      expect(ways).toContainEqual(route.hops.map((hop) => Number(hop.chanId)));
      for (const way of ways) {
        const at = { ...asked, height: v.input.height };
        expect(refusals(over(route, way), at), `over ${way}`).toEqual([]);
      }
    },
  );

  it('build_route_bz_min: the least that can be routed is what lnd takes for no amount', () => {
    const { input } = byId('build_route_bz_min');
    expect(input.amt_msat).toBeNull();
    expect(ask(input, 20_000n).result.kind).toBe('route');
    expect(ask(input, 19_999n).result.kind).toBe('no_route');
  });

  it('build_route_df_min_inbound: lnd takes 1 msat more than the least, by rounding forwards', () => {
    const { input, expected } = byId('build_route_df_min_inbound');
    expect([input.amt_msat, expected.hops.at(-1)!.amt_to_forward_msat]).toEqual([null, 20_001]);
    const { amounts } = routeOf(ask(input, 20_000n), input);
    expect(amounts).toMatchObject({ total_amt_msat: 20_179, total_fees_msat: 179 });
    expect(ask(input, 19_999n).result.kind).toBe('no_route');
  });

  it('build_route_unknown_dest: an unknown node is refused by name', () => {
    const { input } = byId('build_route_unknown_dest');
    const { result } = ask(input, 1000n);
    expect(result).toMatchObject({ reason: { code: 'unknown_node', nodeId: nodeIdOf('y') } });
  });
});
