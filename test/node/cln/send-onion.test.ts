/** Routes with custom records, against answers of lightningd that are scripted. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Failure_FailureCode as Code } from '../../../src/generated/messages/failure.ts';
import { onionHops } from '../../../src/node/cln/onion-payload.ts';
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
const ONION = `0002${'ab'.repeat(1364)}`;
const SECRETS = ['11', '22', '33'].map((byte) => byte.repeat(32));

function withRecords(): SendRequest {
  const route = circle();
  route.hops[2]!.customRecords = new Map([[70_001n, Uint8Array.of(1, 2, 3)]]);
  return { paymentHash: HASH, route };
}

const pending = (fields: object = {}) => ({
  payment_hash: HASH,
  status: 'pending',
  created_index: 57,
  id: 57,
  groupid: 3,
  ...fields,
});
const complete = { ...pending(), status: 'complete', payment_preimage: PREIMAGE };

const refusing =
  (code: number, data?: unknown, message = 'no') =>
  () => {
    throw new RpcFault(code, message, data);
  };

async function sent(script: (lightningd: ScriptedLightningd) => void) {
  const lightningd = await scripted();
  lightningd
    .on('createonion', () => ({ onion: ONION, shared_secrets: SECRETS }))
    .on('sendonion', () => pending())
    .on('waitsendpay', () => complete);
  script(lightningd);
  const node = await connectTo(lightningd);
  return { outcome: await node.sendToRoute(withRecords()), lightningd };
}

describe('an onion of ours', () => {
  test('is made of the payloads for this payment, and sent with its secrets', async () => {
    const { outcome, lightningd } = await sent(() => {});
    expect(outcome).toMatchObject({ kind: 'settled', attemptId: 57n });
    expect(lightningd.asked('sendpay')).toEqual([]);
    expect(lightningd.asked('createonion')).toEqual([
      { hops: onionHops(withRecords().route), assocdata: HASH },
    ]);
    const [params] = lightningd.asked('sendonion');
    expect(params).toEqual({
      onion: ONION,
      first_hop: { id: nodeIdOf('a'), channel: '101x1x0', amount_msat: 1_002_001, delay: 162 },
      payment_hash: HASH,
      shared_secrets: SECRETS,
      label: expect.stringMatching(/^ballast\/1 /),
      destination: OUR_ID,
      amount_msat: 1_000_000,
    });
    expect(labelledRoute(params.label).hops).toHaveLength(3);
    await expect.poll(() => lightningd.asked('askrene-reserve')).toHaveLength(1);
  });

  test.each<[string, number]>([
    ['Payloads exceed maximum onion packet size.', -32602],
    ['Could not create onion packet', -1],
    ['Unknown command', -32601],
    ['Not permitted', 1502],
  ])('that cannot be made is not sent: %s', async (message, code) => {
    const { outcome, lightningd } = await sent((cln) => {
      cln.on('createonion', refusing(code, undefined, message));
    });
    expect(outcome).toMatchObject({ kind: 'not_sent', reason: expect.stringContaining(message) });
    expect(lightningd.asked('sendonion')).toEqual([]);
  });

  test('waits for a node that is behind the chain: its expiries are fixed, and ours would be later', async () => {
    const lightningd = await scripted();
    const node = await connectTo(lightningd);
    lightningd.on('getinfo', () => readyInfo({ warning_lightningd_sync: 'behind' }));
    expect(await node.sendToRoute(withRecords())).toMatchObject({
      kind: 'not_sent',
      reason: /behind the chain/,
    });
    expect(lightningd.asked('createonion')).toEqual([]);
  });

  test('that is none, or that nobody answers for, is not sent either', async () => {
    for (const answer of [{}, { onion: ONION, shared_secrets: 'none' }, 'ok']) {
      const { outcome } = await sent((cln) => cln.on('createonion', () => answer));
      expect(outcome).toMatchObject({ kind: 'not_sent', reason: /createonion/ });
    }
    const lightningd = await scripted();
    lightningd.on('createonion', never);
    const node = await connectTo(lightningd, { callDeadlineMs: 200 });
    expect(await node.sendToRoute(withRecords())).toMatchObject({ kind: 'not_sent' });
    expect(lightningd.asked('sendonion')).toEqual([]);
  });

  test('that lightningd refuses with a code of its own leaves the outcome open, as of sendpay', async () => {
    for (const code of [200, 201, -1]) {
      const { outcome } = await sent((cln) => cln.on('sendonion', refusing(code)));
      expect(outcome.kind).toBe('unknown');
    }
    const { outcome } = await sent((cln) => cln.on('sendonion', refusing(-32602)));
    expect(outcome).toMatchObject({ kind: 'not_sent', reason: /refused sendonion/ });
  });
});

describe('its failure', () => {
  test('is read without a node and a channel, update and all', async () => {
    const update = channelUpdate({ scid: 112150186065920n, ppm: 777 });
    const { outcome } = await sent((cln) => {
      cln.on(
        'waitsendpay',
        refusing(204, {
          ...pending({ status: 'failed' }),
          erring_index: 1,
          failcode: 0x1007,
          failcodename: 'WIRE_TEMPORARY_CHANNEL_FAILURE',
          raw_message: `1007${u16(update.length / 2)}${update}`,
        }),
      );
    });
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: {
        code: Code.TEMPORARY_CHANNEL_FAILURE,
        failureSourceIndex: 1,
        channelUpdate: { feeRate: 777 },
      },
    });
  });

  test.each<[string, number, object | undefined, number]>([
    ['nobody could read', 202, { ...pending({ status: 'failed' }), onionreply: '00' }, 0],
    ['nobody kept', 209, undefined, 0],
  ])('that %s is one without a place', async (_, code, data, failureSourceIndex) => {
    const { outcome } = await sent((cln) => cln.on('waitsendpay', refusing(code, data)));
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { code: Code.UNREADABLE_FAILURE, failureSourceIndex },
    });
  });

  test('is waited for before lightningd has answered: afterwards nothing is kept of it', async () => {
    const told = { ...pending({ status: 'failed' }), erring_index: 2, failcode: 0x1007 };
    let isOver = false;
    let answer: () => void = () => {};
    const { outcome, lightningd } = await sent((cln) => {
      cln.on('sendonion', async () => {
        await new Promise<void>((resolve) => (answer = resolve));
        return pending();
      });
      cln.on('waitsendpay', () => {
        answer();
        if (isOver) throw new RpcFault(209, 'Payment failure reason unknown');
        isOver = true;
        throw new RpcFault(204, 'failed', told);
      });
    });
    expect(outcome).toMatchObject({ kind: 'failed', failure: { failureSourceIndex: 2 } });
    expect(lightningd.asked('waitsendpay')).toHaveLength(1);
  });
});
