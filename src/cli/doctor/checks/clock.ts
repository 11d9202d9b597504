/** Whether this machine's clock agrees with the world's, as far as the node shows that: budgets and dates rest on it. */
import type { GraphDescription, NodeInfo } from '../../../ports.ts';
import { type Check, type Finding, ok, skipped, warning } from '../check.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A block may be dated up to two hours ahead (Bitcoin: `MAX_FUTURE_BLOCK_TIME`). */
const AHEAD_MS = 2 * HOUR_MS;
/** Twelve blocks of ten minutes: one in hundreds of thousands takes longer. */
const LATE_MS = 2 * HOUR_MS;
/** Some node's clock is always wrong. With ours an hour behind, one policy in a hundred and more would be news. */
const FUTURE_SHARE = 0.005;
const FUTURE_MARGIN_MS = 10 * MINUTE_MS;
const FEW_POLICIES = 200;
const FIX = "compare this clock with the node's, and let both be set over the network (NTP)";

export const clock: Check = {
  id: 'clock',
  needs: ['version'],
  deadlineMs: 150_000,
  look: async (setUp) => {
    const nowMs = setUp.now();
    const info = await setUp.info();
    if (info.bestBlockAtMs !== undefined) return byBlock(info, info.bestBlockAtMs, nowMs);
    // Where it cannot be read, that is told elsewhere.
    const graph = await setUp.graph().catch(() => undefined);
    return byGraph(graph, nowMs);
  },
};

function byBlock({ syncedToChain }: NodeInfo, blockAtMs: number, nowMs: number): Finding {
  const agoMs = nowMs - blockAtMs;
  const minutes = Math.round(Math.abs(agoMs) / MINUTE_MS);
  if (agoMs < -AHEAD_MS) {
    return warning(`this clock is behind: the newest block is ${minutes} minutes ahead of it`, FIX);
  }
  if (agoMs > LATE_MS && syncedToChain) {
    return warning(
      `by this clock the newest block is ${minutes} minutes old: the clock is ahead, or the node has missed blocks`,
      `${FIX}; on a test network without new blocks this is all right`,
    );
  }
  return ok(
    agoMs < 0
      ? `the newest block is dated ${minutes} minutes ahead of this clock, as blocks may be`
      : `by this clock the newest block is ${minutes} minutes old`,
  );
}

function byGraph(graph: GraphDescription | undefined, nowMs: number): Finding {
  const dates = (graph?.channels ?? [])
    .flatMap(({ policy1, policy2 }) => [policy1?.lastUpdate ?? 0, policy2?.lastUpdate ?? 0])
    .filter((date) => date > 0);
  if (dates.length < FEW_POLICIES) {
    return skipped('the node tells no dates of blocks, and the graph too few to compare with');
  }
  const future = dates.filter((date) => date * 1000 > nowMs + FUTURE_MARGIN_MS).length;
  return future / dates.length > FUTURE_SHARE
    ? warning(
        `this clock is behind: ${future} of ${dates.length} policies are from its future`,
        FIX,
      )
    : ok('no policy of the graph speaks against this clock');
}
