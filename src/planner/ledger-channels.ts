/** Our channels by any of their ids, as far as demand has to know them. */
import type { OwnChannel } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { type ChannelIds, listedIds } from './listed-ids.ts';

export type LedgerChannel = ChannelIds & Pick<OwnChannel, 'peer' | 'capacitySat'>;

export class LedgerChannels {
  #listedIds: ReadonlyMap<ChannelId, ChannelId> = new Map();
  #peers: ReadonlyMap<ChannelId, string> = new Map();
  #largestMsat: ReadonlyMap<string, number> = new Map();

  set(channels: readonly LedgerChannel[]): void {
    const largestMsat = new Map<string, number>();
    for (const { peer, capacitySat } of channels) {
      const msat = Number(capacitySat) * 1000;
      largestMsat.set(peer, Math.max(largestMsat.get(peer) ?? 0, msat));
    }
    this.#listedIds = listedIds(channels);
    this.#peers = new Map(channels.map(({ channelId, peer }) => [channelId, peer]));
    this.#largestMsat = largestMsat;
  }

  /** Under which the node lists it; a channel that is not ours, or no more, keeps the id that it was told by. */
  listedId(channelId: ChannelId): ChannelId {
    return this.#listedIds.get(channelId) ?? channelId;
  }

  /** Forwarding is not strict: any channel with the same peer may carry what asks for one of them. */
  peerOf(channelId: ChannelId): string {
    return this.#peers.get(this.listedId(channelId)) ?? channelId;
  }

  /** What the largest channel with the peer holds; infinite where that is not known. */
  largestMsat(channelId: ChannelId): number {
    return this.#largestMsat.get(this.peerOf(channelId)) ?? Number.POSITIVE_INFINITY;
  }
}
