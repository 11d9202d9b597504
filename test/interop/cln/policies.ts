/** Changes what a given node announces for a channel, and puts it back. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RawDirection } from './messages.ts';
import type { RealDirection, RealNode } from './real-network.ts';
import type { Stage } from './stage.ts';

/** By `setchannel`'s names. Core Lightning sets one time lock delta for all channels of a node, so it is not among them. */
export interface PolicyChange {
  readonly feebase?: number;
  readonly feeppm?: number;
  readonly htlcmin?: number;
  readonly htlcmax?: number;
}

/** What `direction.from` announced for it, as a node's graph has it; `undefined` where it has nothing. */
export async function policyAt(
  node: RealNode,
  direction: RealDirection,
): Promise<RawDirection | undefined> {
  const listed = await node.rpc.graph({ short_channel_id: direction.scid });
  return listed.find(({ source }) => source === direction.from.key);
}

/** @returns what puts it back, and waits until all know; it is done at the end of all scenarios anyway. */
export async function changePolicy(
  stage: Stage,
  direction: RealDirection,
  change: PolicyChange,
): Promise<() => Promise<void>> {
  const { from, scid } = direction;
  const was = (await from.rpc.channels()).find((one) => one.short_channel_id === scid)!;
  const set = async (terms: PolicyChange): Promise<void> => {
    // Its own default is to accept the old terms for ten minutes more.
    await from.rpc.call('setchannel', { id: scid, ...terms, enforcedelay: 0 });
  };
  let changed = true;
  const restore = async (): Promise<void> => {
    if (!changed) return;
    await set({
      feebase: was.fee_base_msat,
      feeppm: was.fee_proportional_millionths,
      htlcmin: was.minimum_htlc_out_msat,
      htlcmax: was.maximum_htlc_out_msat,
    });
    changed = false;
    await shownEverywhere(stage, direction);
  };
  stage.atEnd(restore);
  await set(change);
  return restore;
}

async function shownEverywhere({ network }: Stage, direction: RealDirection): Promise<void> {
  const own = (await direction.from.rpc.channels()).find(
    ({ short_channel_id }) => short_channel_id === direction.scid,
  )!;
  for (const node of network.nodes) {
    const isSo = (shown: RawDirection): boolean =>
      shown.base_fee_millisatoshi === own.fee_base_msat &&
      shown.fee_per_millionth === own.fee_proportional_millionths &&
      shown.htlc_minimum_msat === own.minimum_htlc_out_msat &&
      shown.htlc_maximum_msat === own.maximum_htlc_out_msat;
    if (await graphShows(node, direction, isSo)) continue;
    process.stdout.write(`the policy of ${direction.scid} did not reach ${node.given.name}\n`);
  }
}

/** Gossip takes what it takes: a minute or two, unless lightningd runs with --dev-fast-gossip. */
export const GOSSIP_MS = 180_000;

/** @returns false where the news did not come in time. */
export async function graphShows(
  node: RealNode,
  direction: RealDirection,
  isSo: (policy: RawDirection) => boolean,
): Promise<boolean> {
  const until = Date.now() + GOSSIP_MS;
  for (;;) {
    const policy = await policyAt(node, direction);
    if (policy !== undefined && isSo(policy)) return true;
    if (Date.now() > until) return false;
    await pause(200);
  }
}
