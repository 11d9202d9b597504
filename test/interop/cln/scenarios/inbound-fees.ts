/**
 * Inbound fees, which Core Lightning itself does not know: an lnd node on the way announces them, gossip_store holds what it
 * announced, and Ballast pays exactly what lnd asks.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { connectCln } from '../../../../src/node/cln/index.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { formatChannelId, parseChannelId } from '../../../../src/units/ids.ts';
import type { GivenNodes } from '../../given-nodes.ts';
import { LndRpc } from '../../lnd/lnd-rpc.ts';
import type { RawChannel } from '../../lnd/messages.ts';
import { firstOr, skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { GOSSIP_MS } from '../policies.ts';
import type { RealDirection, RealNode } from '../real-network.ts';
import { before, changesMsat, failureOf, paymentsOf } from '../records.ts';
import { connectOptions, type Stage } from '../stage.ts';

const FEES = [
  { base_fee_msat: -700, fee_rate_ppm: -431 },
  { base_fee_msat: 0, fee_rate_ppm: -97 },
] as const;
/** lnd writes its forwards down every 15 s. */
const FORWARDS_MS = 45_000;
const NONE = { base_fee_msat: 0, fee_rate_ppm: 0 };

/** Out to lnd, on from there to another given node, and back over that one's channel with us. */
interface Place {
  readonly self: RealNode;
  readonly lnd: LndRpc;
  /** As lnd lists them: the one with us, and the one onward. */
  readonly incoming: RawChannel;
  readonly outgoing: RawChannel;
  readonly back: RealDirection;
}

export function inboundFees(stageOf: () => Stage, given: Pick<GivenNodes, 'lnd'>): void {
  it('pays exactly the discount that an lnd node on the way announces', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const clients = given.lnd.map((one) => new LndRpc(one));
    const tally = new Tally('real Core Lightning, inbound fees of lnd on the way');
    try {
      const why =
        'no given lnd node has channels with balance with two given Core Lightning nodes, one of them with a gossip_store, that have a channel with each other';
      const place = firstOr(await places(stage, clients), context, why);
      const node = await connectCln(connectOptions(place.self.given));
      for (const fee of FEES) {
        await announce(place, fee);
        try {
          const shown = await graphHas(node, place, fee);
          if (!shown) skip(context, `the news did not come within ${GOSSIP_MS / 1000} s`);
          await payOnce(stage, { place, node }, tally);
        } finally {
          await announce(place, NONE);
        }
      }
      await node.close();
    } finally {
      for (const client of clients) client.close();
    }
    tally.report(context);
  }, 600_000);
}

type Node = Awaited<ReturnType<typeof connectCln>>;

async function payOnce(
  stage: Stage,
  { place, node }: { place: Place; node: Node },
  tally: Tally,
): Promise<void> {
  const { network } = stage;
  const { self, back } = place;
  const [first, second] = [place.incoming.chan_id, place.outgoing.chan_id];
  const wanted = new Set([first, second, parseChannelId(back.scid)]);
  const { channels } = await node.describeGraph();
  const request = {
    from: first,
    to: back.scid,
    amountMsat: network.amountMsat,
    maxFeePpm: 200_000,
    exclude: {
      channels: channels.map(({ channelId }) => channelId).filter((id) => !wanted.has(id)),
    },
  };
  const rebalancer = new Rebalancer({ node, store: memoryStore(), graphMaxAgeMs: 1 });
  const startSeconds = Math.floor(Date.now() / 1000) - 120;
  // For one millisatoshi less lnd refuses it: what Ballast pays is the least.
  const underpaying: Node = {
    ...node,
    sendToRoute: (sent) => {
      sent.route.totalAmtMsat -= 1n;
      return node.sendToRoute(sent);
    },
  };
  const short = await before(network, self);
  await new Rebalancer({ node: underpaying, store: memoryStore(), graphMaxAgeMs: 1 }).rebalance({
    ...request,
    maxAttempts: 1,
  }).result;
  const [refused] = await paymentsOf(short);
  const { failcodename, erring_index } = await failureOf(self, refused!);
  expect([failcodename, erring_index]).toEqual(['WIRE_FEE_INSUFFICIENT', 1]);
  tally.sent++;
  tally.refused++;

  const past = await before(network, self);
  const report = await rebalancer.rebalance(request).result;
  expect(report.outcome.kind, JSON.stringify(report.notes)).toBe('settled');
  const [payment] = (await paymentsOf(past)).filter(({ status }) => status === 'complete');
  const feeMsat = BigInt(payment!.amount_sent_msat - payment!.amount_msat);
  expect(report.feePaidMsat).toBe(feeMsat);
  const changes = await changesMsat(network, past);
  expect(changes.get(formatChannelId(parseChannelId(first)))).toBe(-(network.amountMsat + feeMsat));
  expect(changes.get(back.scid)).toBe(network.amountMsat);
  const theirs = (await back.from.rpc.forwards()).findLast(
    ({ out_channel, status }) => out_channel === back.scid && status === 'settled',
  );
  const lndFeeMsat = await earned(place, { sinceSeconds: startSeconds, feeMsat, back: theirs! });
  tally.sent++;
  tally.settled++;
  tally.compared++;
  tally.amounts(lndFeeMsat + BigInt(theirs!.fee_msat!), report.feePaidMsat);
  expect(lndFeeMsat + BigInt(theirs!.fee_msat!)).toBe(report.feePaidMsat);
}

/** What lnd itself has earned with it, as soon as it is written down. */
async function earned(
  { lnd }: Place,
  paid: { sinceSeconds: number; feeMsat: bigint; back: { in_msat: number; out_msat?: number } },
): Promise<bigint> {
  const until = Date.now() + FORWARDS_MS;
  const sent = String(BigInt(paid.back.out_msat!) + paid.feeMsat);
  for (;;) {
    const found = (await lnd.forwardsSince(paid.sinceSeconds)).find(
      ({ amt_in_msat, amt_out_msat }) =>
        amt_in_msat === sent && amt_out_msat === String(paid.back.in_msat),
    );
    if (found !== undefined) return BigInt(found.fee_msat);
    if (Date.now() > until) throw new Error('lnd has no such forward');
    await pause(1000);
  }
}

async function places(
  { network: { nodes, directions, amountMsat } }: Stage,
  clients: readonly LndRpc[],
): Promise<readonly Place[]> {
  const neededSat = Number(amountMsat) / 500 + 10_000;
  const found: Place[] = [];
  for (const lnd of clients) {
    const channels = (await lnd.channels()).filter((one) => one.active && !one.private);
    for (const incoming of channels.filter((one) => Number(one.remote_balance) > neededSat)) {
      const self = nodes.find(({ key }) => key === incoming.remote_pubkey);
      if (self === undefined || self.given.gossipStore === null) continue;
      for (const outgoing of channels.filter((one) => Number(one.local_balance) > neededSat)) {
        const back = directions.find(
          ({ from, to, active, channel, usableMsat, siblings }) =>
            from.key === outgoing.remote_pubkey &&
            to === self &&
            active &&
            !channel.private &&
            siblings === 1 &&
            usableMsat > amountMsat,
        );
        if (back !== undefined) found.push({ self, lnd, incoming, outgoing, back });
      }
    }
  }
  return found;
}

/** What arrivals over the channel with us cost, or spare. */
async function announce(
  { lnd, incoming }: Place,
  inbound_fee: { readonly base_fee_msat: number; readonly fee_rate_ppm: number },
): Promise<void> {
  const [funding_txid_str, index] = incoming.channel_point.split(':');
  const answer = await lnd.call<{ failed_updates: { update_error: string }[] }>(
    'default',
    'updateChannelPolicy',
    {
      chan_point: { funding_txid_str, output_index: Number(index) },
      // More than the discount, or lnd would let it pass for nothing.
      ...{ base_fee_msat: '2000', fee_rate_ppm: 1300, time_lock_delta: 40, inbound_fee },
    },
  );
  expect(answer.failed_updates).toEqual([]);
}

async function graphHas(node: Node, { incoming }: Place, fee: (typeof FEES)[number]) {
  const until = Date.now() + GOSSIP_MS;
  for (;;) {
    const { channels } = await node.describeGraph();
    const found = channels.find(({ channelId }) => channelId === incoming.chan_id);
    const isSo = [found?.policy1, found?.policy2].some(
      (policy) =>
        policy?.inboundFeeBaseMsat === BigInt(fee.base_fee_msat) &&
        policy.inboundFeeRatePpm === fee.fee_rate_ppm,
    );
    if (isSo) return true;
    if (Date.now() > until) return false;
    await pause(200);
  }
}
