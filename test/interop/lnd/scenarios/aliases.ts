/** Channels that go by aliases: zero-conf ones, and private ones. Out over them, and back over them. */
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { Tally } from '../../tally.ts';
import type { RealDirection } from '../real-network.ts';
import { before, changesSat, paymentsOf } from '../records.ts';
import { firstOr, skip } from '../skip.ts';
import type { Stage } from '../stage.ts';

/** A peer that has other channels with us too takes the one that was asked for now and then. */
const TIMES = 15;

const KINDS: readonly { readonly name: string; readonly is: (one: RealDirection) => boolean }[] = [
  { name: 'a private channel', is: ({ channel }) => channel.private },
  {
    name: 'a public zero-conf channel',
    is: ({ channel }) => channel.zero_conf && !channel.private,
  },
];

export function aliases(stageOf: () => Stage): void {
  for (const { name, is } of KINDS) {
    it(`pays out over ${name}`, async (context) => {
      const { stage, own, others } = await placeOf(stageOf(), context, { name, is, side: 'out' });
      const { network } = stage;
      const past = await before(own.from);
      const node = await stage.ballastOn(own.from);
      const report = await new Rebalancer({ node, store: memoryStore() }).rebalance({
        from: own.channel.chan_id,
        to: others.map(({ channel }) => channel.chan_id),
        amountMsat: network.amountMsat,
        maxFeePpm: 200_000,
      }).result;
      expect(report.outcome.kind, JSON.stringify(report.notes)).toBe('settled');
      const [payment] = (await paymentsOf(past)).filter(({ status }) => status === 'SUCCEEDED');
      expect(payment!.fee_msat).toBe(String(report.feePaidMsat));
      const changes = await changesSat(network, past);
      const sentSat = Number(network.amountMsat + report.feePaidMsat) / 1000;
      expect(Math.abs((changes.get(own.channel.channel_point) ?? 0) + sentSat)).toBeLessThan(1);
      settledOnce(context, name);
    });

    it(`comes back over ${name}`, async (context) => {
      const { stage, own, others } = await placeOf(stageOf(), context, { name, is, side: 'in' });
      const { network } = stage;
      const self = own.to;
      const node = await stage.ballastOn(self);
      const asked = stage.otherEnd(own).channel.chan_id;
      const names = new Set<string>();
      for (let i = 0; i < TIMES; i++) {
        const past = await before(self);
        const report = await new Rebalancer({ node, store: memoryStore() }).rebalance({
          from: others.map(({ channel }) => channel.chan_id),
          to: asked,
          amountMsat: network.amountMsat,
          maxFeePpm: 200_000,
          arrival: 'strict',
          maxAttempts: 2,
        }).result;
        const payments = await paymentsOf(past);
        const changes = await changesSat(network, past);
        for (const { htlcs } of payments) names.add(htlcs.at(-1)!.route.hops.at(-1)!.chan_id);
        const settled = payments.filter(({ status }) => status === 'SUCCEEDED');
        const gainedSat = changes.get(own.channel.channel_point) ?? 0;
        expect(Math.abs(gainedSat - settled.length * network.amountSat)).toBeLessThanOrEqual(1);
        expect(report.outcome.kind === 'settled').toBe(settled.length === 1);
        if (settled.length === 0) continue;
        const invoice = await self.rpc.invoice(settled[0]!.payment_hash);
        expect(invoice.htlcs.map(({ chan_id, state }) => [chan_id, state])).toEqual([
          [asked, 'SETTLED'],
        ]);
        process.stdout.write(
          `${name}: listed as ${asked}, asked for as ${[...names].join(', ')}\n`,
        );
        settledOnce(context, name);
        return;
      }
      skip(context, `the peer chose another channel ${TIMES} times`);
    });
  }
}

/** Such a channel with enough balance, and others of ours by which a circle can be closed. */
async function placeOf(
  stage: Stage,
  context: Parameters<typeof skip>[0],
  { name, is, side }: { name: string; is: (one: RealDirection) => boolean; side: 'in' | 'out' },
): Promise<{ stage: Stage; own: RealDirection; others: readonly RealDirection[] }> {
  const { network } = stage;
  await network.settle();
  const enough = network.directions.filter(
    ({ channel, usableSat }) => channel.active && usableSat > network.amountSat * 1.2 + 2000,
  );
  const found = enough.filter(is).flatMap((own) => {
    const [self, peer] = side === 'out' ? [own.from, own.to] : [own.to, own.from];
    const others =
      side === 'out'
        ? enough
            .filter(({ from, to }) => to === self && from !== peer)
            .map((one) => stage.otherEnd(one))
        : enough.filter(({ from, to }) => from === self && to !== peer);
    // Somebody else has to be able to bring it there, or take it from there.
    const passes = enough.some(
      ({ from, to, channel }) =>
        !channel.private &&
        (side === 'out' ? from === peer : to === peer) &&
        from !== self &&
        to !== self,
    );
    return others.length > 0 && passes ? [{ stage, own, others }] : [];
  });
  return firstOr(found, context, `no two given nodes have ${name} with enough balance`);
}

function settledOnce(context: Parameters<typeof skip>[0], name: string): void {
  const tally = new Tally(`real lnd, ${name}`);
  tally.sent = tally.settled = 1;
  tally.report(context);
}
