import { describe, expect, it } from 'vitest';
import { channelSettings } from '../../src/planner/channel-settings.ts';
import { type PlanRequest, PlanRequestError } from '../../src/planner/rebalance-plan-request.ts';
import { nodeIdOf } from '../graph/make-graph.ts';
import { ownChannel } from '../own-channel.ts';

const CHANNELS = [
  ownChannel({ id: '700000x1x0', peer: nodeIdOf(1), peerAlias: 'Hub' }),
  ownChannel({ id: '700000x2x0', peer: nodeIdOf(1), peerAlias: 'Hub' }),
  ownChannel({ id: '700000x3x0', peer: nodeIdOf(2), peerAlias: 'shop' }),
  ownChannel({ id: '700000x4x0', peer: nodeIdOf(3), peerAlias: '' }),
];

function settings(request: PlanRequest) {
  const { of, unknownNames } = channelSettings(CHANNELS, request);
  const all = CHANNELS.map(({ channelId }) => of.get(channelId)!);
  return { all, unknownNames };
}

const sources = (request: PlanRequest): number[] =>
  settings(request).all.flatMap(({ maySource }, i) => (maySource ? [i] : []));

describe('settings of a channel', () => {
  it('are the defaults, then those for all, then each rule in turn, one by one', () => {
    const { all } = settings({
      settings: { maxFeePpm: 300, minRatio: 0.1 },
      rules: [
        { channels: 'hub', maxFeePpm: 500, maxRatio: 0.8 },
        { channels: '700000x2x0', maxFeePpm: 600 },
      ],
    });
    expect(all.map(({ maxFeePpm }) => maxFeePpm)).toEqual([500, 600, 300, 300]);
    expect(all.map(({ maxRatio }) => maxRatio)).toEqual([0.8, 0.8, 1, 1]);
    expect(all[3]).toMatchObject({ targetRatio: 0.5, minRatio: 0.1, coolDownMs: 86_400_000 });
  });

  it('are not undone by a rule that leaves them undefined', () => {
    const rules = [{ channels: 'hub', minRatio: undefined }] as never;
    expect(settings({ settings: { minRatio: 0.2 }, rules }).all[0]?.minRatio).toBe(0.2);
  });

  it('go by id in either form, node id, alias and tag, and tags of tags', () => {
    expect(sources({ include: String((700_000n << 40n) | (3n << 16n)) })).toEqual([2]);
    expect(sources({ include: nodeIdOf(1).toUpperCase() })).toEqual([0, 1]);
    expect(sources({ include: [' SHOP '] })).toEqual([2]);
    const tags = { big: ['hub'], all: ['big', 'shop'] };
    expect(sources({ tags, include: 'all' })).toEqual([0, 1, 2]);
    expect(sources({ tags, sources: 'all', exclude: 'big' })).toEqual([2]);
  });

  it('say what a channel may be', () => {
    const { all } = settings({
      rules: [
        { channels: 'hub', use: 'source' },
        { channels: 'shop', use: 'none' },
      ],
      targets: ['hub', nodeIdOf(3)],
    });
    expect(all.map(({ maySource }) => maySource)).toEqual([true, true, false, true]);
    expect(all.map(({ mayTarget }) => mayTarget)).toEqual([false, false, false, true]);
  });

  it('list names of nothing', () => {
    expect(settings({ exclude: ['hub', 'gone'], rules: [{ channels: '1x1x1' }] })).toMatchObject({
      unknownNames: ['1x1x1', 'gone'],
    });
  });
});

describe('settings that cannot be meant', () => {
  it.each([
    [{ include: 'gone' }, 'include names no channel of ours: "gone"'],
    [{ targets: [] }, 'targets names no channel of ours: the list is empty'],
    [{ tags: { a: 'b', b: 'a' }, exclude: 'a' }, 'tags: "a" stands for itself (a -> b -> a)'],
    [
      { settings: { minRatio: 0.6 }, rules: [{ channels: 'shop', maxRatio: 0.5 }] },
      'its minRatio 0.6 lies above its maxRatio 0.5',
    ],
  ] satisfies [PlanRequest, string][])('%j', (request, message) => {
    expect(() => settings(request)).toThrow(PlanRequestError);
    expect(() => settings(request)).toThrow(message);
  });

  it('two peers by one alias', () => {
    const twins = [1, 2].map((n) =>
      ownChannel({ id: `${n}x1x1`, peer: nodeIdOf(n), peerAlias: 'x' }),
    );
    expect(() => channelSettings(twins, { exclude: 'X' })).toThrow(
      `exclude: 2 peers go by the alias "X"; give a node id: ${nodeIdOf(1)}, ${nodeIdOf(2)}`,
    );
  });
});
