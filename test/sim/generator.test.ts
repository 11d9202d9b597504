import { describe, expect, it } from 'vitest';
import { NetworkGraph } from '../../src/graph/network-graph.ts';
import { generateNetwork } from '../../src/sim/generator.ts';
import * as shape from '../../src/sim/mainnet-shape.ts';
import type { SimulatedNetwork } from '../../src/sim/network.ts';

const sortedAt = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))]!;

function degreesOf(network: SimulatedNetwork): Map<string, number> {
  const degrees = new Map<string, number>();
  for (const { node1, node2 } of network.description().channels) {
    for (const node of [node1, node2]) degrees.set(node, (degrees.get(node) ?? 0) + 1);
  }
  return degrees;
}

function componentOf(network: SimulatedNetwork): number {
  const next = new Map<string, string[]>();
  for (const { node1, node2 } of network.description().channels) {
    next.set(node1, [...(next.get(node1) ?? []), node2]);
    next.set(node2, [...(next.get(node2) ?? []), node1]);
  }
  const reached = new Set<string>([network.nodeIds()[0]!]);
  for (const node of reached) for (const peer of next.get(node) ?? []) reached.add(peer);
  return reached.size;
}

describe('a generated network of 3,000 nodes', () => {
  const network = generateNetwork({ nodes: 3000, seed: 'shape' });
  const { channels } = network.description();
  const policies = channels.flatMap(({ policy1, policy2 }) => [policy1!, policy2!]);
  const columns: [string, number[], shape.QuantileTable][] = [
    ['degree', [...degreesOf(network).values()], shape.DEGREE],
    ['capacity', channels.map(({ capacitySat }) => Number(capacitySat)), shape.CAPACITY_SAT],
    ['ppm', policies.map(({ feeRatePpm }) => feeRatePpm), shape.FEE_RATE_PPM],
  ];

  it.each(columns)(
    'has the %s of the real network at median and 90th percentile',
    (_, values, table) => {
      for (const share of [0.5, 0.9]) {
        const real = shape.valueAt(table, share);
        expect(sortedAt(values, share)).toBeGreaterThanOrEqual(real * 0.9);
        expect(sortedAt(values, share)).toBeLessThanOrEqual(real * 1.1);
      }
    },
  );

  it('has its hubs, in one piece, with few parallel channels', () => {
    const largest = Math.max(...degreesOf(network).values());
    expect(largest).toBeGreaterThan(300);
    expect(largest).toBeLessThanOrEqual(Math.round(3000 * shape.MAX_DEGREE_SHARE));
    expect(componentOf(network)).toBe(3000);
    const pairs = new Set(channels.map(({ node1, node2 }) => node1 + node2));
    expect(pairs.size / channels.length).toBeGreaterThan(0.8);
  });

  it('has discounts and one-way channels in their shares', () => {
    const share = (count: number) => count / channels.length;
    const discounts = policies.filter(({ inboundFeeRatePpm }) => inboundFeeRatePpm < 0).length;
    const disabled = policies.filter((policy) => policy.disabled).length;
    expect(share(discounts)).toBeCloseTo(shape.INBOUND_DISCOUNT_SHARE, 1);
    expect(share(disabled)).toBeCloseTo(shape.ONE_WAY_SHARE, 1);
    expect(policies.every(({ inboundFeeRatePpm }) => inboundFeeRatePpm <= 0)).toBe(true);
  });

  it('gives larger nodes larger channels', () => {
    const degrees = degreesOf(network);
    const capacities = (large: boolean) =>
      channels
        .filter(
          ({ node1, node2 }) => Math.min(degrees.get(node1)!, degrees.get(node2)!) >= 20 === large,
        )
        .map(({ capacitySat }) => Number(capacitySat));
    expect(sortedAt(capacities(true), 0.5)).toBeGreaterThan(2 * sortedAt(capacities(false), 0.5));
  });

  it('is a graph that the loader takes without a complaint', () => {
    const { graph, rejected } = NetworkGraph.fromDescription(network.description());
    expect(rejected).toEqual([]);
    expect(graph.snapshot().channelCount).toBe(channels.length);
  });
});

describe('any size', () => {
  it.each([3, 4, 5, 10, 49, 50, 200])('%s nodes are connected and have a circle', (nodes) => {
    const network = generateNetwork({ nodes, seed: nodes });
    expect(componentOf(network)).toBe(nodes);
    expect(network.description().channels.length).toBeGreaterThanOrEqual(nodes);
  });

  it('20,000 nodes', () => {
    expect(generateNetwork({ nodes: 20_000, seed: 1 }).nodeIds()).toHaveLength(20_000);
  });

  it.each([2, 20_001, 3.5])('%s nodes are refused', (nodes) => {
    expect(() => generateNetwork({ nodes, seed: 1 })).toThrow(RangeError);
  });

  it('depends on the seed alone', () => {
    const make = (seed: number) => generateNetwork({ nodes: 60, seed });
    expect(make(1).description()).toEqual(make(1).description());
    expect(make(1).description()).not.toEqual(make(2).description());
    const channelId = make(1).description().channels[0]!.channelId;
    expect(make(1).balances(channelId)).toEqual(make(1).balances(channelId));
  });
});
