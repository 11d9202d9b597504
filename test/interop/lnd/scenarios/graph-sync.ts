/** The graph: as DescribeGraph has it, and after changes that lnd's stream has told. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ChannelUpdateRecord } from '../../../../src/ports.ts';
import { parseChannelId, parseNodeId } from '../../../../src/units/ids.ts';
import { Tally } from '../../tally.ts';
import { ballastLines, rawLines, undatedLines } from '../graph-text.ts';
import type { RawEdgeUpdate, RawPolicy } from '../messages.ts';
import { changePolicy, GOSSIP_MS, graphShows, policyAt } from '../policies.ts';
import type { RealDirection } from '../real-network.ts';
import { firstOr, skip } from '../skip.ts';
import type { Stage } from '../stage.ts';

const CHANGES = 3;

export function graphSync(stageOf: () => Stage): void {
  it('reads every field of DescribeGraph', async (context) => {
    const stage = stageOf();
    const tally = new Tally('real lnd, channels of the graph');
    for (const self of stage.network.nodes) {
      const ballast = await stage.ballastOn(self);
      const description = await ballast.describeGraph();
      // Gossip may come in between the two calls.
      let lines = rawLines(await self.rpc.graph());
      if (lines.join() !== ballastLines(description).join()) {
        const again = await ballast.describeGraph();
        lines = rawLines(await self.rpc.graph());
        expect(ballastLines(again), self.given.name).toEqual(lines);
      }
      expect(description.rejected).toEqual([]);
      tally.compared += lines.length;
    }
    tally.report(context);
  });

  it('keeps up with policy changes, and ends where a fresh DescribeGraph does', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const self = firstOr(stage.network.nodes, context, 'no node is given');
    const changed = ofDifferentNodes(stage, self.key);
    if (changed.length === 0) skip(context, 'no given nodes have a public channel with each other');
    const graph = await stage.graphOf(self);
    const updates: RawEdgeUpdate[] = [];
    const stream = self.rpc.stream<{ channel_updates: RawEdgeUpdate[] }>(
      'default',
      'subscribeChannelGraph',
    );
    stream.on('data', ({ channel_updates }) => updates.push(...channel_updates));
    stream.on('error', () => undefined);
    // lnd does not say when it listens.
    await pause(500);
    const restores: (() => Promise<void>)[] = [];
    for (const [i, direction] of changed.entries()) {
      const was = await policyAt(direction.from, direction);
      restores.push(await changePolicy(stage, direction, newTerms(was, i)));
    }
    const came = await eventually(() =>
      changed.every(({ graphId, from }) =>
        updates.some((told) => told.chan_id === graphId && told.advertising_node === from.key),
      ),
    );
    if (!came) skip(context, `the changes did not come within ${GOSSIP_MS / 1000} s`);
    await pause(500);
    stream.cancel();
    for (const told of updates) {
      if (told.routing_policy === null) continue;
      expect(graph.applyChannelUpdate(updateOf(told, told.routing_policy)).kind).toBe('applied');
    }
    for (const direction of changed) {
      const truth = await policyAt(direction.from, direction);
      expect(
        await graphShows(self, direction, (shown) => shown.fee_base_msat === truth.fee_base_msat),
      ).toBe(true);
    }
    expect(undatedLines(graph)).toEqual(undatedLines(await stage.graphOf(self)));
    for (const restore of restores) await restore();
    const tally = new Tally('real lnd, policy changes followed');
    tally.compared = updates.length;
    tally.report(context);
  }, 900_000);
}

/** One public channel of each of some other nodes. */
function ofDifferentNodes({ network }: Stage, self: string): readonly RealDirection[] {
  return network.nodes
    .filter(({ key }) => key !== self)
    .flatMap(
      (node) =>
        network.directions.findLast(
          ({ from, to, channel }) => from === node && to.key !== self && !channel.private,
        ) ?? [],
    )
    .slice(0, CHANGES);
}

const newTerms = (was: RawPolicy, i: number): Partial<RawPolicy> => ({
  fee_base_msat: String(BigInt(was.fee_base_msat) + 11n + BigInt(i)),
  fee_rate_milli_msat: String(Number(was.fee_rate_milli_msat) + 7),
  time_lock_delta: was.time_lock_delta + 2,
  max_htlc_msat: String(BigInt(was.max_htlc_msat) - 1000n),
  inbound_fee_base_msat: -1 - i,
  inbound_fee_rate_milli_msat: -13,
});

const updateOf = (told: RawEdgeUpdate, policy: RawPolicy): ChannelUpdateRecord => ({
  channelId: parseChannelId(told.chan_id),
  from: parseNodeId(told.advertising_node),
  policy: {
    feeBaseMsat: BigInt(policy.fee_base_msat),
    feeRatePpm: Number(policy.fee_rate_milli_msat),
    timeLockDelta: policy.time_lock_delta,
    minHtlcMsat: BigInt(policy.min_htlc),
    maxHtlcMsat: policy.max_htlc_msat === '0' ? null : BigInt(policy.max_htlc_msat),
    disabled: policy.disabled,
    inboundFeeBaseMsat: BigInt(policy.inbound_fee_base_msat),
    inboundFeeRatePpm: policy.inbound_fee_rate_milli_msat,
    lastUpdate: policy.last_update,
  },
});

async function eventually(isSo: () => boolean): Promise<boolean> {
  const until = Date.now() + GOSSIP_MS;
  while (!isSo()) {
    if (Date.now() > until) return false;
    await pause(200);
  }
  return true;
}
