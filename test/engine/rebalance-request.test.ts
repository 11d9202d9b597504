import { describe, expect, test } from 'vitest';
import {
  probeTerms,
  type RebalanceRequest,
  RebalanceRequestError,
  resolveTerms,
} from '../../src/engine/rebalance-request.ts';
import type { OwnChannel } from '../../src/ports.ts';
import { type ChannelId, parseChannelId } from '../../src/units/ids.ts';
import { EVERY_CAPABILITY } from '../capabilities.ts';
import { nodeIdOf } from '../graph/make-graph.ts';
import { ownChannel } from '../own-channel.ts';

const base: RebalanceRequest = { from: '10', to: '20', amountMsat: 1_000_000n, maxFeePpm: 100 };

const channelTo = (id: string, peer: number): OwnChannel =>
  ownChannel({ id, peer: nodeIdOf(peer) });

const ours = {
  rebalanceId: 'r',
  self: nodeIdOf(9),
  holdExpiryBlocks: 18,
  attemptCost: { attemptCostMsat: 10_000n, attemptCostPpm: 20 },
  channels: [channelTo('10', 1), channelTo('11', 1), channelTo('812345x678x1', 2)],
  capabilities: EVERY_CAPABILITY,
};
const big: ChannelId = parseChannelId('812345x678x1');

describe('requests that do not fit our channels', () => {
  const unresolvable: readonly [string, Partial<RebalanceRequest>, RegExp][] = [
    ['a channel that is not ours', { from: '99' }, /channel 99 is not one of ours/],
    ['a peer without a channel', { to: nodeIdOf(3) }, /no channel with peer 02/],
    ['something that is neither', { to: 'alice' }, /"alice" is neither/],
    ['an empty list', { from: [] }, /`from` is empty/],
    ['one channel both ways', { from: '10', to: '10' }, /leave and return over the same channel/],
  ];
  test.each(unresolvable)('%s', (_, fields, message) => {
    const resolve = () => resolveTerms({ ...base, ...fields }, ours);
    expect(resolve).toThrow(RebalanceRequestError);
    expect(resolve).toThrow(message);
  });

  test('a node without channels', () => {
    expect(() => resolveTerms(base, { ...ours, channels: [] })).toThrow(/no channels/);
  });
});

describe('terms', () => {
  const resolve = (fields: Partial<RebalanceRequest>) => {
    return resolveTerms({ ...base, ...fields }, ours);
  };

  test('channels by either form of id, peers, and all by default', () => {
    expect(resolve({ from: nodeIdOf(1), to: '812345x678x1' })).toMatchObject({
      outChannels: ['10', '11'],
      inChannels: [big],
    });
    expect(resolve({ from: [nodeIdOf(1), '11', big], to: big }).outChannels).toEqual([
      '10',
      '11',
      big,
    ]);
    const { from: _, ...noFrom } = base;
    expect(resolveTerms({ ...noFrom, to: big }, ours).outChannels).toEqual(['10', '11', big]);
  });

  test('a channel by the id that the graph has it under, where the node lists it under another', () => {
    const channels = [
      { ...channelTo('10', 1), graphChannelId: big },
      { ...channelTo('20', 2), graphChannelId: parseChannelId('21') },
    ];
    for (const [from, to] of [
      ['812345x678x1', '21'],
      ['10', '20'],
      [big, nodeIdOf(2)],
    ] as const) {
      const terms = resolveTerms({ ...base, from, to }, { ...ours, channels });
      expect(terms).toMatchObject({ outChannels: ['10'], inChannels: ['20'] });
    }
  });

  test('strict arrival asks for a little more than the node needs to give a held payment back', () => {
    expect(resolve({ to: big, arrival: 'strict' })).toMatchObject({
      invoiceCltvDelta: 28,
      finalCltvDelta: 31,
    });
    // One of two channels with the same peer: what comes might come over the other.
    expect(resolve({ to: '10', from: big })).toMatchObject({ arrival: 'strict' });
    expect(resolve({ to: nodeIdOf(1), from: big })).toMatchObject({ arrival: 'report' });
    const older = { ...ours, holdExpiryBlocks: 12 };
    expect(resolveTerms({ ...base, to: '10', from: big }, older).invoiceCltvDelta).toBe(24);
  });

  test('defaults', () => {
    expect(resolve({ to: big })).toEqual({
      rebalanceId: 'r',
      self: nodeIdOf(9),
      outChannels: ['10'],
      inChannels: [big],
      amountMsat: 1_000_000n,
      minAmountMsat: 1_000_000n,
      totalMsat: null,
      maxFeePpm: 100,
      maxCltvBlocks: 2016,
      maxAttempts: 20,
      exclude: {},
      arrival: 'report',
      probe: false,
      dryRun: false,
      invoiceCltvDelta: 40,
      finalCltvDelta: 43,
      attemptCostMsat: 10_000n,
      attemptCostPpm: 20,
      minProbability: 0.01,
      invoiceExpirySeconds: 660,
    });
  });
});

describe('nodes that cannot do everything', () => {
  const cannotHold = {
    ...ours,
    capabilities: {
      ...EVERY_CAPABILITY,
      holdInvoices: false,
      reasons: { holdInvoices: 'it holds nothing; ask for report' },
    },
  };
  const cannotSend = {
    ...ours,
    capabilities: {
      ...EVERY_CAPABILITY,
      sendToRoute: false,
      reasons: { sendToRoute: 'it chooses routes by itself' },
    },
  };

  test('strict arrival is refused with the reason, and not taken for granted where none is asked for', () => {
    const strict = () => resolveTerms({ ...base, to: big, arrival: 'strict' }, cannotHold);
    expect(strict).toThrow(RebalanceRequestError);
    expect(strict).toThrow(/strict.*it holds nothing; ask for report/);
    // It might come over the other channel of the same peer; with a node that can hold, that is strict.
    const stray = { ...base, from: big, to: '10' };
    expect(resolveTerms(stray, ours).arrival).toBe('strict');
    expect(resolveTerms(stray, cannotHold).arrival).toBe('report');
  });

  test('a rebalance and a probe are refused where nothing can be sent, a dry run is not', () => {
    const request = { ...base, to: big };
    expect(() => resolveTerms(request, cannotSend)).toThrow(/it chooses routes by itself/);
    expect(() => probeTerms(request, cannotSend)).toThrow(/it chooses routes by itself/);
    expect(resolveTerms({ ...request, dryRun: true }, cannotSend).dryRun).toBe(true);
  });
});
