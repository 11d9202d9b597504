import { describe, expect, it } from 'vitest';
import { watchedPeers } from '../../src/interceptor/watched-peers.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { type GroundChanges, ground, IN, OUT, SIBLING, SINK } from './any-forward.ts';

function watchOf(changes: GroundChanges = {}) {
  const { links, terms } = ground(changes);
  return watchedPeers(links, terms).find(({ peer }) => peer === SINK);
}

describe('watchedPeers', () => {
  it('asks about what comes close to the largest that passes, by all names of all channels', () => {
    const alias = parseChannelId('16000000x1x1');
    expect(watchOf({ channels: { [OUT]: { aliases: [alias] } } })).toEqual({
      peer: SINK,
      channelIds: [OUT, alias, SIBLING],
      fromMsat: 36_000_000n,
    });
    const channels = { [SIBLING]: { active: true, spendableMsat: 500_000_000n } };
    expect(watchOf({ channels })?.fromMsat).toBe(450_000_000n);
  });

  it('does not ask about what cannot pay for a rebalance', () => {
    const channels = { [OUT]: { spendableMsat: 0n } };
    // 1,000 msat of base and 1,000 ppm: above 2,000,000 msat it earns more than 3,000.
    const dear = watchOf({ channels, terms: { minGainMsat: 3000n } });
    expect(dear?.fromMsat).toBe(2_001_000n);
    const free = {
      [OUT]: { feeBaseMsat: 0n, feeRatePpm: 0 },
      [SIBLING]: { feeBaseMsat: 0n, feeRatePpm: 0 },
    };
    expect(watchOf({ channels, policies: free })).toBeUndefined();
  });

  it('leaves out peers that are offline, or are to be left alone', () => {
    expect(watchOf({ channels: { [OUT]: { active: false } } })).toBeUndefined();
    expect(watchOf({ terms: { leaveOut: new Set([OUT, SIBLING]) } })).toBeUndefined();
    expect(watchOf({ terms: { leaveOut: new Set([IN]) } })).toBeDefined();
  });
});
