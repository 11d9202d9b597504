import { describe, expect, it } from 'vitest';
import { LedgerChannels } from '../../src/planner/ledger-channels.ts';
import { listedIds } from '../../src/planner/listed-ids.ts';
import { parseNodeId } from '../../src/units/ids.ts';
import { ownChannel } from '../own-channel.ts';
import { channel } from './htlc-stories.ts';

const peer = (n: number) => parseNodeId(`02${n.toString(16).padStart(64, '0')}`);

/** Listed as 1; 11 in the graph; 21 and 22 are our aliases for it, 31 is the peer's. */
const zeroConf = ownChannel({
  channelId: channel(1),
  graphChannelId: channel(11),
  aliases: [channel(21), channel(22)],
  inboundChannelId: channel(31),
  peer: peer(0xa),
});
/** Its peer has chosen an id of the other channel for its own alias. */
const posing = (n: number) =>
  ownChannel({
    channelId: channel(2),
    graphChannelId: channel(2),
    inboundChannelId: channel(n),
    peer: peer(0xb),
  });

describe('the listed id', () => {
  it('is found by any of the ids that a channel goes by', () => {
    const listed = listedIds([zeroConf]);
    for (const n of [1, 11, 21, 22, 31]) expect(listed.get(channel(n))).toBe(channel(1));
    expect(listed.get(channel(2))).toBeUndefined();
  });

  it.each([1, 11, 21])('is not taken over by a peer that calls its own channel %i', (n) => {
    for (const channels of [
      [zeroConf, posing(n)],
      [posing(n), zeroConf],
    ]) {
      expect(listedIds(channels).get(channel(n))).toBe(channel(1));
      const known = new LedgerChannels();
      known.set(channels);
      expect(known.listedId(channel(n))).toBe(channel(1));
      expect(known.peerOf(channel(n))).toBe(peer(0xa));
    }
  });
});
