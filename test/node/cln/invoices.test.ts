import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { LightningNode } from '../../../src/ports.ts';
import { type PaymentHash, parseChannelId } from '../../../src/units/ids.ts';
import { collect, nodeError } from '../lnd/connections.ts';
import {
  connectTo,
  never,
  RpcFault,
  type ScriptedLightningd,
  scripted,
} from './scripted-lightningd.ts';

const PREIMAGE = new Uint8Array(32).fill(9);
const HASH = createHash('sha256').update(PREIMAGE).digest('hex') as PaymentHash;
const LABEL = `ballast-${HASH}`;

async function asking(
  script: (lightningd: ScriptedLightningd) => void,
): Promise<{ node: LightningNode; lightningd: ScriptedLightningd }> {
  const lightningd = await scripted();
  script(lightningd);
  return { node: await connectTo(lightningd), lightningd };
}

const request = {
  preimage: PREIMAGE,
  memo: 'ballast',
  valueMsat: 0n,
  cltvDelta: 40,
  expirySeconds: 660,
};

describe('adding', () => {
  test('gives the secret, and asks for preimage, delta and expiry as they are', async () => {
    const { node, lightningd } = await asking((cln) => {
      cln.on('invoice', () => ({ payment_hash: HASH, payment_secret: '5a'.repeat(32) }));
    });
    expect(await node.addInvoice(request)).toEqual({
      paymentHash: HASH,
      paymentAddr: new Uint8Array(32).fill(0x5a),
    });
    await node.addInvoice({ ...request, valueMsat: 123_456n });
    const common = {
      label: LABEL,
      description: 'ballast',
      preimage: '09'.repeat(32),
      cltv: 40,
      expiry: 660,
      exposeprivatechannels: false,
    };
    expect(lightningd.asked('invoice')).toEqual([
      { ...common, amount_msat: 'any' },
      { ...common, amount_msat: 123_456 },
    ]);
  });

  test.each([
    ['of another hash', { payment_hash: '00'.repeat(32), payment_secret: '5a'.repeat(32) }],
    ['without a secret', { payment_hash: HASH }],
    ['with a short secret', { payment_hash: HASH, payment_secret: '5a' }],
  ])('an invoice %s is refused', async (_, answer) => {
    const { node } = await asking((cln) => cln.on('invoice', () => answer));
    expect((await nodeError(node.addInvoice(request))).code).toBe('rpc');
  });

  test('a preimage that is none never leaves', async () => {
    const { node, lightningd } = await asking(() => {});
    await expect(node.addInvoice({ ...request, preimage: new Uint8Array(31) })).rejects.toThrow(
      RangeError,
    );
    expect(lightningd.asked('invoice')).toEqual([]);
  });

  test('one that is held is refused with the reason', async () => {
    const { node } = await asking(() => {});
    const error = await nodeError(node.addHoldInvoice({ ...request, paymentHash: HASH }));
    expect(error.code).toBe('unsupported');
    expect(error.message).toMatch(/arrival: 'report'/);
    expect(node.capabilities.holdInvoices).toBe(false);
    expect(node.capabilities.reasons.holdInvoices).toBe(error.message);
    expect(await node.settleInvoice(PREIMAGE)).toMatchObject({ kind: 'not_accepted' });
  });
});

describe('taking back', () => {
  const refuse = (code: number, data?: unknown) => () => {
    throw new RpcFault(code, 'no', data);
  };

  test.each<[string, (params: { status: string }) => unknown, string]>([
    ['an open one', () => ({}), 'canceled'],
    ['one that is gone', refuse(905), 'not_found'],
    [
      'a paid one',
      refuse(906, { current_status: 'paid', expected_status: 'unpaid' }),
      'already_settled',
    ],
    [
      'an expired one',
      ({ status }) => (status === 'expired' ? {} : refuse(906, { current_status: 'expired' })()),
      'canceled',
    ],
    ['one of an odd state', refuse(906, { current_status: 'odd' }), 'unknown'],
    ['when lightningd is in trouble', refuse(-1), 'unknown'],
  ])('%s', async (_, script, kind) => {
    const { node, lightningd } = await asking((cln) => cln.on('delinvoice', script));
    expect((await node.cancelInvoice(HASH)).kind).toBe(kind);
    expect(lightningd.asked('delinvoice')[0]).toEqual({ label: LABEL, status: 'unpaid' });
  });

  test('is unknown when contact is lost, and rejects only once we have closed', async () => {
    const { node, lightningd } = await asking((cln) => cln.on('delinvoice', never));
    const outcome = node.cancelInvoice(HASH);
    await expect.poll(() => lightningd.asked('delinvoice').length).toBe(1);
    lightningd.dropAll();
    expect((await outcome).kind).toBe('unknown');
    await lightningd.stop();
    expect((await node.cancelInvoice(HASH)).kind).toBe('unknown');
    await node.close();
    expect((await nodeError(node.cancelInvoice(HASH))).code).toBe('closed');
  });

  test('leaves nothing to delete but what has expired', async () => {
    const { node, lightningd } = await asking((cln) => cln.on('delinvoice', refuse(905)));
    await node.deleteCanceledInvoice(HASH);
    expect(lightningd.asked('delinvoice')).toEqual([{ label: LABEL, status: 'expired' }]);
    lightningd.on('delinvoice', refuse(906, { current_status: 'paid' }));
    expect((await nodeError(node.deleteCanceledInvoice(HASH))).code).toBe('rpc');
  });
});

describe('looking up', () => {
  const invoice = (status: string) => ({
    invoices: [{ label: LABEL, payment_hash: HASH, status }],
  });
  const htlc = (index: number, fields: object = {}) => ({
    created_index: index,
    short_channel_id: '103x1x0',
    id: 3,
    expiry: 900_043,
    amount_msat: 1_000_000,
    direction: 'in',
    payment_hash: HASH,
    state: 'SENT_REMOVE_ACK_REVOCATION',
    ...fields,
  });

  test('open, expired and gone', async () => {
    let answer: object = invoice('unpaid');
    const { node } = await asking((cln) => cln.on('listinvoices', () => answer));
    expect(await node.lookupInvoice(HASH)).toEqual({
      paymentHash: HASH,
      state: 'open',
      arrivals: [],
    });
    answer = invoice('expired');
    expect((await node.lookupInvoice(HASH))?.state).toBe('canceled');
    answer = { invoices: [] };
    expect(await node.lookupInvoice(HASH)).toBeUndefined();
  });

  test('paid: the channel is the one that the newest HTLC with this hash came over', async () => {
    const { node, lightningd } = await asking((cln) => {
      cln.on('listinvoices', () => invoice('paid'));
      cln.on('wait', () => ({ subsystem: 'htlcs', created: 5_000 }));
      cln.on('listhtlcs', ({ start }) =>
        start === 3_001
          ? {
              htlcs: [
                htlc(4_000, { direction: 'out' }),
                htlc(4_001, { payment_hash: '00'.repeat(32) }),
              ],
            }
          : { htlcs: [htlc(1_500, { short_channel_id: '104x1x0' }), htlc(2_000)] },
      );
    });
    expect(await node.lookupInvoice(HASH)).toEqual({
      paymentHash: HASH,
      state: 'settled',
      arrivals: [
        {
          channelId: parseChannelId('103x1x0'),
          amountMsat: 1_000_000n,
          expiryHeight: 900_043,
          state: 'settled',
        },
      ],
    });
    expect(lightningd.asked('listhtlcs')).toEqual([
      { index: 'created', start: 3_001, limit: 2_000 },
      { index: 'created', start: 1_001, limit: 2_000 },
    ]);
  });

  test('paid: nobody knows over which channel where lightningd does not count HTLCs, or has too many', async () => {
    const { node, lightningd } = await asking((cln) => {
      cln.on('listinvoices', () => invoice('paid'));
      cln.on('wait', () => {
        throw new RpcFault(-32602, 'unknown subsystem');
      });
    });
    expect(await node.lookupInvoice(HASH)).toMatchObject({ state: 'settled', arrivals: [] });
    lightningd.on('wait', () => ({ subsystem: 'htlcs', created: 10_000_000 }));
    lightningd.on('listhtlcs', () => ({ htlcs: [] }));
    expect(await node.lookupInvoice(HASH)).toMatchObject({ state: 'settled', arrivals: [] });
    expect(lightningd.asked('listhtlcs')).toHaveLength(25);
  });

  test('following one from open to paid, and one that goes away', async () => {
    let status: string | null = 'unpaid';
    let end: () => void = () => {};
    const { node, lightningd } = await asking((cln) => {
      cln.on('listinvoices', () => (status === null ? { invoices: [] } : invoice(status)));
      cln.on('wait', () => ({ subsystem: 'htlcs' }));
      cln.on('waitinvoice', async () => {
        await new Promise<void>((resolve) => (end = resolve));
        if (status === null) throw new RpcFault(905, 'gone');
        return { status };
      });
    });
    for (const [next, state] of [
      ['paid', 'settled'],
      [null, 'canceled'],
    ] as const) {
      status = 'unpaid';
      const asked = lightningd.asked('waitinvoice').length;
      const seen = collect(node.watchInvoice(HASH, { signal: new AbortController().signal }));
      await expect.poll(() => lightningd.asked('waitinvoice').length).toBe(asked + 1);
      status = next;
      end();
      expect((await seen).map((invoiceNow) => invoiceNow.state)).toEqual(['open', state]);
    }
    const gone = collect(node.watchInvoice(HASH, { signal: new AbortController().signal }));
    expect((await nodeError(gone)).message).toMatch(/no invoice/);
  });
});
