/** The memory of a served node: what it tells of its payments, and which imports it refuses, in lnd's words. */
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type PairHistory,
  RouterService,
  XImportMissionControlRequest,
} from '../../../src/generated/services/router.ts';
import { type ServedLnd, serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import { bytesToHex, hexToBytes } from '../../../src/units/bytes.ts';
import { ringNetwork } from './ring-network.ts';
import { expectStatus, RpcClient } from './rpc-client.ts';

const [A, B] = [`02${'0a'.repeat(32)}`, `02${'0b'.repeat(32)}`];

type History = Partial<NonNullable<PairHistory['history']>>;

let served: ServedLnd;
let rpc: RpcClient;

beforeEach(async () => {
  const { network, self } = ringNetwork();
  served = await serveLnd(network, self);
  rpc = new RpcClient(served);
});

afterEach(async () => {
  rpc.close();
  await served.close();
});

const query = () => rpc.ask(RouterService.queryMissionControl, {});

const importPair = (history: History, ends: { from?: string; to?: string } = {}) =>
  rpc.ask(
    RouterService.xImportMissionControl,
    XImportMissionControlRequest.fromPartial({
      pairs: [{ nodeFrom: hexToBytes(ends.from ?? A), nodeTo: hexToBytes(ends.to ?? B), history }],
    }),
  );

describe('QueryMissionControl', () => {
  test('nothing was learnt at first', async () => {
    expect((await query()).pairs).toEqual([]);
  });

  test('tells what was imported, in sat and msat, and in seconds', async () => {
    await importPair({
      failTime: 1_700_000_000n,
      failAmtSat: 5n,
      successTime: 1_600_000_000n,
      successAmtMsat: 1500n,
    });
    const { pairs } = await query();
    expect(pairs.map(({ nodeFrom, nodeTo }) => [nodeFrom, nodeTo].map(bytesToHex))).toEqual([
      [A, B],
    ]);
    expect(pairs[0]?.history).toEqual({
      failTime: 1_700_000_000n,
      failAmtSat: 5n,
      failAmtMsat: 5000n,
      successTime: 1_600_000_000n,
      successAmtSat: 1n,
      successAmtMsat: 1500n,
    });
  });
});

describe('XImportMissionControl refuses', () => {
  test.each<[string, History, RegExp]>([
    [
      'a failure whatever the amount',
      { failTime: 1n },
      /either success or failure result required/,
    ],
    ['an amount without a date', { failAmtMsat: 1n }, /either success or failure/],
    ['a success without its date', { successAmtMsat: 1n }, /invalid success: non-zero amount/],
    [
      'a success without its amount',
      { successTime: 1n, failTime: 1n, failAmtMsat: 1n },
      /invalid success/,
    ],
    ['sat and msat that differ', { failTime: 1n, failAmtMsat: 1n, failAmtSat: 7n }, /not equal/],
  ])('%s', async (_what, history, details) => {
    await expectStatus(importPair(history), { code: status.UNKNOWN, details });
    expect((await query()).pairs).toEqual([]);
  });

  test('a pair of one node, a key of another length, and no pair at all', async () => {
    const known = { failTime: 1n, failAmtMsat: 1n };
    const unknown = { code: status.UNKNOWN };
    await expectStatus(importPair(known, { to: A }), { ...unknown, details: /must differ/ });
    await expectStatus(importPair(known, { to: '02ab' }), { ...unknown, details: /vertex length/ });
    const bare = XImportMissionControlRequest.fromPartial({
      pairs: [{ nodeFrom: hexToBytes(A), nodeTo: hexToBytes(B) }],
    });
    await expectStatus(rpc.ask(RouterService.xImportMissionControl, bare), {
      code: status.INTERNAL,
      details: /internal server error/,
    });
    const none = XImportMissionControlRequest.fromPartial({});
    await expectStatus(rpc.ask(RouterService.xImportMissionControl, none), {
      ...unknown,
      details: /at least one pair/,
    });
  });

  test('all, where one cannot be taken; a failure without an amount is dropped beside a success', async () => {
    const ends = { nodeFrom: hexToBytes(A), nodeTo: hexToBytes(B) };
    const sound = { ...ends, history: { successTime: 9n, successAmtMsat: 5n, failTime: 10n } };
    const broken = { nodeFrom: hexToBytes(B), nodeTo: hexToBytes(A), history: { failTime: 1n } };
    const both = XImportMissionControlRequest.fromPartial({ pairs: [sound, broken] });
    await expectStatus(rpc.ask(RouterService.xImportMissionControl, both), {
      code: status.UNKNOWN,
      details: /either success/,
    });
    expect((await query()).pairs).toEqual([]);
    const one = XImportMissionControlRequest.fromPartial({ pairs: [sound] });
    await rpc.ask(RouterService.xImportMissionControl, one);
    expect((await query()).pairs[0]?.history).toMatchObject({ failTime: 0n, successAmtMsat: 5n });
  });
});
