/** With parallel channels a peer hands payments over on whichever it likes: only what arrives as asked is taken. */
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { Tally } from '../../tally.ts';
import type { RealDirection } from '../real-network.ts';
import { before, changesSat, paymentsOf } from '../records.ts';
import { firstOr } from '../skip.ts';
import type { Stage } from '../stage.ts';

const TIMES = 12;

export function strictArrivals(stageOf: () => Stage): void {
  it('takes what arrives over the channel that was asked for, and gives the rest back', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const why =
      'no given node has two or more channels from one given peer, and enough balance in another one';
    const { inward, outward } = firstOr(places(stage), context, why);
    const self = inward.to;
    const node = await stage.ballastOn(self);
    const asked = stage.otherEnd(inward).channel;
    const tally = new Tally('real lnd, strict arrivals');
    for (let i = 0; i < TIMES; i++) {
      const past = await before(self);
      const report = await new Rebalancer({ node, store: memoryStore() }).rebalance({
        from: outward.channel.chan_id,
        to: asked.chan_id,
        amountMsat: network.amountMsat,
        maxFeePpm: 200_000,
        arrival: 'strict',
        maxAttempts: 2,
      }).result;
      const payments = await paymentsOf(past);
      const changes = await changesSat(network, past);
      let feesMsat = 0n;
      for (const payment of payments) {
        tally.sent++;
        const invoice = await self.rpc.invoice(payment.payment_hash);
        expect(invoice.state).toBe(payment.status === 'SUCCEEDED' ? 'SETTLED' : 'CANCELED');
        for (const htlc of invoice.htlcs) {
          const isAsked = htlc.chan_id === asked.chan_id;
          if (htlc.state === 'SETTLED') expect(htlc.chan_id).toBe(asked.chan_id);
          else expect(isAsked, `given back though it came over ${asked.chan_id}`).toBe(false);
        }
        if (payment.status === 'SUCCEEDED') {
          tally.settled++;
          feesMsat += BigInt(payment.fee_msat);
        } else tally.refused++;
      }
      const settled = payments.filter(({ status }) => status === 'SUCCEEDED').length;
      expect(settled).toBe(report.outcome.kind === 'settled' ? 1 : 0);
      expect(report.feePaidMsat).toBe(feesMsat);
      const gained = changes.get(inward.channel.channel_point) ?? 0;
      expect(Math.abs(gained - settled * network.amountSat)).toBeLessThanOrEqual(1);
      const touched =
        settled === 0 ? [] : [outward.channel.channel_point, inward.channel.channel_point];
      expect([...changes.keys()].sort()).toEqual([...touched].sort());
    }
    tally.report(context);
  }, 600_000);
}

/** Public parallel channels towards a node that can send over a channel with somebody else. */
function places({
  network: { directions, amountSat },
}: Stage): readonly { inward: RealDirection; outward: RealDirection }[] {
  const usable = directions.filter(
    ({ channel, usableSat }) => channel.active && !channel.private && usableSat > amountSat * 1.2,
  );
  return usable.flatMap((inward) => {
    const siblings = usable.filter(({ from, to }) => from === inward.from && to === inward.to);
    if (siblings.length < 2) return [];
    return usable
      .filter(({ from, to }) => from === inward.to && to !== inward.from)
      .map((outward) => ({ inward, outward }));
  });
}
