import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type GraphCandidate,
  type ListedLdkChannel,
  mapChannels,
} from '../../../src/node/ldk-server/channel-map.ts';
import { type ChannelId, type NodeId, parseChannelId } from '../../../src/units/ids.ts';

const [alice, bob] = ['02', '03'].map((prefix) => `${prefix}${'ab'.repeat(32)}` as NodeId) as [
  NodeId,
  NodeId,
];

const own = (given: Partial<ListedLdkChannel> = {}): ListedLdkChannel => ({
  userChannelId: '1',
  peer: alice,
  capacitySat: 1_000_000n,
  fundingIndex: 0,
  announced: true,
  ready: true,
  ...given,
});

const seen = (id: string, given: Partial<GraphCandidate> = {}): GraphCandidate => ({
  channelId: parseChannelId(id),
  peer: alice,
  capacitySat: 1_000_000n,
  ...given,
});

const mapped = (id: string) => ({ kind: 'mapped', channelId: parseChannelId(id) });

describe('a channel without a short channel id', () => {
  it('is the one with the same peer, capacity and output', () => {
    const graph = [
      seen('1x1x1'),
      seen('1x2x0', { peer: bob }),
      seen('1x3x0', { capacitySat: 999_999n }),
      seen('1x4x0'),
    ];
    expect(mapChannels([own()], graph)).toEqual([mapped('1x4x0')]);
  });

  it('is ambiguous where the graph has two like it', () => {
    const candidates = ['1x1x0', '1x2x0'].map(parseChannelId);
    expect(mapChannels([own()], [seen('1x1x0'), seen('1x2x0')])).toEqual([
      { kind: 'ambiguous', candidates },
    ]);
  });

  it('is ambiguous where two of ours are like one of the graph`s', () => {
    const candidates = [parseChannelId('1x1x0')];
    expect(mapChannels([own(), own({ userChannelId: '2' })], [seen('1x1x0')])).toEqual([
      { kind: 'ambiguous', candidates },
      { kind: 'ambiguous', candidates },
    ]);
  });

  it('goes by peer and output where the graph tells no capacity, if that is enough', () => {
    const graph = [seen('1x1x0', { capacitySat: null }), seen('1x2x1', { capacitySat: null })];
    expect(mapChannels([own(), own({ fundingIndex: 1 })], graph)).toEqual([
      mapped('1x1x0'),
      mapped('1x2x1'),
    ]);
    const same = [seen('1x1x0', { capacitySat: null }), seen('1x2x0', { capacitySat: null })];
    expect(mapChannels([own()], same)).toMatchObject([{ kind: 'ambiguous' }]);
  });

  it('is unknown while it is private, unconfirmed, or not seen, and takes no place from another', () => {
    const listed = [
      own({ announced: false }),
      own({ ready: false }),
      own({ fundingIndex: null }),
      own({ peer: bob }),
      own(),
    ];
    expect(mapChannels(listed, [seen('1x1x0')])).toEqual([
      { kind: 'unknown', why: 'private' },
      { kind: 'unknown', why: 'unconfirmed' },
      { kind: 'unknown', why: 'unconfirmed' },
      { kind: 'unknown', why: 'not_seen' },
      mapped('1x1x0'),
    ]);
  });
});

it('is never mapped to a channel that it is not, whatever else looks like it', () => {
  const channel = fc.record({
    block: fc.integer({ min: 1, max: 9_999 }),
    output: fc.integer({ min: 0, max: 1 }),
    peer: fc.constantFrom(alice, bob),
    capacitySat: fc.constantFrom(1_000_000n, 2_000_000n),
    tellsCapacity: fc.boolean(),
    inGraph: fc.boolean(),
    listed: fc.boolean(),
  });
  const channels = fc.uniqueArray(channel, { maxLength: 8, selector: ({ block }) => block });
  let mappedCount = 0;
  fc.assert(
    fc.property(channels, (all) => {
      const idOf = ({ block, output }: (typeof all)[number]): ChannelId =>
        parseChannelId(`${block}x1x${output}`);
      const listed = all.filter((one) => one.listed);
      const graph = all
        .filter((one) => one.inGraph)
        .map((one) => ({
          channelId: idOf(one),
          peer: one.peer,
          capacitySat: one.tellsCapacity ? one.capacitySat : null,
        }));
      const mappings = mapChannels(
        listed.map((one) =>
          own({ peer: one.peer, capacitySat: one.capacitySat, fundingIndex: one.output }),
        ),
        graph,
      );
      const taken = new Set<ChannelId>();
      mappings.forEach((mapping, i) => {
        const truth = listed[i]!;
        if (mapping.kind !== 'mapped') return;
        mappedCount++;
        expect(taken.has(mapping.channelId)).toBe(false);
        taken.add(mapping.channelId);
        // One that the graph lacks may be mistaken for its twin; one that the graph has, never.
        if (truth.inGraph) expect(mapping.channelId).toBe(idOf(truth));
      });
    }),
    { seed: 20_261_121, numRuns: 2_000 },
  );
  expect(mappedCount).toBeGreaterThan(1_000);
});
