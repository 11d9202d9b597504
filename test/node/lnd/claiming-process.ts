/** A process that claims every forward to one channel, and lets none go: made to be killed. */
import { connectLnd } from '../../../src/node/lnd/index.ts';
import {
  type ChannelId,
  type NodeId,
  parseChannelId,
  parseNodeId,
} from '../../../src/units/ids.ts';

/** What the parent says first. */
export interface ClaimOrder {
  readonly address: string;
  readonly tlsCertPem: string;
  readonly macaroonHex: string;
  readonly peer: string;
  readonly channelId: string;
  readonly blockHeight: number;
}

export type ClaimWord = 'connected' | 'claimed';

const say = (word: ClaimWord): void => void process.send?.(word);

process.once('message', (order: ClaimOrder) => void claimAll(order));

async function claimAll(order: ClaimOrder): Promise<void> {
  const { address, tlsCertPem, macaroonHex, blockHeight } = order;
  const peer: NodeId = parseNodeId(order.peer);
  const channelIds: ChannelId[] = [parseChannelId(order.channelId)];
  const node = await connectLnd({ address, tlsCert: tlsCertPem, macaroon: macaroonHex });
  const interception = node.interceptForwards!({
    terms: { holdMs: 60_000, claimMs: 5000, cltvMarginBlocks: 6, mostHeld: 5 },
    signal: new AbortController().signal,
  });
  const watched = [{ peer, channelIds, fromMsat: 0n }];
  interception.order({ watched, blockHeight, validMs: 60_000 });
  for await (const news of interception) {
    if (news.kind === 'connected') say('connected');
    if (news.kind !== 'offered') continue;
    interception.claim(news.forward.circuit);
    say('claimed');
  }
}
