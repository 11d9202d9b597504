/** What `htlcEvents` tells of forwards, and the forwarding history, beside what the forwarding node itself records. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { HtlcEventNews, HtlcNews, LightningNode } from '../../../../src/ports.ts';
import { formatChannelId } from '../../../../src/units/ids.ts';
import { firstOr, NO_CIRCLE } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { allCircles, circles } from '../circles.ts';
import { expectMoved, failureOf, forwardsOver, paymentsOf } from '../records.ts';
import { run } from '../refused-run.ts';
import type { Stage } from '../stage.ts';

const EVENTS_MS = 20_000;

export function events(stageOf: () => Stage): void {
  it('tells forwards with the amounts that the forwarder recorded, and that they settled', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const circle = firstOr(circles(network), context, NO_CIRCLE);
    const [incoming, outgoing] = circle.hops as [(typeof circle.hops)[0], (typeof circle.hops)[0]];
    const listening = await listen(await stage.ballastOn(outgoing.from));
    const { past } = await run(stage, { circle });
    await expectMoved(network, past, { circle, amountMsat: network.amountMsat });
    const [recorded] = await forwardsOver(past, { incoming, outgoing });
    const went = await listening.find('went_out');
    const tally = new Tally('real Core Lightning, events of forwards');
    tally.amounts(BigInt(recorded!.in_msat), went.amountInMsat);
    tally.amounts(BigInt(recorded!.out_msat!), went.amountOutMsat);
    expect([went.amountInMsat, went.amountOutMsat]).toEqual([
      BigInt(recorded!.in_msat),
      BigInt(recorded!.out_msat!),
    ]);
    expect(formatChannelId(went.in!.channelId)).toBe(incoming.scid);
    expect(formatChannelId(went.out!.channelId)).toBe(outgoing.scid);
    expect(went.in!.htlcId).toBe(BigInt(recorded!.in_htlc_id));
    const settled = await listening.find('settled');
    expect([settled.in, settled.out]).toEqual([went.in, went.out]);
    await listening.stop();
    tally.sent = tally.settled = tally.compared = 1;
    tally.report(context);
  });

  it('tells that a node had not the balance to forward', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const found = allCircles(network).flatMap((circle) => {
      const [first, short, ...others] = circle.hops;
      const amountMsat = short!.channel.to_us_msat + 1_000_000;
      const carried = [first!, ...others].every(({ usableMsat }) => usableMsat > amountMsat * 1.05);
      const fits = short!.channel.total_msat * 0.95 > amountMsat;
      return carried && fits ? [{ circle, amountMsat: BigInt(amountMsat) }] : [];
    });
    const why = 'no circle has less balance in its second channel than in all the others';
    const { circle, amountMsat } = firstOr(found, context, why);
    const [incoming, outgoing] = circle.hops as [(typeof circle.hops)[0], (typeof circle.hops)[0]];
    const listening = await listen(await stage.ballastOn(outgoing.from));
    const { past } = await run(stage, { circle, amountMsat });
    const [payment] = await paymentsOf(past);
    const { failcodename } = await failureOf(circle.self, payment!);
    expect(failcodename).toBe('WIRE_TEMPORARY_CHANNEL_FAILURE');
    const [recorded] = await forwardsOver(past, { incoming, outgoing });
    expect(recorded).toMatchObject({ status: 'local_failed', failreason: failcodename });
    const refused = await listening.find('refused');
    expect(refused.refusal).toBe('INSUFFICIENT_BALANCE');
    expect(formatChannelId(refused.in!.channelId)).toBe(incoming.scid);
    expect(formatChannelId(refused.out!.channelId)).toBe(outgoing.scid);
    expect(refused.amountInMsat).toBe(BigInt(recorded!.in_msat));
    await listening.stop();
    const tally = new Tally('real Core Lightning, demand that was missed');
    tally.sent = tally.refused = tally.compared = 1;
    tally.report(context);
  });

  it('reads the history of forwards as listforwards has it', async (context) => {
    const { network } = stageOf();
    await network.settle();
    const tally = new Tally('real Core Lightning, history of forwards');
    for (const self of network.nodes) {
      const node = await stageOf().ballastOn(self);
      const { forwards } = await node.forwardingHistory({ sinceMs: 0 });
      const ours = forwards.map((one) =>
        [
          `${formatChannelId(one.inChannelId)} > ${formatChannelId(one.outChannelId)}`,
          `${one.amountInMsat} > ${one.amountOutMsat}`,
        ].join(', '),
      );
      const theirs = (await self.rpc.forwards())
        .filter(({ status }) => status === 'settled')
        .map((one) =>
          [`${one.in_channel} > ${one.out_channel}`, `${one.in_msat} > ${one.out_msat}`].join(', '),
        );
      expect([...ours].sort()).toEqual([...theirs].sort());
      tally.compared += ours.length;
    }
    tally.report(context);
  });
}

type Kind = HtlcEventNews['kind'];

interface Listening {
  /** The first of this kind that was told. */
  find<K extends Kind>(kind: K): Promise<Extract<HtlcEventNews, { kind: K }>>;
  stop(): Promise<void>;
}

/** Listens from now on. */
async function listen(node: LightningNode): Promise<Listening> {
  const told: HtlcNews[] = [];
  const stopping = new AbortController();
  const reading = (async () => {
    for await (const news of node.htlcEvents!({ signal: stopping.signal })) told.push(news);
  })();
  const eventually = async <N extends HtlcNews>(
    isIt: (news: HtlcNews) => news is N,
  ): Promise<N> => {
    const until = Date.now() + EVENTS_MS;
    for (;;) {
      const found = told.find(isIt);
      if (found !== undefined) return found;
      if (Date.now() > until)
        throw new Error(`not told, but ${JSON.stringify(told.map(({ kind }) => kind))}`);
      await pause(50);
    }
  };
  await eventually((news) => news.kind === 'listening');
  return {
    find: <K extends Kind>(kind: K) =>
      eventually((news): news is Extract<HtlcEventNews, { kind: K }> => news.kind === kind),
    stop: async () => {
      stopping.abort();
      await reading;
    },
  };
}
