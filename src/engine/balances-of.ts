/** How our channels stand, as reports will want to know it. */
import type { BalanceSample, OwnChannel } from '../ports.ts';
import { satToMsat } from '../units/amounts.ts';

export const balancesOf = (channels: readonly OwnChannel[], nowMs: number): BalanceSample => ({
  atMs: Math.round(nowMs),
  channels: channels.map((channel) => ({
    channelId: channel.channelId,
    peer: channel.peer,
    peerAlias: channel.peerAlias,
    capacitySat: channel.capacitySat,
    localMsat: satToMsat(channel.localBalanceSat),
    remoteMsat: satToMsat(channel.remoteBalanceSat),
  })),
});
