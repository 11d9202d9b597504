/** A graph as sorted lines of text, one for each direction, so that lightningd's and Ballast's can be compared as they stand. */
import type { ChannelPolicy, ChannelRecord, GraphDescription } from '../../../src/ports.ts';
import { formatChannelId } from '../../../src/units/ids.ts';
import type { RawDirection } from './messages.ts';

export function rawLines(channels: readonly RawDirection[]): readonly string[] {
  return channels
    .map((one) =>
      [
        `${one.short_channel_id} ${one.source} > ${one.destination}`,
        `${one.amount_msat / 1000} sat`,
        `${one.base_fee_millisatoshi}+${one.fee_per_millionth}`,
        `delta ${one.delay}`,
        `${one.htlc_minimum_msat}..${one.htlc_maximum_msat}`,
        one.active ? 'enabled' : 'disabled',
        `at ${one.last_update}`,
      ].join(', '),
    )
    .sort();
}

/** @param leaveOut private channels, which `listchannels` does not have */
export function ballastLines(
  { channels }: GraphDescription,
  leaveOut: ReadonlySet<string>,
): readonly string[] {
  return channels
    .filter(({ channelId }) => !leaveOut.has(formatChannelId(channelId)))
    .flatMap((channel) => [
      ...lineOf(channel, channel.policy1, [channel.node1, channel.node2]),
      ...lineOf(channel, channel.policy2, [channel.node2, channel.node1]),
    ])
    .sort();
}

function lineOf(
  { channelId, capacitySat }: ChannelRecord,
  policy: ChannelPolicy | null,
  [from, to]: readonly [string, string],
): readonly string[] {
  if (policy === null) return [];
  return [
    [
      `${formatChannelId(channelId)} ${from} > ${to}`,
      `${capacitySat} sat`,
      `${policy.feeBaseMsat}+${policy.feeRatePpm}`,
      `delta ${policy.timeLockDelta}`,
      `${policy.minHtlcMsat}..${policy.maxHtlcMsat}`,
      policy.disabled ? 'disabled' : 'enabled',
      `at ${policy.lastUpdate}`,
    ].join(', '),
  ];
}
