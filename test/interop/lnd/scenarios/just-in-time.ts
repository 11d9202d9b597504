/** A forward that lacks balance fails; while Ballast watches, the same one waits, is paid for, and settles. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type JustInTimeEvent, Rebalancer } from '../../../../src/engine/index.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { Tally } from '../../tally.ts';
import { circles } from '../circles.ts';
import { canHold } from '../holding.ts';
import type { RawAttempt } from '../messages.ts';
import { changePolicy, graphShows, policyAt } from '../policies.ts';
import type { RealDirection } from '../real-network.ts';
import { before, changesSat, paymentsOf } from '../records.ts';
import { firstOr, skip } from '../skip.ts';
import type { Stage } from '../stage.ts';

/** What is missing, and what the circle has to be able to carry for it. */
const MISSING_SAT = 20_000;
const CIRCLE_SAT = 150_000;
/** What the forwarder asks for meanwhile beyond its discount, so that the forward is worth a rebalance. */
const BASE_FEE_MSAT = 500_000n;
const STAKE_MSAT = 10_000_000n;
const FINAL_DELTA = 83;
const TRIES = 3;

interface Place {
  /** From the payer to the forwarder, and from there to the payee. */
  readonly inward: RealDirection;
  readonly outward: RealDirection;
}

export function justInTime(stageOf: () => Stage): void {
  it('a forward waits for its balance and settles, and earns more than that cost', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const why =
      'no given node stands between two others, short of balance towards the one, with a circle by which it could be filled';
    const place = firstOr(places(stage), context, why);
    const { inward, outward } = place;
    const forwarder = inward.to;
    if (!(await canHold(forwarder))) {
      skip(context, `${forwarder.given.name} has an interceptor already`);
    }
    const was = await policyAt(forwarder, outward);
    const discountMsat = await discountOf(stage, place);
    const feeBaseMsat = BigInt(was.fee_base_msat) + discountMsat + BASE_FEE_MSAT;
    const restore = await changePolicy(stage, outward, { fee_base_msat: String(feeBaseMsat) });
    for (const node of [forwarder, inward.from]) {
      const isSo = await graphShows(
        node,
        outward,
        ({ fee_base_msat }) => BigInt(fee_base_msat) === feeBaseMsat,
      );
      if (!isSo) skip(context, `the change did not reach ${node.given.name} in time`);
    }
    const tally = new Tally('real lnd, forwards that waited');
    const alone = await payThrough(stage, place);
    expect(alone.attempt.failure).toMatchObject({
      code: 'TEMPORARY_CHANNEL_FAILURE',
      failure_source_index: 1,
    });
    tally.sent++;
    tally.refused++;

    const past = await before(forwarder);
    const startSeconds = Math.floor(Date.now() / 1000) - 60;
    const watching = await watch(stage, forwarder);
    let paid = await payThrough(stage, place);
    for (let i = 1; i < TRIES && paid.attempt.status !== 'SUCCEEDED'; i++) {
      await pause(5000);
      paid = await payThrough(stage, place);
    }
    const told = JSON.stringify(watching.events, (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(paid.attempt.status, told).toBe('SUCCEEDED');
    const figures = await watching.stop();
    const rebalances = (await paymentsOf(past)).filter(({ status }) => status === 'SUCCEEDED');
    expect(rebalances.length).toBe(1);
    const [rebalance] = rebalances;
    const feeMsat = BigInt(rebalance!.fee_msat);
    const { route } = paid.attempt;
    const earnedMsat = BigInt(route.hops[0]!.fee_msat);
    expect(feeMsat < earnedMsat).toBe(true);
    expect(figures).toMatchObject({
      saved: 1,
      lost: 0,
      spentMsat: feeMsat,
      earnedMsat,
      holding: 0,
    });
    const invoice = await outward.to.rpc.invoice(paid.hash);
    expect([invoice.state, BigInt(invoice.amt_paid_msat)]).toEqual(['SETTLED', paid.amountMsat]);
    const changes = await changesSat(network, past);
    const expected = Number(BigInt(rebalance!.value_msat) - paid.amountMsat) / 1000;
    const change = changes.get(outward.channel.channel_point) ?? 0;
    expect(Math.abs(change - expected)).toBeLessThan(1);
    await expectForward(place, { startSeconds, earnedMsat, amountMsat: paid.amountMsat });
    await restore();
    tally.sent += 2;
    tally.settled += 2;
    tally.report(context);
  }, 600_000);
}

function places(stage: Stage): readonly Place[] {
  const { network } = stage;
  const wide = circles(network, { amountSat: CIRCLE_SAT });
  return network.directions.flatMap((outward) => {
    if (outward.siblings > 1 || outward.channel.private || !outward.channel.active) return [];
    const filled = wide.some(
      ({ self, hops }) =>
        self === outward.from &&
        hops.at(-1)!.channel.channel_point === outward.channel.channel_point,
    );
    if (!filled) return [];
    return network.directions
      .filter(
        ({ from, to, siblings, channel, usableSat }) =>
          to === outward.from &&
          from !== outward.to &&
          siblings === 1 &&
          channel.active &&
          usableSat > amountSatOver(outward) * 1.05 + 10_000,
      )
      .map((inward) => ({ inward, outward }));
  });
}

const amountSatOver = ({ channel }: RealDirection): number =>
  Number(channel.local_balance) + MISSING_SAT;

/** What the forwarder takes off for what comes from the payer, or somewhat more. */
async function discountOf(stage: Stage, { inward, outward }: Place): Promise<bigint> {
  const { inbound_fee_base_msat, inbound_fee_rate_milli_msat } = await policyAt(
    inward.to,
    stage.otherEnd(inward),
  );
  const mostSat = amountSatOver(outward) * 1.1;
  const discountMsat = -inbound_fee_base_msat - (mostSat * inbound_fee_rate_milli_msat) / 1000;
  return BigInt(Math.max(0, Math.ceil(discountMsat)));
}

/** A payment from the one neighbour to the other, by lnd's own calls. */
async function payThrough(
  { network }: Stage,
  { inward, outward }: Place,
): Promise<{ attempt: RawAttempt; hash: string; amountMsat: bigint }> {
  await network.settle();
  const now = network.directions.find(
    ({ from, channel }) =>
      from === outward.from && channel.channel_point === outward.channel.channel_point,
  )!;
  const amountMsat = BigInt(amountSatOver(now)) * 1000n;
  const { r_hash, payment_addr } = await outward.to.rpc.call<{
    r_hash: Buffer;
    payment_addr: Buffer;
  }>('default', 'addInvoice', { value_msat: String(amountMsat), expiry: '600' });
  const payer = inward.from.rpc;
  const route = await payer.buildRoute({
    amt_msat: String(amountMsat),
    final_cltv_delta: FINAL_DELTA,
    outgoing_chan_id: inward.channel.chan_id,
    hop_pubkeys: [outward.from, outward.to].map(({ key }) => Buffer.from(key, 'hex')),
    payment_addr,
  });
  const request = { payment_hash: r_hash, route };
  const attempt = await payer.call<RawAttempt>('router', 'sendToRouteV2', request);
  return { attempt, hash: r_hash.toString('hex'), amountMsat };
}

async function watch(stage: Stage, forwarder: RealDirection['from']) {
  const node = await stage.ballastOn(forwarder);
  const rebalancer = new Rebalancer({ node, store: memoryStore(), graphMaxAgeMs: 1000 });
  const watching = rebalancer.justInTime({ stakeMsat: STAKE_MSAT, holdMs: 15_000 });
  const stopping = new AbortController();
  const run = watching.run(stopping.signal);
  stage.atEnd(async () => {
    stopping.abort();
    await run;
  });
  const events: JustInTimeEvent[] = [];
  const reading = (async () => {
    for await (const event of watching.events) events.push(event);
  })();
  const until = Date.now() + 20_000;
  while (!events.some(({ kind }) => kind === 'interception_connected')) {
    if (Date.now() > until) throw new Error('the interceptor did not connect');
    await pause(100);
  }
  // The first orders are on their way.
  await pause(1500);
  return {
    events,
    stop: async () => {
      const done = Date.now() + 10_000;
      while (watching.figures.saved === 0 && Date.now() < done) await pause(100);
      stopping.abort();
      await run;
      await reading;
      return watching.figures;
    },
  };
}

/** lnd writes its forwards down every 15 s. */
async function expectForward(
  { inward, outward }: Place,
  wanted: { startSeconds: number; earnedMsat: bigint; amountMsat: bigint },
): Promise<void> {
  const until = Date.now() + 45_000;
  for (;;) {
    const found = (await inward.to.rpc.forwardsSince(wanted.startSeconds)).find(
      ({ amt_out_msat }) => BigInt(amt_out_msat) === wanted.amountMsat,
    );
    if (found !== undefined) {
      expect(BigInt(found.fee_msat)).toBe(wanted.earnedMsat);
      expect(found.chan_id_out).toBe(outward.channel.chan_id);
      return;
    }
    if (Date.now() > until) throw new Error('the forwarder has no record of the forward');
    await pause(1000);
  }
}
