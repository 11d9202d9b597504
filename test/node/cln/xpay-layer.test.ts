import { describe, expect, test } from 'vitest';
import { nodeIdOf } from '../../graph/make-graph.ts';
import { nodeError } from '../lnd/connections.ts';
import { connectTo, RpcFault, scripted } from './scripted-lightningd.ts';

const [A, B, C] = [nodeIdOf(1), nodeIdOf(2), nodeIdOf(3)];

const channel = (id: string, [source, destination]: readonly [string, string]) => ({
  source,
  destination,
  short_channel_id: id,
  amount_msat: 5_000_000_000,
  active: true,
  last_update: 1,
  base_fee_millisatoshi: 0,
  fee_per_millionth: 0,
  delay: 34,
  htlc_minimum_msat: 0,
  htlc_maximum_msat: 5_000_000_000,
});

async function knowing(constraints: readonly object[]) {
  const lightningd = await scripted();
  // A and B have two channels, B and C one.
  lightningd.on('listchannels', () => ({
    channels: [channel('1x1x1', [A, B]), channel('2x2x2', [A, B]), channel('3x3x3', [B, C])],
  }));
  lightningd.on('listnodes', () => ({ nodes: [] }));
  lightningd.on('listpeerchannels', () => ({ channels: [] }));
  lightningd.on('askrene-listlayers', () => ({ layers: [{ layer: 'xpay', constraints }] }));
  return { lightningd, node: await connectTo(lightningd) };
}

const least = (id: string, minimum_msat: number, timestamp: number) => ({
  short_channel_id_dir: id,
  minimum_msat,
  timestamp,
});
const most = (id: string, maximum_msat: number, timestamp: number) => ({
  short_channel_id_dir: id,
  maximum_msat,
  timestamp,
});

describe('what xpay has learnt', () => {
  test('becomes beliefs of pairs, each way on its own', async () => {
    const { node, lightningd } = await knowing([
      least('3x3x3/0', 500, 10),
      most('3x3x3/0', 900, 20),
      most('3x3x3/1', 0, 30),
    ]);
    expect(await node.missionControl()).toEqual([
      {
        from: B,
        to: C,
        successAmtMsat: 500n,
        successAtMs: 10_000,
        failAmtMsat: 901n,
        failAtMs: 20_000,
      },
      { from: C, to: B, successAmtMsat: 0n, successAtMs: null, failAmtMsat: 1n, failAtMs: 30_000 },
    ]);
    expect(lightningd.asked('askrene-listlayers')).toEqual([{ layer: 'xpay' }]);
  });

  test('of one of two channels says what passes, but nothing of what does not', async () => {
    const one = await knowing([least('1x1x1/0', 500, 10), most('1x1x1/0', 900, 20)]);
    expect(await one.node.missionControl()).toEqual([
      {
        from: A,
        to: B,
        successAmtMsat: 500n,
        successAtMs: 10_000,
        failAmtMsat: 0n,
        failAtMs: null,
      },
    ]);
    const both = await knowing([most('1x1x1/0', 900, 20), most('2x2x2/0', 700, 25)]);
    expect(await both.node.missionControl()).toMatchObject([
      { failAmtMsat: 901n, failAtMs: 20_000 },
    ]);
  });

  test('the newest counts, and channels that the graph does not have are left out', async () => {
    const { node } = await knowing([
      most('3x3x3/0', 900, 20),
      most('3x3x3/0', 400, 30),
      most('3x3x3/0', 800, 25),
      most('9x9x9/0', 5, 40),
      most('nonsense', 5, 40),
    ]);
    expect(await node.missionControl()).toMatchObject([{ failAmtMsat: 401n, failAtMs: 30_000 }]);
  });

  test('is not there in older versions, and the error says so', async () => {
    const { node, lightningd } = await knowing([]);
    lightningd.on('askrene-listlayers', () => {
      throw new RpcFault(-32601, 'Unknown command');
    });
    const error = await nodeError(node.missionControl());
    expect(error.code).toBe('too_old');
    expect(error.message).toMatch(/askrene-listlayers/);
  });
});

describe('what xpay is told', () => {
  test('is about pairs with one channel alone, what happened first first', async () => {
    const { node, lightningd } = await knowing([]);
    const pair = (from: typeof A, to: typeof A, fields: object = {}) => ({
      from,
      to,
      successAmtMsat: 0n,
      successAtMs: null,
      failAmtMsat: 0n,
      failAtMs: null,
      ...fields,
    });
    const outcome = await node.importMissionControl([
      pair(C, B, { successAmtMsat: 100n, successAtMs: 9_000, failAmtMsat: 700n, failAtMs: 5_000 }),
      pair(A, B, { successAmtMsat: 100n, successAtMs: 9_000 }),
      pair(B, C, { failAmtMsat: 0n, failAtMs: 5_000 }),
      pair(A, C, { successAmtMsat: 100n, successAtMs: 9_000 }),
    ]);
    expect(outcome).toEqual({ imported: 1, leftOut: 3 });
    const told = { layer: 'xpay', short_channel_id_dir: '3x3x3/1' };
    expect(lightningd.asked('askrene-inform-channel')).toEqual([
      { ...told, amount_msat: 700, inform: 'constrained' },
      { ...told, amount_msat: 100, inform: 'unconstrained' },
    ]);
  });
});
