/** Private channels, which the graph has from the node alone: out over them, and back over them by the peer's alias. */
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { firstOr } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import type { RealDirection } from '../real-network.ts';
import { before, changesMsat, paymentsOf } from '../records.ts';
import type { Stage } from '../stage.ts';

export function privateChannels(stageOf: () => Stage): void {
  for (const side of ['out', 'in'] as const) {
    const way = side === 'out' ? 'pays out over' : 'comes back over';
    it(`${way} a private channel`, async (context) => {
      const stage = stageOf();
      const { network } = stage;
      await network.settle();
      const why = 'no two given nodes have a private channel with enough balance';
      const { own, others } = firstOr(places(stage, side), context, why);
      const self = side === 'out' ? own.from : own.to;
      const node = await stage.ballastOn(self);
      const past = await before(network, self);
      const scids = others.map(({ scid }) => scid);
      const report = await new Rebalancer({ node, store: memoryStore() }).rebalance({
        from: side === 'out' ? own.scid : scids,
        to: side === 'out' ? scids : own.scid,
        amountMsat: network.amountMsat,
        maxFeePpm: 200_000,
      }).result;
      expect(report.outcome.kind, JSON.stringify(report.notes)).toBe('settled');
      const [payment] = (await paymentsOf(past)).filter(({ status }) => status === 'complete');
      const sentMsat = BigInt(payment!.amount_sent_msat);
      const tally = new Tally('real Core Lightning, private channels');
      tally.sent = tally.settled = 1;
      tally.amounts(sentMsat - network.amountMsat, report.feePaidMsat);
      expect(sentMsat - network.amountMsat).toBe(report.feePaidMsat);
      const changes = await changesMsat(network, past);
      expect(changes.get(own.scid)).toBe(side === 'out' ? -sentMsat : network.amountMsat);
      expect(changes.size).toBe(2);
      tally.report(context);
    });
  }
}

/** Such a channel, and others of the same node by which a circle can be closed. */
function places(
  { network: { directions, amountMsat } }: Stage,
  side: 'in' | 'out',
): readonly { own: RealDirection; others: readonly RealDirection[] }[] {
  const enough = directions.filter(
    ({ active, usableMsat }) => active && usableMsat > Number(amountMsat) * 1.2 + 2_000_000,
  );
  return enough
    .filter(({ channel, siblings }) => channel.private && siblings === 1)
    .flatMap((own) => {
      const [self, peer] = side === 'out' ? [own.from, own.to] : [own.to, own.from];
      const others = enough.filter(({ channel, from, to }) => {
        const isOurs = side === 'out' ? to === self : from === self;
        return isOurs && !channel.private && from !== peer && to !== peer;
      });
      return others.length > 0 ? [{ own, others }] : [];
    });
}
