/** lnd's own memory of payments: read as it is, and told what is known elsewhere. */
import { expect, it } from 'vitest';
import { parseNodeId } from '../../../../src/units/ids.ts';
import { Tally } from '../../tally.ts';
import type { RawPairHistory } from '../messages.ts';
import type { RealNode } from '../real-network.ts';
import { firstOr } from '../skip.ts';
import type { Stage } from '../stage.ts';

export function missionControl(stageOf: () => Stage): void {
  it('reads what QueryMissionControl tells', async (context) => {
    const stage = stageOf();
    const tally = new Tally('real lnd, pairs of mission control');
    for (const self of stage.network.nodes) {
      const ballast = await stage.ballastOn(self);
      const ours = (await ballast.missionControl()).map((pair) =>
        [
          `${pair.from} ${pair.to}`,
          `${pair.successAmtMsat} at ${(pair.successAtMs ?? 0) / 1000}`,
          `${pair.failAmtMsat} at ${(pair.failAtMs ?? 0) / 1000}`,
        ].join(', '),
      );
      const theirs = (await pairsAt(self)).map(({ node_from, node_to, history }) =>
        [
          `${node_from.toString('hex')} ${node_to.toString('hex')}`,
          `${history.success_amt_msat} at ${seconds(history.success_time)}`,
          `${history.fail_amt_msat} at ${seconds(history.fail_time)}`,
        ].join(', '),
      );
      expect([...ours].sort()).toEqual([...theirs].sort());
      tally.compared += ours.length;
    }
    tally.report(context);
  });

  it('tells a node what another one could know, and the node then knows it', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const { nodes, directions } = stage.network;
    const why = 'no given node is strange to a channel of two others with balance';
    // What is told is true: that channel has this balance.
    const { to, from, learner, usableSat } = firstOr(
      directions.flatMap((direction) =>
        nodes
          .filter((node) => node !== direction.from && node !== direction.to)
          .map((learner) => ({ ...direction, learner }))
          .filter(({ siblings, usableSat }) => siblings === 1 && usableSat > 10_000),
      ),
      context,
      why,
    );
    const ballast = await stage.ballastOn(learner);
    const atMs = Math.floor(Date.now() / 1000) * 1000;
    const successAmtMsat = BigInt(usableSat) * 1000n - 7n;
    const told = await ballast.importMissionControl([
      {
        from: parseNodeId(from.key),
        to: parseNodeId(to.key),
        ...{ successAmtMsat, successAtMs: atMs, failAmtMsat: 0n, failAtMs: null },
      },
      // Says nothing, and lnd would refuse all for its sake.
      {
        from: parseNodeId(to.key),
        to: parseNodeId(from.key),
        ...{ successAmtMsat: 0n, successAtMs: null, failAmtMsat: 0n, failAtMs: null },
      },
    ]);
    expect(told).toEqual({ imported: 1, leftOut: 1 });
    const pair = (await pairsAt(learner)).find(
      ({ node_from, node_to }) =>
        node_from.toString('hex') === from.key && node_to.toString('hex') === to.key,
    );
    expect(BigInt(pair!.history.success_amt_msat) >= successAmtMsat).toBe(true);
    expect(Number(pair!.history.success_time) * 1000).toBeGreaterThanOrEqual(atMs);
  });
}

async function pairsAt({ rpc }: RealNode): Promise<readonly RawPairHistory[]> {
  return (await rpc.call<{ pairs: RawPairHistory[] }>('router', 'queryMissionControl')).pairs;
}

/** lnd's "never" is a negative date or 0. */
const seconds = (time: string): number => Math.max(0, Number(time));
