/** The settled forwards that lnd remembers. */
import { LightningService } from '../../generated/services/lightning.ts';
import { type ForwardingEvent, ForwardingHistoryRequest } from '../../generated/services/policy.ts';
import type { Forward, ForwardingHistory } from '../../ports.ts';
import type { ChannelId } from '../../units/ids.ts';
import type { LndCalls } from './lnd-calls.ts';
import { oddAnswer } from './odd-answer.ts';

/** Some 700 KB; lnd gives 50,000 at most (lnd: `channeldb/forwarding_log.go`, `MaxResponseEvents`). */
const PAGE_SIZE = 10_000;
/** Some 50 MB: more than a month of the busiest node's, from which plans learn nothing new. The newest are kept. */
const MOST_FORWARDS = 250_000;
const NS_PER_MS = 1_000_000n;

/**
 * Page by page from the oldest.
 *
 * @param options `deadlineMs` for each page; `mostForwards` to hold, the newest
 */
export async function forwardingHistory(
  calls: LndCalls,
  options: {
    readonly sinceMs: number;
    readonly deadlineMs: number;
    readonly mostForwards?: number;
  },
): Promise<ForwardingHistory> {
  const { deadlineMs, mostForwards = MOST_FORWARDS } = options;
  // A start of 0 would mean the last day (lnd: `rpcserver.go`, `ForwardingHistory`).
  const startTime = BigInt(Math.max(1, Math.floor(options.sinceMs / 1000)));
  let { sinceMs } = options;
  let forwards: Forward[] = [];
  for (let indexOffset = 0; ; ) {
    const request = ForwardingHistoryRequest.fromPartial({
      startTime,
      indexOffset,
      numMaxEvents: PAGE_SIZE,
    });
    const page = await calls.unary(LightningService.forwardingHistory, request, deadlineMs);
    if (page.forwardingEvents.length === 0) return { sinceMs, forwards };
    if (page.lastOffsetIndex <= indexOffset) {
      throw oddAnswer(
        'ForwardingHistory',
        `with a page that ends at ${page.lastOffsetIndex}, though it was to begin after ${indexOffset}`,
      );
    }
    indexOffset = page.lastOffsetIndex;
    // Not as arguments of one call, of which there may be some hundred thousand at most.
    forwards = forwards.concat(page.forwardingEvents.map(readForward));
    const dropped = forwards.at(-mostForwards - 1);
    if (dropped !== undefined) sinceMs = Math.max(sinceMs, dropped.settledAtMs + 1);
    // lnd takes whole seconds, so the first ones may be too early.
    forwards = forwards.filter(({ settledAtMs }) => settledAtMs >= sinceMs);
  }
}

const readForward = (event: ForwardingEvent): Forward => ({
  settledAtMs: Number(event.timestampNs / NS_PER_MS),
  inChannelId: event.chanIdIn as ChannelId,
  outChannelId: event.chanIdOut as ChannelId,
  amountInMsat: event.amtInMsat,
  amountOutMsat: event.amtOutMsat,
});
