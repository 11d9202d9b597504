/** Samples of balances as they cross from thread to thread, and what may stand in them. */
import type { BalanceSample, ChannelBalance } from '../ports.ts';
import { isNodeId, tryParseChannelId } from '../units/ids.ts';

/** A channel without its balance. */
export type BalanceHolder = Omit<ChannelBalance, 'localMsat' | 'remoteMsat'>;

/**
 * One array for each column, and each channel named once: objects for the two hundred thousand balances of a hundred
 * channels in three years would take longer to copy than to read from the disk.
 */
export interface BalanceColumns {
  readonly holders: readonly BalanceHolder[];
  /** Of each sample, its date and how many balances it has; those follow one another. */
  readonly atMs: Float64Array<ArrayBuffer>;
  readonly counts: Uint32Array<ArrayBuffer>;
  /** Of each balance, its place in `holders`. */
  readonly holder: Uint32Array<ArrayBuffer>;
  readonly localMsat: BigInt64Array<ArrayBuffer>;
  readonly remoteMsat: BigInt64Array<ArrayBuffer>;
}

/** Oldest first, as they stand. */
export function samplesOf(columns: BalanceColumns): BalanceSample[] {
  const { holders, holder, localMsat, remoteMsat } = columns;
  let at = 0;
  return Array.from(columns.atMs, (atMs, i) => {
    const channels = Array.from({ length: columns.counts[i]! }, (): ChannelBalance => {
      const of = at++;
      return {
        ...holders[holder[of]!]!,
        localMsat: localMsat[of]!,
        remoteMsat: remoteMsat[of]!,
      };
    });
    return { atMs, channels };
  });
}

const INT64_MAX = 2n ** 63n - 1n;

/**
 * A copy of it, with aliases that can be written.
 *
 * @throws RangeError for what is no sample.
 */
export function checkedSample({ atMs, channels }: BalanceSample): BalanceSample {
  if (!Number.isSafeInteger(atMs) || atMs < 0) {
    throw new RangeError(`a sample of balances is dated ${atMs}, which is no whole millisecond`);
  }
  const seen = new Set<string>();
  return {
    atMs,
    channels: channels.map((channel) => {
      assertBalance(channel);
      const { channelId, peer, peerAlias, capacitySat, localMsat, remoteMsat } = channel;
      if (seen.has(channelId)) {
        throw new RangeError(`a sample of balances has channel ${channelId} twice`);
      }
      seen.add(channelId);
      // A peer may call itself anything.
      const alias = peerAlias.toWellFormed();
      return { channelId, peer, peerAlias: alias, capacitySat, localMsat, remoteMsat };
    }),
  };
}

function assertBalance({ channelId, peer, ...figures }: ChannelBalance): void {
  if (tryParseChannelId(channelId) !== channelId || !isNodeId(peer)) {
    throw new RangeError(`a balance names the channel "${channelId}" with "${peer}"`);
  }
  for (const name of ['capacitySat', 'localMsat', 'remoteMsat'] as const) {
    const value = figures[name];
    if (typeof value !== 'bigint' || value < 0n || value > INT64_MAX) {
      throw new RangeError(`${name} of channel ${channelId} is ${value}, which is no amount`);
    }
  }
}
