/** What `htlcEvents` tells of forwards, beside what the forwarding node and the payer record. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { HtlcEventNews, HtlcNews, LightningNode } from '../../../../src/ports.ts';
import { Tally } from '../../tally.ts';
import { allCircles, circles } from '../circles.ts';
import { expectMoved, paymentsOf } from '../records.ts';
import { run } from '../refused-run.ts';
import { firstOr, NO_CIRCLE } from '../skip.ts';
import type { Stage } from '../stage.ts';

const EVENTS_MS = 20_000;

export function eventStreams(stageOf: () => Stage): void {
  it('tells forwards with the amounts of the route, and that they settled', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const circle = firstOr(circles(network), context, NO_CIRCLE);
    const forwarder = circle.hops[1]!.from;
    const listening = await listen(await stage.ballastOn(forwarder));
    const { past } = await run(stage, { circle });
    await expectMoved(network, past, { circle, amountMsat: network.amountMsat });
    const { route } = (await paymentsOf(past))[0]!.htlcs.at(-1)!;
    const amounts = [BigInt(route.total_amt_msat), BigInt(route.hops[0]!.amt_to_forward_msat)];
    const forward = await listening.find('went_out', 'forward');
    expect([forward.amountInMsat, forward.amountOutMsat]).toEqual(amounts);
    expect(forward.in?.channelId).toBe(stage.otherEnd(circle.hops[0]!).channel.chan_id);
    expect(forward.out?.channelId).toBe(circle.hops[1]!.channel.chan_id);
    const settled = await listening.find('settled', 'forward');
    expect([settled.in, settled.out]).toEqual([forward.in, forward.out]);
    await listening.stop();
    const tally = new Tally('real lnd, events of forwards');
    tally.sent = tally.settled = tally.compared = 1;
    tally.report(context);
  });

  it('tells that our own node made a payment, and that it came back', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const circle = firstOr(circles(network), context, NO_CIRCLE);
    const listening = await listen(await stage.ballastOn(circle.self));
    const { past } = await run(stage, { circle });
    await expectMoved(network, past, { circle, amountMsat: network.amountMsat });
    const sent = await listening.find('went_out', 'send');
    expect(sent).toMatchObject({ in: null, out: { channelId: circle.hops[0]!.channel.chan_id } });
    const received = await listening.find('settled', 'receive');
    expect(received.in?.channelId).toBe(stage.otherEnd(circle.hops.at(-1)!).channel.chan_id);
    await listening.stop();
  });

  it('tells that a node had not the balance to forward', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const found = allCircles(network).flatMap((circle) => {
      const [first, short, ...others] = circle.hops;
      const amountSat = Number(short!.channel.local_balance) + 1000;
      const carried = [first!, ...others].every(({ usableSat }) => usableSat > amountSat * 1.05);
      const fits = Number(short!.channel.capacity) * 0.95 > amountSat;
      return carried && fits ? [{ circle, amountMsat: BigInt(amountSat) * 1000n }] : [];
    });
    const why = 'no circle has less balance in its second channel than in all the others';
    const { circle, amountMsat } = firstOr(found, context, why);
    const listening = await listen(await stage.ballastOn(circle.hops[1]!.from));
    const { past } = await run(stage, { circle, amountMsat });
    const failure = (await paymentsOf(past))[0]!.htlcs.at(-1)!.failure!;
    expect(failure.code).toBe('TEMPORARY_CHANNEL_FAILURE');
    const refused = await listening.find('refused', 'forward');
    expect(refused.refusal).toBe('INSUFFICIENT_BALANCE');
    expect(refused.out?.channelId).toBe(circle.hops[1]!.graphId);
    await listening.stop();
  });
}

type Kind = HtlcEventNews['kind'];

interface Listening {
  /** The first of this kind and purpose that was told. */
  find<K extends Kind>(
    kind: K,
    purpose: HtlcEventNews['purpose'],
  ): Promise<Extract<HtlcEventNews, { kind: K }>>;
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
    find: <K extends Kind>(kind: K, purpose: HtlcEventNews['purpose']) =>
      eventually(
        (news): news is Extract<HtlcEventNews, { kind: K }> =>
          news.kind === kind && 'purpose' in news && news.purpose === purpose,
      ),
    stop: async () => {
      stopping.abort();
      await reading;
    },
  };
}
