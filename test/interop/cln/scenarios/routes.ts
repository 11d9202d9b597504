/** Ballast's routes beside those that Core Lightning itself finds, as far as it finds any: to the last peer, not back to us. */
import { expect, it } from 'vitest';
import { clnRoute } from '../../../../src/node/cln/cln-route.ts';
import { buildRoute } from '../../../../src/pathfinder/build-route.ts';
import { findCircularRoute } from '../../../../src/pathfinder/find-circular-route.ts';
import { parseChannelId, parseNodeId } from '../../../../src/units/ids.ts';
import { firstOr, NO_CIRCLE, type skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { allCircles, type Circle, nameOf } from '../circles.ts';
import type { RawHop } from '../messages.ts';
import type { RealNode } from '../real-network.ts';
import type { Stage } from '../stage.ts';

const MOST_PER_NODE = 12;
const AMOUNTS_MSAT: readonly bigint[] = [1_000_003n, 20_000_000n, 333_333_333n];
const FINAL_DELTA = 43;
const LAYER = 'ballast-interop';

/** What of a hop both tell. */
type Hop = Pick<RawHop, 'id' | 'channel' | 'amount_msat' | 'delay'>;

export function routes(stageOf: () => Stage): void {
  it('asks for what getroute asks for, hop by hop', async (context) => {
    const tally = new Tally('real Core Lightning, hops of getroute');
    await compareAll(stageOf(), { context, tally, command: 'getroute' });
  }, 600_000);

  it('asks for what getroutes asks for, hop by hop', async (context) => {
    const stage = stageOf();
    const tally = new Tally('real Core Lightning, hops of getroutes');
    try {
      await compareAll(stage, { context, tally, command: 'getroutes' });
    } finally {
      for (const { rpc } of stage.network.nodes) {
        await rpc.call('askrene-remove-layer', { layer: LAYER }).catch(() => undefined);
      }
    }
  }, 600_000);
}

interface Asked {
  readonly circle: Circle;
  readonly amountMsat: number;
  readonly delay: number;
}

async function compareAll(
  stage: Stage,
  {
    context,
    tally,
    command,
  }: {
    context: Parameters<typeof skip>[0];
    tally: Tally;
    command: 'getroute' | 'getroutes';
  },
): Promise<void> {
  const { network } = stage;
  await network.settle();
  firstOr(allCircles(network), context, NO_CIRCLE);
  const able: RealNode[] = [];
  for (const node of network.nodes) if (await knows(node, command)) able.push(node);
  firstOr(able, context, `no given node has the command ${command}`);
  const chosen = able.flatMap((self) =>
    allCircles(network)
      .filter((circle) => circle.self === self)
      .slice(0, MOST_PER_NODE),
  );
  for (const circle of chosen) {
    // A channel that was down may count as down for an hour, until its node has told of it again.
    if (!(await isOpenTo(circle))) continue;
    for (const amountMsat of AMOUNTS_MSAT) {
      // It finds nothing that its own channel could not send now.
      if (Number(amountMsat) * 1.2 > circle.hops[0]!.usableMsat) continue;
      if (circle.hops.some(({ channel }) => channel.total_msat * 0.9 < amountMsat)) continue;
      const ours = await ballastHops(stage, { circle, amountMsat });
      const last = ours.at(-1)!;
      const asked = { circle, amountMsat: last.amount_msat, delay: last.delay };
      const theirs = await (command === 'getroute' ? byGetroute(asked) : byGetroutes(asked));
      for (const [i, hop] of theirs.entries()) {
        tally.amounts(BigInt(hop.amount_msat), BigInt(ours[i]?.amount_msat ?? 0));
      }
      tally.compared += theirs.length;
      expect(linesOf(ours), `${nameOf(circle)}, ${amountMsat} msat`).toEqual(linesOf(theirs));
    }
  }
  expect(tally.compared).toBeGreaterThan(0);
  tally.report(context);
}

/** Whether the node itself lists every hop as active: it uses no others. */
async function isOpenTo({ self, hops }: Circle): Promise<boolean> {
  for (const { scid, from } of hops) {
    const listed = await self.rpc.graph({ short_channel_id: scid });
    if (!listed.some(({ source, active }) => source === from.key && active)) return false;
  }
  return true;
}

async function knows({ rpc }: RealNode, name: string): Promise<boolean> {
  const { help } = await rpc.call<{ help: { command: string }[] }>('help');
  return help.some(({ command }) => command.split(' ')[0] === name);
}

const linesOf = (hops: readonly Hop[]): readonly string[] =>
  hops.map(
    ({ id, channel, amount_msat, delay }) => `${channel} to ${id}: ${amount_msat} in ${delay}`,
  );

/** Round the circle as `sendpay` takes it, without the last hop. */
async function ballastHops(
  stage: Stage,
  { circle, amountMsat }: { circle: Circle; amountMsat: bigint },
): Promise<readonly Hop[]> {
  const { self, hops } = circle;
  const graph = await stage.graphOf(self);
  const { exclude } = await stage.roundThis(circle);
  const { blockheight: blockHeight } = await self.rpc.info();
  const found = findCircularRoute(graph.snapshot(), {
    self: parseNodeId(self.key),
    amountMsat,
    outChannels: [parseChannelId(hops[0]!.scid)],
    inChannels: [parseChannelId(hops.at(-1)!.scid)],
    blockHeight,
    exclude,
  });
  if (found.kind !== 'route') throw new Error(`${nameOf(circle)}: ${found.message}`);
  const route = buildRoute(found.path, {
    paymentAddr: new Uint8Array(32),
    blockHeight,
    finalCltvDelta: FINAL_DELTA,
  });
  const sent = clnRoute(route, blockHeight);
  if (sent.kind !== 'route') throw new Error(sent.reason);
  return sent.hops.slice(0, -1).map((hop) => ({ ...hop, amount_msat: Number(hop.amount_msat) }));
}

/** Everything but the circle's own channels, in both directions. */
async function others({ self, hops }: Circle): Promise<readonly string[]> {
  const wanted = new Set(hops.map(({ scid, from, to }) => `${scid}/${from.key < to.key ? 0 : 1}`));
  const own = (await self.rpc.channels()).flatMap(({ short_channel_id }) => short_channel_id ?? []);
  const all = new Set([
    ...(await self.rpc.graph()).map(
      ({ short_channel_id: scid, direction }) => `${scid}/${direction}`,
    ),
    ...own.flatMap((scid) => [`${scid}/0`, `${scid}/1`]),
  ]);
  return [...all].filter((direction) => !wanted.has(direction));
}

async function byGetroute({ circle, amountMsat, delay }: Asked): Promise<readonly Hop[]> {
  const { self, hops } = circle;
  const { route } = await self.rpc.call<{ route: RawHop[] }>('getroute', {
    id: hops.at(-1)!.from.key,
    amount_msat: amountMsat,
    riskfactor: 1,
    cltv: delay,
    exclude: await others(circle),
  });
  return route;
}

/** `getroutes` tells what goes into a channel with what its owner takes for it; what comes out of it is its next one's. */
async function byGetroutes({ circle, amountMsat, delay }: Asked): Promise<readonly Hop[]> {
  const { self, hops } = circle;
  const { rpc } = self;
  await rpc.call('askrene-remove-layer', { layer: LAYER }).catch(() => undefined);
  await rpc.call('askrene-create-layer', { layer: LAYER });
  for (const short_channel_id_dir of await others(circle)) {
    await rpc.call('askrene-update-channel', {
      layer: LAYER,
      short_channel_id_dir,
      enabled: false,
    });
  }
  interface Step {
    readonly short_channel_id_dir: string;
    readonly next_node_id: string;
    readonly amount_msat: number;
    readonly delay: number;
  }
  interface Found {
    readonly routes: readonly {
      readonly amount_msat: number;
      readonly final_cltv: number;
      readonly path: readonly Step[];
    }[];
  }
  const { routes: found } = await rpc.call<Found>('getroutes', {
    source: self.key,
    destination: hops.at(-1)!.from.key,
    amount_msat: amountMsat,
    layers: ['auto.localchans', LAYER],
    maxfee_msat: amountMsat,
    final_cltv: delay,
  });
  expect(found.length, `${nameOf(circle)}: routes`).toBe(1);
  const [{ path, amount_msat, final_cltv }] = found as [Found['routes'][number]];
  const leaving = [...path.slice(1), { amount_msat, delay: final_cltv }];
  return path.map((step, i) => ({
    id: step.next_node_id,
    channel: step.short_channel_id_dir.split('/')[0]!,
    amount_msat: leaving[i]!.amount_msat,
    delay: leaving[i]!.delay,
  }));
}
