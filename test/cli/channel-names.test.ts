import { describe, expect, it } from 'vitest';
import { resolveSelection } from '../../src/cli/channel-names.ts';
import { UsageError } from '../../src/cli/exit-codes.ts';
import type { OwnChannel } from '../../src/ports.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { nodeIdOf } from '../graph/make-graph.ts';
import { ownChannel } from '../own-channel.ts';

const channel = (id: string, peer: string, peerAlias: string): OwnChannel =>
  ownChannel({ id, peer: nodeIdOf(peer), peerAlias });

const CHANNELS = [
  channel('700000x1x0', 'a', 'Alice'),
  channel('700000x2x0', 'a', 'Alice'),
  channel('1337', 'b', '42'),
  channel('700000x4x0', 'c', '1337'),
  channel('700000x5x0', 'd', ''),
  channel('700000x6x0', 'e', 'twin'),
  channel('700000x7x0', 'f', 'TWIN'),
];
const decimal = (text: string): string => parseChannelId(text);
const resolve = (...names: string[]) => resolveSelection({ option: '--to', names }, CHANNELS);

describe('resolveSelection', () => {
  it('takes ids in both forms, keys and aliases, each channel once', () => {
    expect(resolve('700000x1x0', decimal('700000x1x0'))).toEqual([decimal('700000x1x0')]);
    expect(resolve(nodeIdOf('a').toUpperCase())).toHaveLength(2);
    expect(resolve('ALICE', '700000x2x0')).toHaveLength(2);
  });

  it('takes the id that the graph has for a channel which the node lists under another', () => {
    const listed = channel('16000000x1x2', 'a', 'Alice');
    const announced = parseChannelId('700000x8x0');
    const resolved = resolveSelection({ option: '--to', names: ['700000x8x0'] }, [
      ...CHANNELS,
      { ...listed, graphChannelId: announced },
    ]);
    expect(resolved).toEqual([listed.channelId]);
  });

  it('takes a number for a channel of ours first, and else for an alias', () => {
    expect(resolve('1337')).toEqual(['1337']);
    expect(resolve('42')).toEqual(['1337']);
  });

  it.each<[string, RegExp]>([
    ['', /^--to is empty/],
    ['  ', /^--to is empty/],
    [
      'zoe',
      /^--to: "zoe" is no channel id, no node key and no alias of a peer; `ballast plan` lists our/,
    ],
    ['Alcie', /no alias of a peer \(did you mean Alice\?\); `ballast plan` lists/],
    ['999', /^--to: channel 999 is not one of ours, or has closed, and no peer goes by that alias/],
    [nodeIdOf('z'), /^--to: we have no channel with peer 0/],
    ['twin', /^--to: 2 peers go by the alias "twin"; give a key: 0/],
  ])('refuses %j', (name, message) => {
    expect(() => resolve('Alice', name)).toThrow(UsageError);
    expect(() => resolve('Alice', name)).toThrow(message);
  });
});
