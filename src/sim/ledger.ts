/** Reads the hidden truth out of the channels, for whoever checks that no satoshi is lost. */
import type { SimulatedChannel } from './channel.ts';
import type { ChannelBalances, PendingHtlc } from './network-records.ts';
import type { NetworkState } from './network-state.ts';

export const channelBalances = (channel: SimulatedChannel): ChannelBalances => ({
  node1: channel.ends[0],
  node2: channel.ends[1],
  balance1Msat: channel.balanceMsat[0],
  balance2Msat: channel.balanceMsat[1],
  inFlightMsat: channel.inFlightMsat,
});

export function totalMsat(state: NetworkState): bigint {
  let sum = 0n;
  for (const channel of state.channels.values()) {
    sum += channel.balanceMsat[0] + channel.balanceMsat[1] + channel.inFlightMsat;
  }
  return sum;
}

export function pendingHtlcs(state: NetworkState): PendingHtlc[] {
  const pending: PendingHtlc[] = [];
  for (const { channelId, ends, htlcs } of state.channels.values()) {
    for (const { from, amountMsat, expiryHeight, paymentHash } of htlcs) {
      const to = ends[from === 0 ? 1 : 0];
      pending.push({ channelId, from: ends[from], to, amountMsat, expiryHeight, paymentHash });
    }
  }
  return pending;
}
