/** The graph: as listchannels has it, and as gossip_store has it, also after changes. */
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { connectCln } from '../../../../src/node/cln/index.ts';
import type { GraphDescription, LightningNode } from '../../../../src/ports.ts';
import { firstOr, skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { Refusal } from '../cln-rpc.ts';
import { ballastLines, rawLines } from '../graph-text.ts';
import { changePolicy, GOSSIP_MS, graphShows, policyAt } from '../policies.ts';
import type { RealDirection, RealNode } from '../real-network.ts';
import { connectOptions, type Stage } from '../stage.ts';

const CHANGES = 4;
const COMPACTS = /^v(?:2[5-9]|[3-9][0-9])\./;

export function graphSync(stageOf: () => Stage): void {
  it('reads every field of listchannels', async (context) => {
    const { network } = stageOf();
    const tally = new Tally('real Core Lightning, directions of listchannels');
    for (const self of network.nodes) {
      const ballast = await connectCln(connectOptions({ ...self.given, gossipStore: null }));
      tally.compared += await expectSame(self, ballast);
      await ballast.close();
    }
    tally.report(context);
  });

  it('reads the same from gossip_store', async (context) => {
    const { network } = stageOf();
    const given = network.nodes.filter((node) => node.given.gossipStore !== null);
    firstOr(given, context, 'no gossip_store is given');
    const tally = new Tally('real Core Lightning, directions in gossip_store');
    for (const self of given) {
      const ballast = await connectCln(connectOptions(self.given));
      tally.compared += await expectSame(self, ballast);
      await ballast.close();
    }
    tally.report(context);
  });

  it('opens gossip_store again when lightningd has written it anew', async (context) => {
    const { network } = stageOf();
    const tally = new Tally('real Core Lightning, gossip_store after compaction');
    for (const self of network.nodes.filter((node) => node.given.gossipStore !== null)) {
      // A lightningd of v23.11 ends when it is told to.
      if (!COMPACTS.test(self.info.version)) continue;
      const ballast = await connectCln(connectOptions(self.given));
      await expectSame(self, ballast);
      const { ino } = await stat(self.given.gossipStore!);
      const end = await self.rpc.call('dev-compact-gossip-store').catch((error: unknown) => error);
      // Only with --developer, and not in all versions.
      if (!(end instanceof Refusal)) {
        expect((await stat(self.given.gossipStore!)).ino).not.toBe(ino);
        tally.compared += await expectSame(self, ballast);
      }
      await ballast.close();
    }
    if (tally.compared === 0)
      skip(context, 'no given node can be told to compact its gossip_store');
    tally.report(context);
  });

  it('follows gossip_store as policies change, and ends where a fresh listing does', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const why = 'no gossip_store is given';
    const self = firstOr(
      stage.network.nodes.filter((node) => node.given.gossipStore !== null),
      context,
      why,
    );
    const changed = ofDifferentNodes(stage, self.key);
    if (changed.length === 0) skip(context, 'no given nodes have a public channel with each other');
    const ballast = await connectCln(connectOptions(self.given));
    const first = await ballast.describeGraph();
    const restores: (() => Promise<void>)[] = [];
    const tally = new Tally('real Core Lightning, policy changes followed in gossip_store');
    try {
      for (const [i, direction] of changed.entries()) {
        const was = (await policyAt(direction.from, direction))!;
        const change = {
          feebase: was.base_fee_millisatoshi + 11 + i,
          feeppm: was.fee_per_millionth + 7,
          htlcmin: was.htlc_minimum_msat + 1000,
          htlcmax: was.htlc_maximum_msat - 1_000_000,
        };
        restores.push(await changePolicy(stage, direction, change));
        const came = await graphShows(
          self,
          direction,
          (policy) => policy.base_fee_millisatoshi === change.feebase,
        );
        if (!came) skip(context, `the change did not come within ${GOSSIP_MS / 1000} s`);
        tally.compared += await expectSame(self, ballast);
      }
      expect(linesOf(await ballast.describeGraph())).not.toEqual(linesOf(first));
    } finally {
      for (const restore of restores) await restore();
    }
    tally.compared += await expectSame(self, ballast);
    await ballast.close();
    tally.report(context);
  }, 900_000);
}

const linesOf = (description: GraphDescription): readonly string[] =>
  ballastLines(description, new Set());

/** lightningd writes the file before it answers from it, or a little after. @returns how many directions there are */
async function expectSame(self: RealNode, ballast: LightningNode): Promise<number> {
  const hidden = new Set(
    (await self.rpc.channels())
      .filter((channel) => channel.private)
      .flatMap(({ short_channel_id }) => short_channel_id ?? []),
  );
  for (let tries = 5; ; tries--) {
    const description = await ballast.describeGraph();
    const theirs = rawLines(await self.rpc.graph());
    const ours = ballastLines(description, hidden);
    // Gossip may come in between the two calls.
    if (ours.join() !== theirs.join() && tries > 0) {
      await pause(500);
      continue;
    }
    expect(ours, self.given.name).toEqual(theirs);
    expect(description.rejected).toEqual([]);
    const names = await self.rpc.call<{ nodes: { nodeid: string; alias?: string }[] }>('listnodes');
    const aliases = new Map<string, string>(
      description.nodes.map(({ nodeId, alias }) => [nodeId, alias]),
    );
    for (const { nodeid, alias } of names.nodes) {
      if (alias !== undefined) expect(aliases.get(nodeid)).toBe(alias);
    }
    return theirs.length;
  }
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
