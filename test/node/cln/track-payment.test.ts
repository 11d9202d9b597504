import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { matchAttempt } from '../../../src/executor/match-attempt.ts';
import { Failure_FailureCode as Code } from '../../../src/generated/messages/failure.ts';
import { routeLabel } from '../../../src/node/cln/route-label.ts';
import type { PaymentHash } from '../../../src/units/ids.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';
import { collect, nodeError } from '../lnd/connections.ts';
import { circle } from './circle.ts';
import {
  connectTo,
  never,
  RpcFault,
  type ScriptedLightningd,
  scripted,
} from './scripted-lightningd.ts';

const PREIMAGE = '09'.repeat(32);
const HASH = createHash('sha256').update(Buffer.from(PREIMAGE, 'hex')).digest('hex') as PaymentHash;

const listed = (index: number, status: string, fields: object = {}) => ({
  created_index: index,
  id: index,
  payment_hash: HASH,
  groupid: index,
  status,
  created_at: 1_700_000_000 + index,
  amount_msat: 1_000_000,
  amount_sent_msat: 1_002_001,
  destination: nodeIdOf('us'),
  label: routeLabel(circle()),
  ...(status === 'complete' && { payment_preimage: PREIMAGE }),
  ...fields,
});

const FULL = {
  erring_index: 2,
  failcode: 0x1007,
  raw_message: '10070000',
};

async function tracking(script: (lightningd: ScriptedLightningd) => void) {
  const lightningd = await scripted();
  script(lightningd);
  const node = await connectTo(lightningd);
  const stop = new AbortController();
  return { lightningd, stop, updates: node.trackPayment(HASH, { signal: stop.signal }) };
}

const failsWith = (data: object) => () => {
  throw new RpcFault(204, 'failed', data);
};

describe('following a payment', () => {
  test('that lightningd does not know', async () => {
    const { updates } = await tracking((cln) => cln.on('listsendpays', () => ({ payments: [] })));
    expect(await collect(updates)).toEqual([{ kind: 'not_found' }]);
  });

  test('from under way to settled, as the executor knows its attempt again', async () => {
    let ended = false;
    let end: () => void = () => {};
    const { updates, lightningd } = await tracking((cln) => {
      cln.on('listsendpays', () => ({
        payments: [listed(4, 'failed'), listed(7, ended ? 'complete' : 'pending')],
      }));
      cln.on('waitsendpay', async ({ groupid }) => {
        if (groupid === 4) throw new RpcFault(204, 'failed', FULL);
        await new Promise<void>((resolve) => (end = resolve));
        ended = true;
        return listed(7, 'complete');
      });
    });
    const seen = updates[Symbol.asyncIterator]();
    const first = await seen.next();
    expect(first.value).toMatchObject({
      kind: 'payment',
      payment: {
        state: 'in_flight',
        valueMsat: 1_000_000n,
        attempts: [
          {
            attemptId: 4n,
            state: 'failed',
            failure: { code: Code.TEMPORARY_CHANNEL_FAILURE, failureSourceIndex: 2 },
            attemptTimeNs: 1_700_000_004_000_000_000n,
          },
          { attemptId: 7n, state: 'in_flight', failure: null, preimage: null },
        ],
      },
    });
    if (first.value?.kind !== 'payment') throw new Error('no payment');
    const sought = { route: circle(), lastAttemptId: 4n };
    expect(matchAttempt(first.value.payment, sought).kind).toBe('in_flight');
    const next = seen.next();
    await expect.poll(() => lightningd.asked('waitsendpay').length).toBe(2);
    end();
    const { value } = await next;
    if (value?.kind !== 'payment') throw new Error('no payment');
    expect(matchAttempt(value.payment, sought)).toMatchObject({
      kind: 'settled',
      record: { attemptId: 7n, preimage: new Uint8Array(32).fill(9) },
    });
    expect(await seen.next()).toEqual({ done: true, value: undefined });
    // The reason of the one that had failed was asked for once.
    expect(lightningd.asked('waitsendpay').map(({ groupid }) => groupid)).toEqual([4, 7]);
  });

  test('that failed before we looked: the reason is still there, and by its label it is ours', async () => {
    const { updates } = await tracking((cln) => {
      cln.on('listsendpays', () => ({ payments: [listed(4, 'failed')] }));
      cln.on('waitsendpay', failsWith(FULL));
    });
    const [update, ...more] = await collect(updates);
    expect(more).toEqual([]);
    if (update?.kind !== 'payment') throw new Error('no payment');
    const match = (lastAttemptId: bigint | null) =>
      matchAttempt(update.payment, { route: circle(), lastAttemptId });
    expect(match(null)).toMatchObject({
      kind: 'failed',
      record: { failure: { failureSourceIndex: 2 } },
    });
    expect(match(4n).kind).toBe('not_seen');
    const other = { ...circle(), totalAmtMsat: 5n };
    expect(matchAttempt(update.payment, { route: other, lastAttemptId: 1n }).kind).toBe('not_seen');
  });

  test('that fails while we wait: what is told then counts, for less of it is kept', async () => {
    let ended = false;
    const { updates, lightningd } = await tracking((cln) => {
      cln.on('listsendpays', () => ({ payments: [listed(4, ended ? 'failed' : 'pending')] }));
      cln.on('waitsendpay', () => {
        if (ended) throw new RpcFault(209, 'Payment failure reason unknown');
        ended = true;
        throw new RpcFault(204, 'failed', FULL);
      });
    });
    const last = (await collect(updates)).at(-1);
    expect(last).toMatchObject({
      payment: {
        state: 'failed',
        attempts: [{ failure: { code: Code.TEMPORARY_CHANNEL_FAILURE, failureSourceIndex: 2 } }],
      },
    });
    expect(lightningd.asked('waitsendpay')).toHaveLength(1);
  });

  test('without news is not told twice', async () => {
    let asked = 0;
    const { updates } = await tracking((cln) => {
      cln.on('listsendpays', () => ({
        payments: [listed(4, asked < 3 ? 'pending' : 'complete')],
      }));
      cln.on('waitsendpay', () => {
        asked++;
        throw new RpcFault(200, 'Timed out while waiting');
      });
    });
    expect((await collect(updates)).map((u) => u.kind === 'payment' && u.payment.state)).toEqual([
      'in_flight',
      'settled',
    ]);
    expect(asked).toBe(3);
  });

  test('ends quietly when nobody wants to know any more, and with an error when contact is lost', async () => {
    const pending = (cln: ScriptedLightningd) => {
      cln.on('listsendpays', () => ({ payments: [listed(4, 'pending')] })).on('waitsendpay', never);
    };
    const quiet = await tracking(pending);
    const seen = quiet.updates[Symbol.asyncIterator]();
    await seen.next();
    const end = seen.next();
    await expect.poll(() => quiet.lightningd.asked('waitsendpay').length).toBe(1);
    quiet.stop.abort();
    expect((await end).done).toBe(true);
    const lost = await tracking(pending);
    const collected = nodeError(collect(lost.updates));
    await expect.poll(() => lost.lightningd.asked('waitsendpay').length).toBe(1);
    lost.lightningd.dropAll();
    expect((await collected).code).toBe('unreachable');
  });

  test('frees what a process had reserved that was killed, and tells what it would have', async () => {
    const reserved = (short_channel_id_dir: string, amount_msat: number) => ({
      ...{ short_channel_id_dir, amount_msat },
      command_id: 'of another process',
    });
    const mine = [reserved('102x1x0/1', 1_001_000), reserved('103x1x0/0', 1_000_000)] as const;
    const others = [reserved('102x1x0/1', 1_001_001), reserved('103x1x0/0', 999_999)];
    for (const [reservations, path] of [
      [[...others, ...mine], mine],
      [[...others, mine[0]], []],
      ['odd', []],
    ] as const) {
      const { updates, lightningd } = await tracking((cln) => {
        cln.on('listsendpays', () => ({ payments: [listed(4, 'failed')] }));
        cln.on('waitsendpay', failsWith(FULL));
        cln.on('askrene-listreservations', () => ({ reservations }));
      });
      await collect(updates);
      await expect.poll(() => lightningd.asked('askrene-listreservations')).toEqual([{}]);
      const steps = path.map(({ short_channel_id_dir, amount_msat }) => ({
        ...{ short_channel_id_dir, amount_msat },
      }));
      const lessons = [
        { layer: 'xpay', ...steps[0], inform: 'unconstrained' },
        { layer: 'xpay', ...steps[1], inform: 'constrained' },
      ];
      await expect
        .poll(() => lightningd.asked('askrene-inform-channel'))
        .toEqual(steps.length === 0 ? [] : lessons);
      expect(lightningd.asked('askrene-unreserve')).toEqual(
        steps.length === 0 ? [] : [{ path: steps }],
      );
    }
  });

  test('a rune that keeps the reason back is named', async () => {
    const { updates } = await tracking((cln) => {
      cln.on('listsendpays', () => ({ payments: [listed(4, 'failed')] }));
      cln.on('waitsendpay', () => {
        throw new RpcFault(1502, `Not permitted: ${'method is not equal to wait AND '.repeat(20)}`);
      });
    });
    const { code, message } = await nodeError(collect(updates));
    expect(code).toBe('permission_denied');
    expect(message).toMatch(/^the rune does not allow waitsendpay: .{121}; make one that does/);
  });

  test('an answer that makes no sense is an error', async () => {
    const { updates } = await tracking((cln) => {
      cln.on('listsendpays', () => ({ payments: [listed(4, 'dreaming')] }));
    });
    expect((await nodeError(collect(updates))).message).toMatch(/listsendpays.*dreaming/);
  });
});

describe('the list of payments', () => {
  test('gives those under way since a date, whoever made them', async () => {
    const lightningd = await scripted();
    const other = '22'.repeat(32);
    lightningd.on('listsendpays', () => ({
      payments: [
        listed(9, 'pending', { payment_hash: other, label: 'lunch', created_at: 1_700_000_900 }),
        listed(5, 'pending'),
      ],
    }));
    const node = await connectTo(lightningd);
    const all = await node.unfinishedPayments({ sinceMs: 1_700_000_005_400 });
    expect(all.map(({ paymentHash }) => paymentHash)).toEqual([HASH, other]);
    expect(all[1]?.attempts[0]?.route.hops).toEqual([]);
    expect(await node.unfinishedPayments({ sinceMs: 1_700_000_006_000 })).toHaveLength(1);
    expect(lightningd.asked('listsendpays')[0]).toEqual({ status: 'pending' });
  });

  test('loses those that failed, and never others', async () => {
    const lightningd = await scripted();
    let payments: unknown[] = [listed(4, 'failed')];
    lightningd.on('listsendpays', () => ({ payments })).on('delpay', () => ({ payments }));
    const node = await connectTo(lightningd);
    await node.deleteFailedPayment(HASH);
    expect(lightningd.asked('delpay')).toEqual([{ payment_hash: HASH, status: 'failed' }]);
    for (const [status, message] of [
      ['pending', /under way/],
      ['complete', /settled/],
    ] as const) {
      payments = [listed(4, 'failed'), listed(5, status)];
      expect((await nodeError(node.deleteFailedPayment(HASH))).message).toMatch(message);
    }
    payments = [];
    await node.deleteFailedPayment(HASH);
    expect(lightningd.asked('delpay')).toHaveLength(1);
  });
});
