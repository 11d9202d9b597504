/** The settled forwards that lightningd remembers. */
import type { Forward, ForwardingHistory } from '../../ports.ts';
import type { ClnCalls } from './cln-calls.ts';
import { ClnObject } from './cln-object.ts';
import { currentIndex } from './indexes.ts';

/** Some 800 KB. */
const PAGE_SIZE = 2_000n;
/** More than a month of the busiest node's, from which plans learn nothing new. The newest are kept. */
const MOST_FORWARDS = 250_000;

/**
 * From the newest backwards by the order in which forwards last changed, which for those that settled is when they did,
 * until one is older than asked for.
 */
export async function forwardingHistory(
  calls: ClnCalls,
  options: { readonly sinceMs: number; readonly mostForwards?: number },
): Promise<ForwardingHistory> {
  const { sinceMs, mostForwards = MOST_FORWARDS } = options;
  const forwards: Forward[] = [];
  let end = (await currentIndex(calls, { subsystem: 'forwards', indexname: 'updated' })) ?? 0n;
  while (end > 0n) {
    const start = end > PAGE_SIZE ? end - PAGE_SIZE + 1n : 1n;
    const params = { index: 'updated', start, limit: end - start + 1n };
    const answer = await calls.call('listforwards', params);
    const listed = new ClnObject('listforwards', answer).list('forwards');
    const ended = listed.filter((forward) => forward.has('resolved_time'));
    for (const forward of ended) if (isSettled(forward)) forwards.push(readForward(forward));
    if (forwards.length > mostForwards) return newest(forwards, sinceMs, mostForwards);
    if (ended.some((forward) => forward.timeMs('resolved_time') < sinceMs)) break;
    end = start - 1n;
  }
  return newest(forwards, sinceMs, mostForwards);
}

function newest(
  forwards: readonly Forward[],
  sinceMs: number,
  mostForwards: number,
): ForwardingHistory {
  const inTime = forwards
    .filter(({ settledAtMs }) => settledAtMs >= sinceMs)
    .sort((a, b) => a.settledAtMs - b.settledAtMs);
  const dropped = inTime.at(-mostForwards - 1);
  if (dropped === undefined) return { sinceMs, forwards: inTime };
  const from = dropped.settledAtMs + 1;
  return { sinceMs: from, forwards: inTime.filter(({ settledAtMs }) => settledAtMs >= from) };
}

const isSettled = (forward: ClnObject): boolean => forward.text('status') === 'settled';

const readForward = (forward: ClnObject): Forward => ({
  settledAtMs: forward.timeMs('resolved_time'),
  inChannelId: forward.channelId('in_channel'),
  outChannelId: forward.channelId('out_channel'),
  amountInMsat: forward.msat('in_msat'),
  amountOutMsat: forward.msat('out_msat'),
});
