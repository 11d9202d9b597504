import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Failure_FailureCode as Code } from '../../../src/generated/messages/failure.ts';
import { Route } from '../../../src/generated/messages/route.ts';
import { labelledRoute } from '../../../src/node/cln/route-label.ts';
import type { SendRequest } from '../../../src/ports.ts';
import type { PaymentHash } from '../../../src/units/ids.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';
import { circle } from './circle.ts';
import {
  connectTo,
  never,
  OUR_ID,
  RpcFault,
  readyInfo,
  type ScriptedLightningd,
  scripted,
} from './scripted-lightningd.ts';
import { channelUpdate, u16 } from './wire-messages.ts';

const PREIMAGE = '09'.repeat(32);
const HASH = createHash('sha256').update(Buffer.from(PREIMAGE, 'hex')).digest('hex') as PaymentHash;
const request: SendRequest = { paymentHash: HASH, route: circle() };

const pending = (fields: object = {}) => ({
  payment_hash: HASH,
  status: 'pending',
  created_index: 57,
  id: 57,
  groupid: 3,
  ...fields,
});

const complete = { ...pending(), status: 'complete', payment_preimage: PREIMAGE };

async function sent(script: (lightningd: ScriptedLightningd) => void, given = request) {
  const lightningd = await scripted();
  script(lightningd);
  const node = await connectTo(lightningd);
  return { outcome: await node.sendToRoute(given), lightningd, node };
}

const refusing =
  (code: number, data?: unknown, message = 'no') =>
  () => {
    throw new RpcFault(code, message, data);
  };

describe('a payment that settles', () => {
  test('is sent as the route says, with the height of this moment, and waited for by its group', async () => {
    const { outcome, lightningd } = await sent((cln) => {
      cln.on('sendpay', () => pending()).on('waitsendpay', () => complete);
    });
    expect(outcome).toEqual({
      kind: 'settled',
      preimage: new Uint8Array(32).fill(9),
      attemptId: 57n,
    });
    const [pay] = lightningd.asked('sendpay');
    expect(pay).toEqual({
      payment_hash: HASH,
      payment_secret: '07'.repeat(32),
      label: expect.stringMatching(/^ballast\/1 /),
      route: [
        { id: nodeIdOf('a'), channel: '101x1x0', amount_msat: 1_002_001, delay: 162 },
        { id: nodeIdOf('b'), channel: '102x1x0', amount_msat: 1_001_000, delay: 122 },
        { id: OUR_ID, channel: '103x1x0', amount_msat: 1_000_000, delay: 42 },
      ],
    });
    expect(labelledRoute(pay.label).hops).toHaveLength(3);
    expect(lightningd.asked('waitsendpay')).toEqual([
      { payment_hash: HASH, timeout: 60, partid: 0, groupid: 3 },
    ]);
  });

  test('keeps being waited for while lightningd says that it is under way', async () => {
    let asked = 0;
    const { outcome } = await sent((cln) => {
      cln.on('sendpay', () => pending());
      cln.on('waitsendpay', () => {
        if (asked++ < 3) throw new RpcFault(200, 'Timed out while waiting');
        return complete;
      });
    });
    expect(outcome.kind).toBe('settled');
    expect(asked).toBe(4);
  });

  test('with another preimage is none', async () => {
    const { outcome } = await sent((cln) => {
      cln.on('sendpay', () => pending());
      cln.on('waitsendpay', () => ({ ...complete, payment_preimage: '0a'.repeat(32) }));
    });
    expect(outcome).toMatchObject({ kind: 'unknown', reason: /another hash/ });
  });
});

describe('a payment that fails', () => {
  test('has the failure, with the update that came with it', async () => {
    const update = channelUpdate({ scid: 112150186065920n, ppm: 777 });
    const { outcome } = await sent((cln) => {
      cln.on('sendpay', () => pending());
      cln.on(
        'waitsendpay',
        refusing(204, {
          ...pending({ status: 'failed' }),
          erring_index: 1,
          failcode: 0x1007,
          failcodename: 'WIRE_TEMPORARY_CHANNEL_FAILURE',
          erring_node: nodeIdOf('a'),
          erring_channel: '102x1x0',
          erring_direction: 0,
          raw_message: `1007${u16(update.length / 2)}${update}`,
        }),
      );
    });
    expect(outcome).toMatchObject({
      kind: 'failed',
      attemptId: 57n,
      failure: {
        code: Code.TEMPORARY_CHANNEL_FAILURE,
        failureSourceIndex: 1,
        channelUpdate: { feeRate: 777 },
      },
    });
  });

  test.each<[number, object | undefined, number]>([
    [202, { onionreply: '00' }, Code.UNREADABLE_FAILURE],
    [
      203,
      { erring_index: 3, failcode: 0x400f, raw_message: '400f' },
      Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS,
    ],
    [209, undefined, Code.UNREADABLE_FAILURE],
  ])('%s', async (code, data, expected) => {
    const { outcome } = await sent((cln) => {
      cln.on('sendpay', () => pending()).on('waitsendpay', refusing(code, data));
    });
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: expected } });
  });

  test('before there is an attempt, our own channel failed, and no attempt before it is taken for it', async () => {
    let fails = false;
    const lightningd = await scripted();
    lightningd.on('sendpay', () => {
      if (!fails) return pending();
      const data = { erring_index: 0, failcode: 0x400a, erring_node: OUR_ID, erring_direction: 0 };
      throw new RpcFault(204, 'No connection to first peer found', data);
    });
    lightningd.on('waitsendpay', refusing(209));
    const node = await connectTo(lightningd);
    expect(await node.sendToRoute(request)).toMatchObject({ kind: 'failed', attemptId: 57n });
    fails = true;
    expect(await node.sendToRoute(request)).toMatchObject({
      kind: 'failed',
      attemptId: 57n,
      failure: { code: Code.UNKNOWN_NEXT_PEER, failureSourceIndex: 0 },
    });
    const other = { ...request, paymentHash: '11'.repeat(32) as PaymentHash };
    expect(await node.sendToRoute(other)).toMatchObject({ kind: 'failed', attemptId: 0n });
  });
});

describe('nothing was sent', () => {
  test.each([-32600, -32601, -32602, 1501, 1502])(
    'where lightningd refuses with %s',
    async (code) => {
      const { outcome } = await sent((cln) => cln.on('sendpay', refusing(code)));
      expect(outcome.kind).toBe('not_sent');
    },
  );

  test('where the height cannot be had, or the route cannot be expressed', async () => {
    let fails = false;
    const lightningd = await scripted();
    lightningd.on('getinfo', () => {
      if (fails) throw new RpcFault(-1, 'database is busy');
      return readyInfo();
    });
    const node = await connectTo(lightningd);
    const empty = await node.sendToRoute({ ...request, route: Route.create() });
    expect(empty).toMatchObject({ kind: 'not_sent', reason: /no hops/ });
    fails = true;
    expect(await node.sendToRoute(request)).toMatchObject({ kind: 'not_sent', reason: /busy/ });
    expect(lightningd.asked('sendpay')).toEqual([]);
  });

  test('where lightningd is not there, or the connection was closed', async () => {
    const lightningd = await scripted();
    const node = await connectTo(lightningd);
    await lightningd.stop();
    expect(await node.sendToRoute(request)).toMatchObject({ kind: 'not_sent' });
    await node.close();
    expect(await node.sendToRoute(request)).toMatchObject({ kind: 'not_sent', reason: /closed/ });
  });
});

describe('nobody knows', () => {
  test.each([200, 201, 205, 210, -1, -3, -4, 12345])(
    'what became of it where sendpay says %s',
    async (code) => {
      const { outcome, lightningd } = await sent((cln) => cln.on('sendpay', refusing(code)));
      expect(outcome.kind).toBe('unknown');
      expect(lightningd.asked('sendpay')).toHaveLength(1);
    },
  );

  test.each([208, -1, -32601])('what became of it where waitsendpay says %s', async (code) => {
    const { outcome } = await sent((cln) => {
      cln.on('sendpay', () => pending()).on('waitsendpay', refusing(code));
    });
    expect(outcome.kind).toBe('unknown');
  });

  test.each([
    ['of an odd status', pending({ status: 'complete', payment_preimage: PREIMAGE })],
    ['without a number', { status: 'pending' }],
    ['that is none', 'ok'],
  ])('for an answer %s', async (_, answer) => {
    const { outcome } = await sent((cln) => cln.on('sendpay', () => answer));
    expect(outcome.kind).toBe('unknown');
  });

  test('when contact is lost after it was asked for: it is not asked for again', async () => {
    for (const method of ['sendpay', 'waitsendpay']) {
      const lightningd = await scripted();
      lightningd.on('sendpay', () => pending()).on(method, never);
      const node = await connectTo(lightningd);
      const outcome = node.sendToRoute(request);
      await expect.poll(() => lightningd.asked(method).length).toBe(1);
      lightningd.dropAll();
      expect((await outcome).kind).toBe('unknown');
      expect(lightningd.asked('sendpay')).toHaveLength(1);
    }
  });

  test('when sendpay is not answered in time', async () => {
    const lightningd = await scripted();
    lightningd.on('sendpay', never);
    const node = await connectTo(lightningd, { callDeadlineMs: 200 });
    expect(await node.sendToRoute(request)).toMatchObject({ kind: 'unknown', reason: /may still/ });
  });

  test('when our end is closed meanwhile', async () => {
    const lightningd = await scripted();
    lightningd.on('sendpay', () => pending()).on('waitsendpay', never);
    const node = await connectTo(lightningd);
    const outcome = node.sendToRoute(request);
    await expect.poll(() => lightningd.asked('waitsendpay').length).toBe(1);
    await node.close();
    expect((await outcome).kind).toBe('unknown');
  });
});

describe("what the node's own payments are told", () => {
  const path = [
    {
      short_channel_id_dir: `102x1x0/${nodeIdOf('a') < nodeIdOf('b') ? 0 : 1}`,
      amount_msat: 1_001_000,
    },
    { short_channel_id_dir: `103x1x0/${nodeIdOf('b') < OUR_ID ? 0 : 1}`, amount_msat: 1_000_000 },
  ];
  const told = async (code: number, data: object) => {
    const { lightningd } = await sent((cln) => {
      cln.on('sendpay', () => pending()).on('waitsendpay', refusing(code, data));
    });
    await expect.poll(() => lightningd.asked('askrene-unreserve')).toEqual([{ path }]);
    expect(lightningd.asked('askrene-reserve')).toEqual([{ path }]);
    return lightningd;
  };

  test('the channels of others are reserved and let go, and the lesson is the channel that lacked', async () => {
    const lightningd = await told(204, {
      erring_index: 2,
      failcode: 0x1007,
      raw_message: '10070000',
    });
    await expect
      .poll(() => lightningd.asked('askrene-inform-channel'))
      .toEqual([
        { layer: 'xpay', ...path[0], inform: 'unconstrained' },
        { layer: 'xpay', ...path[1], inform: 'constrained' },
      ]);
  });

  test('what came to our own node was carried by all', async () => {
    const data = { erring_index: 3, failcode: 0x400f, raw_message: '400f' };
    const lightningd = await told(203, data);
    await expect
      .poll(() => lightningd.asked('askrene-inform-channel'))
      .toEqual([
        { layer: 'xpay', ...path[0], inform: 'unconstrained' },
        { layer: 'xpay', ...path[1], inform: 'unconstrained' },
      ]);
  });

  test('other failures teach nothing', async () => {
    const lightningd = await told(204, { erring_index: 1, failcode: 0x100c, raw_message: '100c' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(lightningd.asked('askrene-inform-channel')).toEqual([]);
  });

  test('what settled has moved', async () => {
    const { lightningd } = await sent((cln) => {
      cln.on('sendpay', () => pending()).on('waitsendpay', () => complete);
    });
    await expect
      .poll(() => lightningd.asked('askrene-inform-channel'))
      .toMatchObject([{ inform: 'succeeded' }, { inform: 'succeeded' }]);
  });

  test('a node without askrene is not asked twice, nor one that was not to be asked', async () => {
    const lightningd = await scripted();
    for (const method of ['askrene-reserve', 'askrene-unreserve', 'askrene-inform-channel']) {
      lightningd.on(method, refusing(-32601));
    }
    lightningd.on('sendpay', () => pending()).on('waitsendpay', () => complete);
    const node = await connectTo(lightningd);
    for (let i = 0; i < 3; i++) {
      expect((await node.sendToRoute(request)).kind).toBe('settled');
    }
    const asked = () =>
      lightningd.calls.filter(({ method }) => method.startsWith('askrene')).length;
    expect(asked()).toBe(1);
    const silent = await connectTo(lightningd, { shareWithXpay: false });
    expect((await silent.sendToRoute(request)).kind).toBe('settled');
    expect(asked()).toBe(1);
  });
});
