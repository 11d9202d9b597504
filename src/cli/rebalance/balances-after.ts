/** Our balances once a rebalance is over. */
import { type RebalanceReport, systemClock } from '../../engine/index.ts';
import type { LightningNode, OwnChannel } from '../../ports.ts';
import { msatToSatFloor } from '../../units/amounts.ts';
import type { ChannelId } from '../../units/ids.ts';

const POLLS = 30;
const POLL_MS = 100;

/**
 * Nodes list what arrived only when both sides have signed for it, a moment after the payment settled: waits for that,
 * three seconds at most.
 *
 * @throws NodeError when the node cannot be asked, and whatever the signal aborts with.
 */
export async function balancesAfter(
  node: LightningNode,
  run: {
    readonly report: RebalanceReport;
    readonly before: readonly OwnChannel[];
    readonly signal: AbortSignal;
  },
): Promise<readonly OwnChannel[]> {
  const { report, before, signal } = run;
  const localSat = (channels: readonly OwnChannel[], id: ChannelId): bigint =>
    channels.find(({ channelId }) => channelId === id)?.localBalanceSat ?? 0n;
  for (let poll = 1; ; poll++) {
    const channels = await orAborted(node.ownChannels(), signal);
    const arrived = report.arrivals.every(
      ({ channelId, amountMsat }) =>
        localSat(channels, channelId) + 1n >=
        localSat(before, channelId) + msatToSatFloor(amountMsat),
    );
    if (arrived || poll === POLLS) return channels;
    await systemClock.sleep(POLL_MS, signal);
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
