/** Every millisatoshi is somewhere: in each channel, and in what our node owns, counted by two books. */
import type { SimulatedNetwork } from '../../../src/sim/network.ts';
import type { ChannelId } from '../../../src/units/ids.ts';
import type { Checker, Evidence } from './evidence.ts';

export function conservation(evidence: Evidence, channelIds: readonly ChannelId[]): Checker {
  const { network, truth } = evidence;
  const sums = new Map(channelIds.map((id) => [id, sumOf(network, id)]));
  const ownedAtStartMsat = ownedMsat(evidence);
  const accuse = (message: string): void => evidence.accuse('conservation', message);
  return {
    stepped: () => {
      for (const [channelId, sumMsat] of sums) {
        const nowMsat = sumOf(network, channelId);
        if (nowMsat !== sumMsat) accuse(`channel ${channelId} has ${nowMsat} msat, not ${sumMsat}`);
      }
      let expectedMsat = ownedAtStartMsat;
      for (const { state, sentMsat, back } of truth.flights) {
        if (state !== 'failed') expectedMsat -= sentMsat;
        if (back?.state === 'settled') expectedMsat += back.amountMsat;
      }
      const nowMsat = ownedMsat(evidence);
      if (nowMsat !== expectedMsat) accuse(`we own ${nowMsat} msat instead of ${expectedMsat}`);
    },
  };
}

function sumOf(network: SimulatedNetwork, channelId: ChannelId): bigint {
  const { balance1Msat, balance2Msat, inFlightMsat } = network.balances(channelId);
  return balance1Msat + balance2Msat + inFlightMsat;
}

function ownedMsat({ network, self, ownChannels }: Evidence): bigint {
  let sum = 0n;
  for (const { channelId } of ownChannels) {
    const { node1, balance1Msat, balance2Msat } = network.balances(channelId);
    sum += node1 === self ? balance1Msat : balance2Msat;
  }
  return sum;
}
