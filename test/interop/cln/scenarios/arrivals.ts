/** With parallel channels a peer hands payments over on whichever it likes: the report says where they truly came. */
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { formatChannelId } from '../../../../src/units/ids.ts';
import { firstOr } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import type { RealDirection } from '../real-network.ts';
import { before, changesMsat, paymentsOf } from '../records.ts';
import type { Stage } from '../stage.ts';

const TIMES = 6;

export function arrivals(stageOf: () => Stage): void {
  it('tells over which of parallel channels a payment came', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const why =
      'no given node has two or more channels from one given peer, and enough balance in another one';
    const { inward, outward } = firstOr(places(stage), context, why);
    const self = inward.to;
    const node = await stage.ballastOn(self);
    const tally = new Tally('real Core Lightning, arrivals over parallel channels');
    const came = new Map<string, number>();
    for (let i = 0; i < TIMES; i++) {
      const past = await before(network, self);
      const report = await new Rebalancer({ node, store: memoryStore() }).rebalance({
        from: outward.scid,
        to: inward.scid,
        amountMsat: network.amountMsat,
        maxFeePpm: 200_000,
        arrival: 'report',
        maxAttempts: 2,
      }).result;
      expect(report.outcome.kind, report.notes.join()).toBe('settled');
      const settled = (await paymentsOf(past)).filter(({ status }) => status === 'complete');
      expect(settled.length).toBe(1);
      const htlcs = await self.rpc.htlcs(settled[0]!.payment_hash);
      const arrived = htlcs.filter(({ direction }) => direction === 'in');
      const over = arrived.map(({ short_channel_id }) => short_channel_id);
      expect(report.arrivals.map(({ channelId }) => formatChannelId(channelId))).toEqual(over);
      expect(report.arrivals.map(({ amountMsat }) => Number(amountMsat))).toEqual(
        arrived.map(({ amount_msat }) => amount_msat),
      );
      expect(report.arrivedAsAsked).toBe(over[0] === inward.scid);
      const changes = await changesMsat(network, past);
      const sentMsat = BigInt(settled[0]!.amount_sent_msat);
      expect(changes).toEqual(
        new Map([
          [outward.scid, -sentMsat],
          [over[0]!, network.amountMsat],
        ]),
      );
      came.set(over[0]!, (came.get(over[0]!) ?? 0) + 1);
      tally.sent++;
      tally.settled++;
      tally.compared++;
      tally.amounts(sentMsat - network.amountMsat, report.feePaidMsat);
    }
    const counts = [...came].map(([scid, times]) => `${scid} ${times} times`);
    process.stdout.write(`asked for ${inward.scid}, came over ${counts.join(', ')}\n`);
    tally.report(context);
  }, 600_000);

  it('refuses strict arrival, which needs payments that are held', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    const { inward, outward } = firstOr(places(stage), context, 'no parallel channels');
    const node = await stage.ballastOn(inward.to);
    const past = await before(network, inward.to);
    const run = new Rebalancer({ node, store: memoryStore() }).rebalance({
      from: outward.scid,
      to: inward.scid,
      amountMsat: network.amountMsat,
      maxFeePpm: 200_000,
      arrival: 'strict',
    });
    const end = await run.result.catch((error: unknown) => error);
    expect(JSON.stringify(end instanceof Error ? end.message : end, textOfBig)).toContain(
      'Core Lightning holds payments for plugins alone',
    );
    expect(await paymentsOf(past)).toEqual([]);
  });
}

const textOfBig = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

/** Before v25.05 lightningd lists HTLCs of all time or none, and Ballast finds none. */
const tellsArrivals = ({ to }: RealDirection): boolean =>
  Number(/^v(\d+\.\d+)/.exec(to.info.version)?.[1] ?? 99) >= 25.05;

/** Public parallel channels towards a node that can send over a channel with somebody else. */
function places({
  network: { directions, amountMsat },
}: Stage): readonly { inward: RealDirection; outward: RealDirection }[] {
  const usable = directions.filter(
    ({ active, channel, usableMsat }) =>
      active && !channel.private && usableMsat > Number(amountMsat) * TIMES,
  );
  return usable.filter(tellsArrivals).flatMap((inward) => {
    const siblings = usable.filter(({ from, to }) => from === inward.from && to === inward.to);
    if (siblings.length < 2) return [];
    return usable
      .filter(({ from, to }) => from === inward.to && to !== inward.from)
      .map((outward) => ({ inward, outward }));
  });
}
