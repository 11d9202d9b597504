import { describe, expect, it } from 'vitest';
import { buildRoute } from '../../src/pathfinder/build-route.ts';
import { type PathChannel, pricePath, repricePath } from '../../src/pathfinder/price-path.ts';
import { quotePath } from '../../src/pathfinder/quote-path.ts';
import { type ChannelId, parseChannelId } from '../../src/units/ids.ts';
import { nodeIdOf, policyOf } from '../graph/make-graph.ts';
import vectors from '../vectors/routes.json' with { type: 'json' };

interface EdgeVector {
  fee_base_msat: number;
  fee_rate_ppm: number;
  time_lock_delta: number;
  inbound_fee_base_msat?: number;
  inbound_fee_rate_ppm?: number;
}

interface HopVector {
  amt_to_forward_msat: number;
  fee_msat: number;
  expiry: number;
}

/** Edges as lnd's tests give them: `edges[i]` is the policy of the channel into hop i, paid by nobody for i = 0. */
function channelsOf(edges: readonly EdgeVector[]): PathChannel[] {
  return edges.map((edge, i) => ({
    channelId: parseChannelId(String(i + 1)),
    from: nodeIdOf(i),
    to: nodeIdOf(i + 1),
    capacitySat: 0n,
    policy: policyOf({
      feeBaseMsat: BigInt(edge.fee_base_msat),
      feeRatePpm: edge.fee_rate_ppm,
      timeLockDelta: edge.time_lock_delta,
    }),
    inboundFee: {
      inboundFeeBaseMsat: BigInt(edge.inbound_fee_base_msat ?? 0),
      inboundFeeRatePpm: edge.inbound_fee_rate_ppm ?? 0,
    },
  }));
}

const ofKind = (kind: string) =>
  vectors.vectors.filter((v) => v.kind === kind).map((v) => ({ id: v.id, v }));

describe("lnd's route arithmetic", () => {
  it.each(ofKind('new_route'))('$id', ({ v }) => {
    const input = v.input as unknown as {
      height: number;
      final_cltv_delta: number;
      amount_msat: number;
      edges: EdgeVector[];
    };
    const expected = v.expected as unknown as {
      total_amt_msat: number;
      total_fees_msat: number;
      total_time_lock: number;
      hops: HopVector[];
    };
    const finalCltvDelta = input.final_cltv_delta;
    const path = pricePath(channelsOf(input.edges), {
      amountMsat: BigInt(input.amount_msat),
      finalCltvDelta,
    });
    const route = buildRoute(path, {
      paymentAddr: new Uint8Array(32),
      blockHeight: input.height,
      finalCltvDelta,
    });
    expect(Number(route.totalAmtMsat)).toBe(expected.total_amt_msat);
    expect(Number(route.totalFeesMsat)).toBe(expected.total_fees_msat);
    expect(route.totalTimeLock).toBe(expected.total_time_lock);
    expect(
      route.hops.map((hop) => ({
        amt_to_forward_msat: Number(hop.amtToForwardMsat),
        fee_msat: Number(hop.feeMsat),
        expiry: hop.expiry,
      })),
    ).toEqual(
      expected.hops.map(({ amt_to_forward_msat, fee_msat, expiry }) => ({
        amt_to_forward_msat,
        fee_msat,
        expiry,
      })),
    );
  });

  it.each(ofKind('bolt7_example'))('$id', ({ v }) => {
    const input = v.input as unknown as {
      path: string;
      amount_to_receiver_msat: number;
      min_final_cltv_expiry_delta: number;
      shadow_cltv: number;
      node_policies: Record<string, [number, number, number]>;
    };
    const names = input.path.split('->');
    const edges = names.slice(0, -1).map((name) => {
      const [time_lock_delta, fee_base_msat, fee_rate_ppm] = input.node_policies[name]!;
      return { time_lock_delta, fee_base_msat, fee_rate_ppm };
    });
    const { hops } = pricePath(channelsOf(edges), {
      amountMsat: BigInt(input.amount_to_receiver_msat),
      finalCltvDelta: input.min_final_cltv_expiry_delta + input.shadow_cltv,
    });
    const [first, last] = [hops[0]!, hops.at(-1)!];
    expect({
      first_htlc_amount_msat: Number(first.amountInMsat),
      first_htlc_cltv_minus_height: first.cltvInBlocks,
      final_amt_to_forward: Number(last.amountOutMsat),
      final_outgoing_cltv_minus_height: last.cltvOutBlocks,
    }).toEqual(v.expected);
  });

  it.each(ofKind('route_total_fees'))('$id', ({ v }) => {
    const input = v.input as unknown as { total_amt_msat: number; hops_amt_to_forward: number[] };
    const amounts = [input.total_amt_msat, ...input.hops_amt_to_forward];
    const delivered = amounts.at(-1)!;
    // A path whose amounts are those: each hop's base fee is the step between two of them.
    const edges = input.hops_amt_to_forward.map((_amount, i) => ({
      fee_base_msat: i === 0 ? 0 : amounts[i]! - amounts[i + 1]!,
      fee_rate_ppm: 0,
      time_lock_delta: 0,
    }));
    const quote = quotePath(pricePath(channelsOf(edges), { amountMsat: BigInt(delivered) }));
    expect({
      total_fees_msat: Number(quote.feeMsat),
      receiver_amt_msat: Number(quote.amountMsat),
    }).toEqual(v.expected);
  });
});

describe('pricePath', () => {
  const edges = [
    { fee_base_msat: 7, fee_rate_ppm: 7, time_lock_delta: 7 },
    { fee_base_msat: 1000, fee_rate_ppm: 100, time_lock_delta: 40 },
    { fee_base_msat: 0, fee_rate_ppm: 250, time_lock_delta: 80, inbound_fee_base_msat: -900 },
  ];

  it('ignores the inbound fee of the receiver and pads the final delta to 43 blocks', () => {
    const { hops } = pricePath(channelsOf(edges), { amountMsat: 1_000_000n });
    expect(hops.map((h) => h.amountInMsat)).toEqual([1_001_350n, 1_000_250n, 1_000_000n]);
    expect(hops.map((h) => h.cltvInBlocks)).toEqual([163, 123, 43]);
    expect(hops[0]!.cltvInBlocks).toBe(hops[0]!.cltvOutBlocks + 40);
  });

  it("raises an amount to a channel's minimum, but never the delivered one", () => {
    const channels = channelsOf(edges).map((channel, i) =>
      i === 1 ? { ...channel, policy: policyOf({ minHtlcMsat: 2_000_000n }) } : channel,
    );
    const { hops } = pricePath(channels, { amountMsat: 1_000_000n });
    expect(hops[1]!.amountInMsat).toBe(2_000_000n);
    expect(hops[2]!.amountInMsat).toBe(1_000_000n);
  });

  it('refuses no channels, gaps, and a later channel without a policy', () => {
    const [one, two, three] = channelsOf(edges);
    const terms = { amountMsat: 1n };
    expect(() => pricePath([], terms)).toThrow(/at least one channel/);
    expect(() => pricePath([one!, three!], terms)).toThrow(/does not continue/);
    expect(() => pricePath([one!, { ...two!, policy: null }], terms)).toThrow(/no policy/);
  });

  it('prices the same channels anew with newer policies on either side', () => {
    const path = pricePath(channelsOf(edges), { amountMsat: 1_000_000n });
    const repriced = repricePath(path, {
      amountMsat: 1_000_000n,
      policies: [
        { channelId: '2' as ChannelId, from: nodeIdOf(1), policy: policyOf({ feeBaseMsat: 5n }) },
        // The second node's own policy for the channel it receives on: its discount pairs with its outbound fee.
        {
          channelId: '2' as ChannelId,
          from: nodeIdOf(2),
          policy: policyOf({ inboundFeeBaseMsat: -100n }),
        },
      ],
    });
    expect(repriced.hops.map((h) => h.amountInMsat)).toEqual([1_000_155n, 1_000_150n, 1_000_000n]);
  });
});
