import { expect, it } from 'vitest';
import { type EndChannel, EndChannels } from '../../../src/pathfinder/search/end-channels.ts';
import { allocateEdges } from '../../../src/pathfinder/view/edge-terms.ts';

const channel = (node: number, weight: number): EndChannel => ({
  ...{ node, peer: node, edge: 0, terms: allocateEdges(1), direction: 2 * node },
  ...{ priceMsat: weight, weight, direct: false },
});

it('searches do not begin over a channel of infinite price', () => {
  const never = Number.POSITIVE_INFINITY;
  const ends = EndChannels.of([channel(1, never), channel(2, 7), channel(3, never), channel(3, 5)]);
  expect([ends.nodes, ends.weights]).toEqual([
    [3, 2],
    [5, 7],
  ]);
  expect(EndChannels.of([channel(1, never)]).nodes).toEqual([]);
});
