import { describe, expect, test } from 'vitest';
import {
  assertRequest,
  type RebalanceRequest,
  RebalanceRequestError,
  resolveTerms,
} from '../../src/engine/rebalance-request.ts';
import type { OwnChannel } from '../../src/ports.ts';
import { type ChannelId, parseChannelId } from '../../src/units/ids.ts';
import { nodeIdOf } from '../graph/make-graph.ts';

const base: RebalanceRequest = { from: '10', to: '20', amountMsat: 1_000_000n, maxFeePpm: 100 };

function ownChannel(id: string, peer: number): OwnChannel {
  const channelId = parseChannelId(id);
  return {
    channelId,
    inboundChannelId: channelId,
    peer: nodeIdOf(peer),
    peerAlias: '',
    capacitySat: 1n,
    localBalanceSat: 1n,
    remoteBalanceSat: 1n,
    spendableMsat: 1n,
    receivableMsat: 1n,
    active: true,
    private: false,
  };
}

const ours = {
  rebalanceId: 'r',
  self: nodeIdOf(9),
  channels: [ownChannel('10', 1), ownChannel('11', 1), ownChannel('812345x678x1', 2)],
};
const big: ChannelId = parseChannelId('812345x678x1');

describe('requests that cannot be meant', () => {
  const refusals: readonly [string, Partial<Record<keyof RebalanceRequest, unknown>>, RegExp][] = [
    ['no channels at all', { from: undefined, to: undefined }, /`from`, `to` or both/],
    ['no amount', { amountMsat: 0n }, /must be positive/],
    ['a negative amount', { amountMsat: -1n }, /must be positive/],
    ['an amount that is no bigint', { amountMsat: 1000 }, /bigint of msat/],
    ['an amount beyond exact arithmetic', { amountMsat: 2n ** 52n + 1n }, /at most/],
    ['a minimum above the amount', { minAmountMsat: 2_000_000n }, /minAmountMsat/],
    ['a minimum of nothing', { minAmountMsat: 0n }, /minAmountMsat/],
    ['no fee limit', { maxFeePpm: undefined }, /maxFeeMsat or maxFeePpm/],
    ['a negative fee limit', { maxFeeMsat: -1n }, /maxFeeMsat/],
    ['a fee rate that is no number', { maxFeePpm: Number.NaN }, /maxFeePpm/],
    ['no attempts', { maxAttempts: 0 }, /maxAttempts/],
    ['half an attempt', { maxAttempts: 1.5 }, /maxAttempts/],
    ['a deadline in the past', { deadlineMs: 0 }, /deadlineMs/],
    ['a deadline beyond what timers know', { deadlineMs: 2 ** 31 }, /deadlineMs/],
    ['a time lock that the receiver alone needs', { maxCltvBlocks: 43 }, /maxCltvBlocks/],
    ['a time lock that the node refuses', { maxCltvBlocks: 2017 }, /maxCltvBlocks/],
  ];
  test.each(refusals)('%s', (_, fields, message) => {
    const request = { ...base, ...fields } as RebalanceRequest;
    expect(() => assertRequest(request)).toThrow(RebalanceRequestError);
    expect(() => assertRequest(request)).toThrow(message);
  });

  const unresolvable: readonly [string, Partial<RebalanceRequest>, RegExp][] = [
    ['a channel that is not ours', { from: '99' }, /channel 99 is not one of ours/],
    ['a peer without a channel', { to: nodeIdOf(3) }, /no channel with peer 02/],
    ['something that is neither', { to: 'alice' }, /"alice" is neither/],
    ['an empty list', { from: [] }, /`from` is empty/],
    ['one channel both ways', { from: '10', to: '10' }, /leave and return over the same channel/],
  ];
  test.each(unresolvable)('%s', (_, fields, message) => {
    expect(() => resolveTerms({ ...base, ...fields }, ours)).toThrow(message);
  });

  test('a node without channels', () => {
    expect(() => resolveTerms(base, { ...ours, channels: [] })).toThrow(/no channels/);
  });
});

describe('terms', () => {
  const resolve = (fields: Partial<RebalanceRequest>) => {
    const request = { ...base, ...fields };
    assertRequest(request);
    return resolveTerms(request, ours);
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

  test('defaults', () => {
    expect(resolve({ to: big })).toEqual({
      rebalanceId: 'r',
      self: nodeIdOf(9),
      outChannels: ['10'],
      inChannels: [big],
      amountMsat: 1_000_000n,
      minAmountMsat: 1_000_000n,
      maxFeePpm: 100,
      maxCltvBlocks: 2016,
      maxAttempts: 20,
      exclude: {},
      dryRun: false,
      invoiceCltvDelta: 40,
      finalCltvDelta: 43,
      invoiceExpirySeconds: 660,
    });
  });
});
