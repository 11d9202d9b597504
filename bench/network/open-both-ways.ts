/** The part of a network that LDK's router uses: channels whose two ends both announced an enabled policy. */
import type { ChannelPolicy, ChannelRecord, GraphDescription } from '../../src/ports.ts';

/** Maxima are lowered to the capacity, for LDK refuses an announcement beyond it. */
export function openBothWays(description: GraphDescription): GraphDescription {
  const channels: ChannelRecord[] = [];
  for (const channel of description.channels) {
    const policy1 = bounded(channel.policy1, channel.capacitySat);
    const policy2 = bounded(channel.policy2, channel.capacitySat);
    if (policy1 !== null && policy2 !== null) channels.push({ ...channel, policy1, policy2 });
  }
  return { ...description, channels };
}

function bounded(policy: ChannelPolicy | null, capacitySat: bigint): ChannelPolicy | null {
  if (policy === null || policy.disabled) return null;
  const capacityMsat = capacitySat * 1000n;
  const announced = policy.maxHtlcMsat ?? capacityMsat;
  return { ...policy, maxHtlcMsat: announced < capacityMsat ? announced : capacityMsat };
}
