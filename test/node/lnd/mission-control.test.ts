import { describe, expect, it } from 'vitest';
import {
  QueryMissionControlResponse,
  RouterService,
  type XImportMissionControlRequest,
  XImportMissionControlResponse,
} from '../../../src/generated/services/router.ts';
import type { MissionControlPair } from '../../../src/ports.ts';
import { bytesToHex, hexToBytes } from '../../../src/units/bytes.ts';
import { parseNodeId } from '../../../src/units/ids.ts';
import { connectTo, nodeError, testFake } from './connections.ts';
import { plain } from './fake-lnd.ts';
import { invoiceOf, servedTriangle } from './served-triangle.ts';

const A = parseNodeId(`02${'0a'.repeat(32)}`);
const B = parseNodeId(`02${'0b'.repeat(32)}`);
const AT_MS = 1_700_000_000_000;
const AT = 1_700_000_000n;

const pair = (known: Partial<MissionControlPair>): MissionControlPair => ({
  from: A,
  to: B,
  successAmtMsat: 0n,
  successAtMs: null,
  failAmtMsat: 0n,
  failAtMs: null,
  ...known,
});

describe('missionControl', () => {
  it('reads amounts in msat and dates in milliseconds; 0 seconds is never', async () => {
    const fake = await testFake();
    const ends = { nodeFrom: hexToBytes(A), nodeTo: hexToBytes(B) };
    fake.answer(RouterService.queryMissionControl, () =>
      QueryMissionControlResponse.fromPartial({
        pairs: [
          { ...ends, history: { successTime: AT, successAmtSat: 1n, successAmtMsat: 1999n } },
          { ...ends, history: { failTime: AT } },
          ends,
        ],
      }),
    );
    const node = await connectTo(fake);
    expect(await node.missionControl()).toEqual([
      pair({ successAmtMsat: 1999n, successAtMs: AT_MS }),
      pair({ failAtMs: AT_MS }),
      pair({}),
    ]);
  });

  it('says so where a key is none', async () => {
    const fake = await testFake();
    fake.answer(RouterService.queryMissionControl, () =>
      QueryMissionControlResponse.fromPartial({ pairs: [{ nodeFrom: hexToBytes('02ab') }] }),
    );
    const { message } = await nodeError((await connectTo(fake)).missionControl());
    expect(message).toMatch(/QueryMissionControl with the node key "02ab"/);
  });
});

describe('importMissionControl', () => {
  async function imported(...pairs: readonly MissionControlPair[]) {
    const fake = await testFake();
    const requests: XImportMissionControlRequest[] = [];
    fake.answer(RouterService.xImportMissionControl, (request) => {
      requests.push(request);
      return XImportMissionControlResponse.create();
    });
    const outcome = await (await connectTo(fake)).importMissionControl(pairs);
    return { outcome, requests, histories: requests.flatMap((r) => r.pairs.map((p) => p.history)) };
  }

  it('gives amounts in msat alone, and never forces', async () => {
    const { outcome, requests, histories } = await imported(
      pair({
        successAmtMsat: 1999n,
        successAtMs: AT_MS + 999,
        failAmtMsat: 5_000n,
        failAtMs: AT_MS - 1,
      }),
    );
    expect(outcome).toEqual({ imported: 1, leftOut: 0 });
    expect(requests[0]?.force).toBe(false);
    const [given] = requests[0]?.pairs ?? [];
    expect([given?.nodeFrom, given?.nodeTo].map((key) => bytesToHex(key!))).toEqual([A, B]);
    expect(histories).toEqual([
      {
        failTime: AT - 1n,
        failAmtSat: 0n,
        failAmtMsat: 5_000n,
        successTime: AT,
        successAmtSat: 0n,
        successAmtMsat: 1999n,
      },
    ]);
  });

  it('a failure whatever the amount, which lnd would refuse with all the others, becomes one of 1 msat', async () => {
    const { histories } = await imported(pair({ failAtMs: AT_MS }));
    expect(histories).toMatchObject([{ failTime: AT, failAmtMsat: 1n, successTime: 0n }]);
  });

  it('amounts that nobody has are all bitcoin that there can be', async () => {
    const { histories } = await imported(pair({ failAmtMsat: 2n ** 63n, failAtMs: AT_MS }));
    expect(histories).toMatchObject([{ failAmtMsat: 2_100_000_000_000_000_000n }]);
  });

  it('of such a failure and a success the later one counts', async () => {
    const both = { successAmtMsat: 7n, failAtMs: AT_MS };
    const { histories } = await imported(
      pair({ ...both, successAtMs: AT_MS - 1000 }),
      pair({ ...both, successAtMs: AT_MS + 1000 }),
    );
    expect(histories).toMatchObject([
      { failTime: AT, failAmtMsat: 1n, successTime: 0n, successAmtMsat: 0n },
      { failTime: 0n, failAmtMsat: 0n, successTime: AT + 1n, successAmtMsat: 7n },
    ]);
  });

  it('leaves out what says nothing: a date or an amount alone, and a node with itself', async () => {
    const { outcome, histories } = await imported(
      pair({}),
      pair({ successAtMs: AT_MS }),
      pair({ successAmtMsat: 5n }),
      pair({ failAmtMsat: 5n, failAtMs: 999 }),
      pair({ to: A, failAmtMsat: 5n, failAtMs: AT_MS }),
      pair({ successAtMs: AT_MS, failAmtMsat: 5n, failAtMs: AT_MS }),
    );
    expect(outcome).toEqual({ imported: 1, leftOut: 5 });
    expect(histories).toMatchObject([{ successTime: 0n, failAmtMsat: 5n }]);
  });

  it('does not ask at all with nothing to say', async () => {
    const { outcome, requests } = await imported(pair({}));
    expect(outcome).toEqual({ imported: 0, leftOut: 1 });
    expect(requests).toEqual([]);
  });

  it('passes on what lnd objects to', async () => {
    const fake = await testFake();
    fake.refuse(RouterService.xImportMissionControl.path, plain('no, not that'));
    const node = await connectTo(fake);
    const failed = pair({ failAmtMsat: 5n, failAtMs: AT_MS });
    const { code, message } = await nodeError(node.importMissionControl([failed]));
    expect(code).toBe('rpc');
    expect(message).toContain('no, not that');
  });
});

describe('against the simulator', () => {
  it('tells what an attempt has shown, and takes it back after it was forgotten', async () => {
    const { node, route } = await servedTriangle({ missionControl: true });
    expect(await node.missionControl()).toEqual([]);
    const terms = await invoiceOf(node, 1);
    await node.sendToRoute({ ...terms, route: route(terms) });
    const known = await node.missionControl();
    expect(known.length).toBeGreaterThan(1);
    for (const { successAmtMsat, successAtMs, failAtMs } of known) {
      expect(successAmtMsat).toBeGreaterThan(0n);
      expect(successAtMs).not.toBeNull();
      expect(failAtMs).toBeNull();
    }
    const other = await servedTriangle({ missionControl: true });
    expect(await other.node.importMissionControl(known)).toEqual({
      imported: known.length,
      leftOut: 0,
    });
    expect(await other.node.missionControl()).toEqual(known);
  });

  it('needs permissions that the smallest macaroon lacks', async () => {
    const { node } = await servedTriangle();
    expect((await nodeError(node.missionControl())).code).toBe('permission_denied');
  });
});
