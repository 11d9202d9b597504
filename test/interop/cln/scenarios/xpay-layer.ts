/** What the node's own payments know: read as it is, and told what is known elsewhere. */
import { expect, it } from 'vitest';
import { parseNodeId } from '../../../../src/units/ids.ts';
import { firstOr, NO_CIRCLE, skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { allCircles, circles } from '../circles.ts';
import { Refusal } from '../cln-rpc.ts';
import { Holding } from '../holding.ts';
import type { RealNode } from '../real-network.ts';
import { expectMoved } from '../records.ts';
import { run } from '../refused-run.ts';
import type { Stage } from '../stage.ts';

interface RawConstraint {
  readonly short_channel_id_dir: string;
  readonly minimum_msat?: number;
  readonly maximum_msat?: number;
  readonly timestamp: number;
}

interface RawReservation {
  readonly short_channel_id_dir: string;
  readonly amount_msat: number;
}

export function xpayLayer(stageOf: () => Stage): void {
  it('reads what the layer xpay has, and tells it what a node could know', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const why = 'no given node is strange to a channel of two others with balance';
    // What is told is true: that channel has this balance, and not much more.
    const { to, from, scid, learner, usableMsat, channel } = firstOr(
      network.directions.flatMap((direction) =>
        network.nodes
          .filter((node) => node !== direction.from && node !== direction.to)
          .map((learner) => ({ ...direction, learner }))
          .filter((one) => one.siblings === 1 && !one.channel.private && one.usableMsat > 1e7),
      ),
      context,
      why,
    );
    await constraintsAt(learner, context);
    const ballast = await stage.ballastOn(learner);
    const atMs = Math.floor(Date.now() / 1000) * 1000;
    const [successAmtMsat, failAmtMsat] = [BigInt(usableMsat), BigInt(channel.total_msat)];
    const told = await ballast.importMissionControl([
      {
        from: parseNodeId(from.key),
        to: parseNodeId(to.key),
        ...{ successAmtMsat, successAtMs: atMs, failAmtMsat, failAtMs: atMs },
      },
      // Says nothing.
      {
        from: parseNodeId(to.key),
        to: parseNodeId(from.key),
        ...{ successAmtMsat: 0n, successAtMs: null, failAmtMsat: 0n, failAtMs: null },
      },
    ]);
    expect(told).toEqual({ imported: 1, leftOut: 1 });
    const side = `${scid}/${from.key < to.key ? 0 : 1}`;
    const known = (await constraintsAt(learner, context)).filter(
      ({ short_channel_id_dir }) => short_channel_id_dir === side,
    );
    // The newest of each: the layer keeps what earlier runs told.
    expect(known.findLast(({ minimum_msat }) => minimum_msat)?.minimum_msat).toBe(usableMsat);
    expect(known.findLast(({ maximum_msat }) => maximum_msat)?.maximum_msat).toBe(
      channel.total_msat - 1,
    );
    const pair = (await ballast.missionControl()).find(
      (one) => one.from === from.key && one.to === to.key,
    );
    expect(pair).toMatchObject({ successAmtMsat, failAmtMsat });
    expect(pair!.successAtMs).toBeGreaterThanOrEqual(atMs);
    tallyOf(context, 2);
  });

  it('tells of the channel that lacked the balance, and how far the payment came', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const found = allCircles(network).flatMap((circle) => {
      const [first, passed, short, ...others] = circle.hops;
      if (short === undefined || others.length === 0) return [];
      const amountMsat = short.channel.to_us_msat + 1_000_000;
      const fits = short.channel.total_msat * 0.95 > amountMsat;
      const carried = [first!, passed!, ...others].every(
        (one) => one.usableMsat > amountMsat * 1.05,
      );
      return carried && fits
        ? [{ circle, short, passed: passed!, amountMsat: BigInt(amountMsat) }]
        : [];
    });
    const why = 'no circle of four has less balance in its third channel than in all the others';
    const { circle, short, passed, amountMsat } = firstOr(found, context, why);
    await constraintsAt(circle.self, context);
    const { report } = await run(stage, { circle, amountMsat });
    expect(report.outcome.kind).not.toBe('settled');
    const [, second, third] = report.attempts[0]!.hops;
    const nameOf = ({ scid, from, to }: typeof short): string =>
      `${scid}/${from.key < to.key ? 0 : 1}`;
    const until = Date.now() + 10_000;
    for (;;) {
      const known = await constraintsAt(circle.self, context);
      const isMost = known.some(
        (one) =>
          one.short_channel_id_dir === nameOf(short) &&
          one.maximum_msat === Number(third!.amountMsat) - 1,
      );
      const isLeast = known.some(
        (one) =>
          one.short_channel_id_dir === nameOf(passed) &&
          one.minimum_msat === Number(second!.amountMsat),
      );
      if (isMost && isLeast) break;
      if (Date.now() > until) throw new Error(`not told: ${JSON.stringify(known)}`);
      await new Promise((done) => setTimeout(done, 100));
    }
    tallyOf(context, 2);
  });

  it('reserves what a payment under way holds, and frees it', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const circle = firstOr(circles(network), context, NO_CIRCLE);
    await constraintsAt(circle.self, context);
    const past = await reservedAt(circle.self);
    const holding = await Holding.at(circle.hops[0]!);
    if (typeof holding === 'string') skip(context, holding);
    try {
      const running = run(stage, { circle });
      await holding.arrived();
      const reserved = withoutPast(await reservedAt(circle.self), past);
      const wanted = circle.hops
        .slice(1)
        .map(({ scid, from, to }) => `${scid}/${from.key < to.key ? 0 : 1}`);
      expect(reserved.map(({ short_channel_id_dir }) => short_channel_id_dir).sort()).toEqual(
        [...wanted].sort(),
      );
      await holding.letGo();
      const { report, past: before } = await running;
      await expectMoved(network, before, { circle, amountMsat: network.amountMsat });
      const hops = report.attempts[0]!.hops.slice(1);
      for (const [i, direction] of wanted.entries()) {
        const [one] = reserved.filter((step) => step.short_channel_id_dir === direction);
        expect(BigInt(one!.amount_msat)).toBe(hops[i]!.amountMsat);
      }
      const until = Date.now() + 10_000;
      while (withoutPast(await reservedAt(circle.self), past).length > 0) {
        if (Date.now() > until) throw new Error('it stays reserved');
        await new Promise((done) => setTimeout(done, 50));
      }
      tallyOf(context, wanted.length);
    } finally {
      await holding.close();
    }
  });
}

/** Those that were not there before: of several that are alike lightningd frees whichever it likes. */
function withoutPast(
  now: readonly RawReservation[],
  past: readonly RawReservation[],
): readonly RawReservation[] {
  const left = [...past];
  return now.filter((one) => {
    const same = left.findIndex(
      ({ short_channel_id_dir, amount_msat }) =>
        short_channel_id_dir === one.short_channel_id_dir && amount_msat === one.amount_msat,
    );
    if (same < 0) return true;
    left.splice(same, 1);
    return false;
  });
}

async function constraintsAt(
  { rpc, given }: RealNode,
  context: Parameters<typeof skip>[0],
): Promise<readonly RawConstraint[]> {
  const answer = await rpc
    .call<{ layers: { constraints: RawConstraint[] }[] }>('askrene-listlayers', { layer: 'xpay' })
    .catch((error: unknown) => {
      if (error instanceof Refusal) skip(context, `${given.name} has no xpay: ${error.message}`);
      throw error;
    });
  return answer.layers[0]?.constraints ?? [];
}

async function reservedAt({ rpc }: RealNode): Promise<readonly RawReservation[]> {
  const answer = await rpc.call<{ reservations: RawReservation[] }>('askrene-listreservations');
  return answer.reservations;
}

function tallyOf(context: Parameters<typeof skip>[0], compared: number): void {
  const tally = new Tally('real Core Lightning, what xpay is told');
  tally.compared = compared;
  tally.report(context);
}
