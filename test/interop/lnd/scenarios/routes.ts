/** Ballast's routes beside those that lnd builds and finds itself: hop by hop, inbound fees included. */
import { expect, it } from 'vitest';
import type { Route } from '../../../../src/generated/messages/route.ts';
import { buildRoute } from '../../../../src/pathfinder/build-route.ts';
import { findCircularRoute } from '../../../../src/pathfinder/find-circular-route.ts';
import { type PathChannel, pricePath } from '../../../../src/pathfinder/price-path.ts';
import { parseChannelId, parseNodeId } from '../../../../src/units/ids.ts';
import { Tally } from '../../tally.ts';
import { allCircles, type Circle, nameOf } from '../circles.ts';
import type { RawRoute } from '../messages.ts';
import { changePolicy, graphShows, type PolicyChange } from '../policies.ts';
import type { RealDirection, RealNode } from '../real-network.ts';
import { NO_CIRCLE, skip } from '../skip.ts';
import type { Stage } from '../stage.ts';

const MOST_CIRCLES = 60;
const AMOUNTS_MSAT: readonly bigint[] = [1_000_003n, 20_000_000n, 333_333_333n];
const FINAL_DELTA = 43;

export function routes(stageOf: () => Stage): void {
  it('builds what BuildRoute builds, and never dearer ways than QueryRoutes finds', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    if (allCircles(stage.network).length === 0) skip(context, NO_CIRCLE);
    const asAnnounced = new Tally('real lnd, routes of BuildRoute and QueryRoutes');
    await compareAll(stage, asAnnounced);
    asAnnounced.report(context);
  }, 600_000);

  it('does so with inbound fees set anew, positive ones where the node allows them', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const circle = allCircles(network).at(-1) ?? skip(context, NO_CIRCLE);
    const changes: readonly PolicyChange[] = [
      { inbound_fee_base_msat: -777, inbound_fee_rate_milli_msat: -1234 },
      { inbound_fee_base_msat: 321, inbound_fee_rate_milli_msat: 99 },
    ];
    const restores: (() => Promise<void>)[] = [];
    for (const [i, change] of changes.entries()) {
      const done = await firstThatTakes(stage, circle.hops.slice(i), change);
      if (done === undefined) {
        process.stdout.write(`no node on the way takes ${JSON.stringify(change)}\n`);
        continue;
      }
      const { end, restore } = done;
      restores.push(restore);
      for (const node of network.nodes) {
        const isSo = await graphShows(
          node,
          end,
          (policy) => policy.inbound_fee_rate_milli_msat === change.inbound_fee_rate_milli_msat,
        );
        if (!isSo) skip(context, `the change did not reach ${node.given.name} in time`);
      }
    }
    const tally = new Tally('real lnd, routes with changed inbound fees');
    await compareAll(stage, tally);
    for (const restore of restores) await restore();
    tally.report(context);
  }, 900_000);
}

/** The end of a channel sets what arrivals over it cost; positive fees only some nodes allow themselves. */
async function firstThatTakes(
  stage: Stage,
  hops: readonly RealDirection[],
  change: PolicyChange,
): Promise<{ end: RealDirection; restore: () => Promise<void> } | undefined> {
  for (const hop of hops) {
    const end = stage.otherEnd(hop);
    const restore = await changePolicy(stage, end, change).catch((error: Error) => error);
    if (!(restore instanceof Error)) return { end, restore };
    if (!restore.message.includes('not supported')) throw restore;
  }
  return undefined;
}

async function compareAll(stage: Stage, tally: Tally): Promise<void> {
  const before = tally.compared;
  const chosen = stage.network.nodes.flatMap((self) =>
    allCircles(stage.network)
      .filter((circle) => circle.self === self)
      .slice(0, MOST_CIRCLES / stage.network.nodes.length),
  );
  for (const circle of chosen) {
    for (const amountMsat of AMOUNTS_MSAT) {
      const amountSat = Number(amountMsat) / 1000;
      const smallest = Math.min(...circle.hops.map(({ channel }) => Number(channel.capacity)));
      // lnd builds nothing that its own channel could not send now.
      if (amountSat > smallest * 0.9 || amountSat * 1.2 > circle.hops[0]!.usableSat) continue;
      await compareBuilt(stage, { circle, amountMsat }, tally);
      await compareFound(stage, { circle, amountMsat }, tally);
    }
  }
  expect(tally.compared).toBeGreaterThan(before);
}

/** With the height that lnd's answer stands on. */
async function atOneHeight<T>(
  { rpc }: RealNode,
  ask: () => Promise<T>,
): Promise<{ readonly answer: T; readonly height: number }> {
  for (;;) {
    const { block_height: height } = await rpc.info();
    const answer = await ask();
    if ((await rpc.info()).block_height === height) return { answer, height };
  }
}

interface Wanted {
  readonly circle: Circle;
  readonly amountMsat: bigint;
}

/** The same circle, built by both. */
async function compareBuilt(stage: Stage, { circle, amountMsat }: Wanted, tally: Tally) {
  const { self, hops } = circle;
  const paymentAddr = crypto.getRandomValues(new Uint8Array(32));
  const { answer: theirs, height } = await atOneHeight(self, () =>
    self.rpc.buildRoute({
      amt_msat: String(amountMsat),
      final_cltv_delta: FINAL_DELTA,
      outgoing_chan_id: hops[0]!.channel.chan_id,
      hop_pubkeys: hops.map(({ to }) => Buffer.from(to.key, 'hex')),
      payment_addr: Buffer.from(paymentAddr),
    }),
  );
  const graph = await stage.graphOf(self);
  const found = findCircularRoute(graph.snapshot(), {
    self: parseNodeId(self.key),
    amountMsat,
    outChannels: [parseChannelId(hops[0]!.graphId)],
    inChannels: [parseChannelId(hops.at(-1)!.graphId)],
    exclude: (await stage.roundThis(circle)).exclude,
    blockHeight: height,
    finalCltvDelta: FINAL_DELTA,
  });
  if (found.kind !== 'route') throw new Error(`${nameOf(circle)}: ${found.message}`);
  const ours = buildRoute(found.path, {
    paymentAddr,
    blockHeight: height,
    finalCltvDelta: FINAL_DELTA,
  });
  tally.compared++;
  tally.amounts(BigInt(theirs.total_amt_msat), ours.totalAmtMsat);
  expect(linesOf(ours), `${nameOf(circle)}, ${amountMsat} msat`).toEqual(rawLinesOf(theirs));
}

/** lnd's own way, priced by Ballast; and Ballast's own way, which must not cost more. */
async function compareFound(stage: Stage, { circle, amountMsat }: Wanted, tally: Tally) {
  const { self, hops } = circle;
  const { answer, height } = await atOneHeight(self, () =>
    self.rpc.queryRoutes({
      pub_key: self.key,
      amt_msat: String(amountMsat),
      final_cltv_delta: FINAL_DELTA,
      outgoing_chan_ids: [hops[0]!.channel.chan_id],
      ignored_pairs: otherWaysOut(stage, circle),
      last_hop_pubkey: Buffer.from(hops.at(-1)!.from.key, 'hex'),
      fee_limit: { fixed_msat: String(amountMsat) },
      use_mission_control: false,
    }),
  );
  const [theirs] = answer;
  if (theirs?.hops[0]?.chan_id !== hops[0]!.graphId) return;
  const graph = await stage.graphOf(self);
  const snapshot = graph.snapshot();
  const found = findCircularRoute(snapshot, {
    self: parseNodeId(self.key),
    amountMsat,
    outChannels: [parseChannelId(hops[0]!.graphId)],
    inChannels: [parseChannelId(hops.at(-1)!.graphId)],
    blockHeight: height,
    finalCltvDelta: FINAL_DELTA,
    siblings: 'named',
  });
  if (found.kind !== 'route') throw new Error(`${nameOf(circle)}: ${found.message}`);
  tally.compared++;
  expect(
    found.quote.feeMsat <= BigInt(theirs.total_fees_msat),
    `${nameOf(circle)}: ours ${found.quote.feeMsat}, lnd's ${theirs.total_fees_msat}`,
  ).toBe(true);
  const channels = channelsOf(theirs, { graph, self: self.key });
  const alone = channels.every(({ from, to }) =>
    stage.network.directions.some(
      (direction) =>
        direction.from.key === from && direction.to.key === to && direction.siblings === 1,
    ),
  );
  // Between parallel channels lnd prices the dearest, and names one of them.
  if (!alone) return;
  const priced = pricePath(channels, { amountMsat, finalCltvDelta: FINAL_DELTA });
  const ours = buildRoute(priced, {
    paymentAddr: new Uint8Array(32),
    blockHeight: height,
    finalCltvDelta: FINAL_DELTA,
  });
  tally.amounts(BigInt(theirs.total_amt_msat), ours.totalAmtMsat);
  expect(linesOf(ours), `${nameOf(circle)}, ${amountMsat} msat`).toEqual(rawLinesOf(theirs));
}

/** Before 0.20 lnd does not know `outgoing_chan_ids`, and would leave by whichever channel it likes. */
function otherWaysOut({ network }: Stage, { self, hops }: Circle): readonly object[] {
  const peers = network.directions.filter(({ from, to }) => from === self && to !== hops[0]!.to);
  return peers.map(({ to }) => ({
    from: Buffer.from(self.key, 'hex'),
    to: Buffer.from(to.key, 'hex'),
  }));
}

function channelsOf(
  { hops }: RawRoute,
  { graph, self }: { graph: Awaited<ReturnType<Stage['graphOf']>>; self: string },
): readonly PathChannel[] {
  const { graphology } = graph;
  return hops.map(({ chan_id, pub_key }, i) => {
    const from = i === 0 ? self : hops[i - 1]!.pub_key;
    const key = [`${chan_id}/0`, `${chan_id}/1`].find(
      (edge) => graphology.hasEdge(edge) && graphology.source(edge) === from,
    )!;
    const back = key.endsWith('/0') ? `${chan_id}/1` : `${chan_id}/0`;
    const { channelId, capacitySat, ...policy } = graphology.getEdgeAttributes(key);
    const { inboundFeeBaseMsat, inboundFeeRatePpm } = graphology.getEdgeAttributes(back);
    return {
      ...{ channelId, capacitySat, policy },
      from: parseNodeId(from),
      to: parseNodeId(pub_key),
      inboundFee: { inboundFeeBaseMsat, inboundFeeRatePpm },
    };
  });
}

const linesOf = ({
  totalTimeLock,
  totalAmtMsat,
  totalFeesMsat,
  hops,
}: Route): readonly string[] => [
  `${totalAmtMsat} ${totalFeesMsat} ${totalTimeLock}`,
  ...hops.map((hop) =>
    [hop.chanId, hop.pubKey, hop.amtToForwardMsat, hop.feeMsat, hop.expiry].join(' '),
  ),
];

const rawLinesOf = (route: RawRoute): readonly string[] => [
  `${route.total_amt_msat} ${route.total_fees_msat} ${route.total_time_lock}`,
  ...route.hops.map((hop) =>
    [hop.chan_id, hop.pub_key, hop.amt_to_forward_msat, hop.fee_msat, hop.expiry].join(' '),
  ),
];
