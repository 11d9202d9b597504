/** A channel of LDK's graph, through the same record reader as every other source. */
import type {
  GraphChannel,
  GraphChannelUpdate,
} from '../../generated/services/ldk-server/types.ts';
import { type RawPolicy, type ReadResult, readChannel } from '../../graph/read-record.ts';
import type { ChannelRecord } from '../../ports.ts';
import type { ChannelId } from '../../units/ids.ts';

const MSAT_PER_SAT = 1000n;

/** Funding outputs are not told. */
export function readGraphChannel(
  channelId: ChannelId,
  channel: GraphChannel,
): ReadResult<ChannelRecord> {
  const capacitySat = channel.capacitySats ?? capacityAtLeastSat(channel);
  if (capacitySat === 0n) {
    const reason = 'neither its capacity nor a largest HTLC is known';
    return { kind: 'rejected', rejected: { kind: 'channel', id: channelId, reason } };
  }
  return readChannel({
    channelId,
    node1: channel.nodeOne,
    node2: channel.nodeTwo,
    capacitySat,
    channelPoint: '',
    policy1: policyFields(channel.oneToTwo),
    policy2: policyFields(channel.twoToOne),
  });
}

/** Where the node cannot look at the funding output: a channel holds what its ends let pass at once. */
function capacityAtLeastSat({ oneToTwo, twoToOne }: GraphChannel): bigint {
  const [there, back] = [oneToTwo?.htlcMaximumMsat ?? 0n, twoToOne?.htlcMaximumMsat ?? 0n];
  return ((there > back ? there : back) + MSAT_PER_SAT - 1n) / MSAT_PER_SAT;
}

/** LDK reads no inbound fees, so they are taken for none. */
function policyFields(update: GraphChannelUpdate | undefined): RawPolicy | null {
  if (update === undefined) return null;
  return {
    feeBaseMsat: update.fees?.baseMsat ?? 0,
    feeRatePpm: update.fees?.proportionalMillionths ?? 0,
    timeLockDelta: update.cltvExpiryDelta,
    minHtlcMsat: update.htlcMinimumMsat,
    maxHtlcMsat: update.htlcMaximumMsat,
    disabled: !update.enabled,
    inboundFeeBaseMsat: 0,
    inboundFeeRatePpm: 0,
    lastUpdate: update.lastUpdate,
  };
}
