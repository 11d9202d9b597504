import { describe, expect, it } from 'vitest';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import { PendingChannelsResponse } from '../../../src/generated/services/pending.ts';
import { connectTo, nodeError, testFake } from './connections.ts';

const PEER = `03${'ab'.repeat(32)}`;
const channel = (channelPoint: string, remoteNodePub = PEER) => ({ channelPoint, remoteNodePub });

async function answering(response: Parameters<typeof PendingChannelsResponse.fromPartial>[0]) {
  const fake = await testFake();
  const answer = PendingChannelsResponse.fromPartial(response);
  fake.answer(LightningService.pendingChannels, () => answer);
  return connectTo(fake);
}

describe('closingChannels', () => {
  it('reads those that wait for their closing transaction, and those closed by force', async () => {
    const node = await answering({
      pendingOpenChannels: [{ channel: channel('00:0') }],
      waitingCloseChannels: [{ channel: channel('aa:1'), limboBalance: 500n }],
      pendingForceClosingChannels: [
        {
          channel: channel('bb:2'),
          limboBalance: 700n,
          pendingHtlcs: [
            { incoming: true, amount: 200n, outpoint: 'cc:3', maturityHeight: 840_144 },
          ],
        },
      ],
    });
    expect(await node.closingChannels()).toEqual([
      { channelPoint: 'aa:1', peer: PEER, limboSat: 500n, htlcs: [] },
      {
        channelPoint: 'bb:2',
        peer: PEER,
        limboSat: 700n,
        htlcs: [{ incoming: true, amountSat: 200n, maturityHeight: 840_144 }],
      },
    ]);
  });

  it('none', async () => {
    expect(await (await answering({})).closingChannels()).toEqual([]);
  });

  it('says so where the peer is none', async () => {
    const node = await answering({
      waitingCloseChannels: [{ channel: channel('aa:1', 'nobody') }],
    });
    const { message } = await nodeError(node.closingChannels());
    expect(message).toMatch(/peer "nobody"/);
  });
});
