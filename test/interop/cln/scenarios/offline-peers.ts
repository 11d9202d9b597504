/** Peers that are offline: on the way, and our own. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { formatChannelId } from '../../../../src/units/ids.ts';
import { firstOr, NO_CIRCLE, skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { circles } from '../circles.ts';
import type { RealDirection } from '../real-network.ts';
import { expectNothingMoved, failureOf, paymentsOf } from '../records.ts';
import { run } from '../refused-run.ts';
import type { Stage } from '../stage.ts';

const APART_MS = 3000;

export function offlinePeers(stageOf: () => Stage): void {
  it('a peer that is offline on the way: the pair is blamed', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const direction = circle.hops[1]!;
    const graph = await stage.graphOf(circle.self);
    const ballast = await stage.ballastOn(circle.self);
    const node: typeof ballast = {
      ...ballast,
      sendToRoute: async (request) => {
        const apart = await keptApart(direction);
        const outcome = await ballast.sendToRoute(request);
        await apart.end();
        return outcome;
      },
    };
    try {
      const { report, past } = await run(stage, { circle, graph, node });
      const [payment] = await paymentsOf(past);
      const { failcodename, erring_index } = await failureOf(circle.self, payment!);
      const [attempt] = report.attempts;
      if (attempt?.outcome.kind !== 'failed') {
        skip(context, 'lightningd connected again before the payment came');
      }
      const { verdict } = attempt.outcome;
      expect([`WIRE_${verdict.code}`, verdict.sourceIndex]).toEqual([failcodename, erring_index]);
      expect(erring_index).toBe(1);
      expect(['channel', 'pair']).toContain(verdict.blame.kind);
      await reconnect(direction);
      await expectNothingMoved(stage.network, past);
      process.stdout.write(`a peer offline on the way: ${failcodename}\n`);
      refusedOnce(context);
    } finally {
      await reconnect(direction);
    }
  });

  it('a peer of ours that is offline: nothing is sent', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const direction = circle.hops[0]!;
    const ballast = await stage.ballastOn(circle.self);
    const own = await ballast.ownChannels();
    try {
      await disconnect(direction);
      const seen = await ballast.ownChannels();
      const isFirst = ({ channelId }: { channelId: (typeof own)[number]['channelId'] }): boolean =>
        formatChannelId(channelId) === direction.scid;
      expect([own.find(isFirst)?.active, seen.find(isFirst)?.active]).toEqual([true, false]);
      // As it was seen then, for lightningd soon connects again.
      const node = { ...ballast, ownChannels: async () => seen };
      const { report, past } = await run(stage, { circle, node });
      expect(report.outcome).toMatchObject({
        kind: 'no_route',
        reason: { code: 'no_outgoing_channel' },
      });
      expect(await paymentsOf(past)).toEqual([]);
    } finally {
      await reconnect(direction);
      await stage.network.settle();
    }
  });

  it('a peer of ours that has just gone offline: refused before there is an HTLC', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const direction = circle.hops[0]!;
    const ballast = await stage.ballastOn(circle.self);
    const node: typeof ballast = {
      ...ballast,
      sendToRoute: async (request) => {
        await disconnect(direction);
        return ballast.sendToRoute(request);
      },
    };
    try {
      const { report, past } = await run(stage, { circle, node });
      const [attempt] = report.attempts;
      expect(attempt?.outcome).toMatchObject({
        kind: 'failed',
        verdict: { sourceIndex: 0, blame: { kind: 'own_channel' } },
      });
      await reconnect(direction);
      await expectNothingMoved(stage.network, past);
      refusedOnce(context);
    } finally {
      await reconnect(direction);
      await stage.network.settle();
    }
  });
}

function refusedOnce(context: Parameters<Tally['report']>[0]): void {
  const tally = new Tally('real Core Lightning, peers that are offline');
  tally.sent = tally.refused = 1;
  tally.report(context);
}

async function disconnect({ from, to }: RealDirection): Promise<void> {
  await from.rpc.call('disconnect', { id: to.key, force: true });
}

/** lightningd soon connects again, and is disconnected again, for a while: an HTLC that is there already has to end. */
async function keptApart(direction: RealDirection): Promise<{ end(): Promise<void> }> {
  await disconnect(direction);
  const until = Date.now() + APART_MS;
  let ended = false;
  const keeping = (async () => {
    while (!ended && Date.now() < until) {
      await pause(20);
      await disconnect(direction).catch(() => undefined);
    }
  })();
  return {
    end: async () => {
      ended = true;
      await keeping;
    },
  };
}

/** Harmless where they are connected; lightningd itself tries again too. */
async function reconnect({ from, to }: RealDirection): Promise<void> {
  const [address] = to.info.address;
  if (address === undefined) return;
  await from.rpc
    .call('connect', { id: to.key, host: address.address, port: address.port })
    .catch(() => undefined);
}
