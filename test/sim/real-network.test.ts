import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readDescribeGraph } from '../../src/graph/parse-describe-graph.ts';
import { SimulatedNetwork } from '../../src/sim/network.ts';
import { mainnetFile } from '../shared-files.ts';

const file = mainnetFile();

describe.skipIf(file === undefined)('the real network', () => {
  const description = readDescribeGraph(
    file === undefined ? { nodes: [], edges: [] } : gunzipSync(readFileSync(file)).toString(),
  );

  it('loads whole, with hidden balances from the seed', () => {
    const network = SimulatedNetwork.fromDescription(description, { seed: 7 });
    expect(network.nodeIds()).toHaveLength(description.nodes.length);
    const announced = network.description();
    expect(announced.channels).toHaveLength(description.channels.length);
    const policies = announced.channels.flatMap(({ policy1, policy2 }) => [policy1, policy2]);
    const described = description.channels.flatMap(({ policy1, policy2 }) => [policy1, policy2]);
    const known = (list: readonly unknown[]) => list.filter((policy) => policy !== null).length;
    expect(known(policies)).toBe(known(described));
    const capacitySat = description.channels.reduce(
      (sum, channel) => sum + channel.capacitySat,
      0n,
    );
    expect(network.totalMsat()).toBe(capacitySat * 1000n);

    const ids = description.channels.slice(0, 2000).map(({ channelId }) => channelId);
    const shares = (seed: number) => {
      const other = SimulatedNetwork.fromDescription(description, { seed });
      return ids.map((channelId) => other.balances(channelId));
    };
    expect(shares(7)).toEqual(ids.map((channelId) => network.balances(channelId)));
    expect(shares(8)).not.toEqual(shares(7));
  });
});
