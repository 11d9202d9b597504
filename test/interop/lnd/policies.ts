/** Changes what a given node announces for a channel, and puts it back. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RawEdge, RawPolicy } from './messages.ts';
import type { RealDirection, RealNode } from './real-network.ts';
import type { Stage } from './stage.ts';

export interface PolicyChange {
  readonly fee_base_msat?: string;
  readonly fee_rate_milli_msat?: string;
  readonly time_lock_delta?: number;
  readonly min_htlc?: string;
  readonly max_htlc_msat?: string;
  readonly inbound_fee_base_msat?: number;
  readonly inbound_fee_rate_milli_msat?: number;
}

/** What `direction.from` announced for it, as a node's graph has it. */
export async function policyAt(node: RealNode, direction: RealDirection): Promise<RawPolicy> {
  const request = { chan_id: direction.graphId };
  const edge = await node.rpc.call<RawEdge>('default', 'getChanInfo', request);
  const policy = edge.node1_pub === direction.from.key ? edge.node1_policy : edge.node2_policy;
  if (policy === null) throw new Error(`channel ${direction.graphId} has no policy yet`);
  return policy;
}

/** @returns what puts it back, and waits until all know; it is done at the end of all scenarios anyway. */
export async function changePolicy(
  stage: Stage,
  direction: RealDirection,
  change: PolicyChange,
): Promise<() => Promise<void>> {
  const before = await policyAt(direction.from, direction);
  let changed = true;
  const restore = async (): Promise<void> => {
    if (!changed) return;
    await setPolicy(direction, before);
    changed = false;
    await shownEverywhere(stage, direction);
  };
  stage.atEnd(restore);
  await setPolicy(direction, { ...before, ...change });
  return restore;
}

async function setPolicy(
  { from, channel }: RealDirection,
  policy: Omit<RawPolicy, 'last_update' | 'disabled'>,
): Promise<void> {
  const answer = await from.rpc.call<{ failed_updates: { update_error: string }[] }>(
    'default',
    'updateChannelPolicy',
    {
      chan_point: pointOf(channel.channel_point),
      base_fee_msat: policy.fee_base_msat,
      fee_rate_ppm: Number(policy.fee_rate_milli_msat),
      time_lock_delta: policy.time_lock_delta,
      min_htlc_msat: policy.min_htlc,
      min_htlc_msat_specified: true,
      max_htlc_msat: policy.max_htlc_msat,
      inbound_fee: {
        base_fee_msat: policy.inbound_fee_base_msat,
        fee_rate_ppm: policy.inbound_fee_rate_milli_msat,
      },
    },
  );
  const [failed] = answer.failed_updates;
  if (failed !== undefined) {
    throw new Error(`${from.given.name} refused the policy: ${failed.update_error}`);
  }
}

/** `AUTO` leaves the rest to lnd: it disables what is inactive for 20 minutes. */
export async function announceStatus(
  { from, channel }: RealDirection,
  ...actions: readonly ('DISABLE' | 'ENABLE' | 'AUTO')[]
): Promise<void> {
  for (const action of actions) {
    const request = { chan_point: pointOf(channel.channel_point), action };
    await from.rpc.call('router', 'updateChanStatus', request);
  }
}

/** lnd's message has the transaction either as text or as reversed bytes; text it is. */
function pointOf(channelPoint: string): object {
  const [funding_txid_str, index] = channelPoint.split(':');
  return { funding_txid_str, output_index: Number(index) };
}

async function shownEverywhere({ network }: Stage, direction: RealDirection): Promise<void> {
  const { last_update } = await policyAt(direction.from, direction);
  for (const node of network.nodes) {
    const isNew = (shown: RawPolicy): boolean => shown.last_update >= last_update;
    if (await graphShows(node, direction, isNew)) continue;
    process.stdout.write(`the policy of ${direction.graphId} did not reach ${node.given.name}\n`);
  }
}

/** Gossip takes what it takes: 90 s with lnd's defaults, and the graph that lnd serves may be a minute old. */
export const GOSSIP_MS = 180_000;

/** @returns false where the news did not come in time. */
export async function graphShows(
  node: RealNode,
  direction: RealDirection,
  isSo: (policy: RawPolicy) => boolean,
): Promise<boolean> {
  const until = Date.now() + GOSSIP_MS;
  for (;;) {
    const { edges } = await node.rpc.graph();
    const edge = edges.find(({ channel_id }) => channel_id === direction.graphId);
    const policy = edge?.node1_pub === direction.from.key ? edge.node1_policy : edge?.node2_policy;
    if (policy !== undefined && policy !== null && isSo(policy)) return true;
    if (Date.now() > until) return false;
    await pause(200);
  }
}
