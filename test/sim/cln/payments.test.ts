import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/sim/cln/parameters.ts';
import { RpcRefusal } from '../../../src/sim/cln/rpc-refusal.ts';
import { SimulatedLightningd } from '../../../src/sim/cln/simulated-lightningd.ts';
import { formatChannelId } from '../../../src/units/ids.ts';
import { AMOUNT_MSAT, type Circle, circle, ManualClock, settleMicrotasks } from '../circle.ts';
import { clnRoute, INVOICE } from './circle-route.ts';

type Answer = Record<string, Json>;

interface Stage {
  readonly world: Circle;
  readonly clock: ManualClock;
  readonly daemon: SimulatedLightningd;
  readonly call: (method: string, params?: Json) => Promise<Answer>;
}

function stage(options: Parameters<typeof circle>[0] = {}): Stage {
  const clock = new ManualClock();
  const world = circle({ clock, ...options });
  const daemon = new SimulatedLightningd(world.network, world.alice.nodeId);
  const call = async (method: string, params: Json = {}): Promise<Answer> =>
    (await daemon.call(method, params)) as Answer;
  return { world, clock, daemon, call };
}

let labels = 0;

async function invoice({ call }: Stage): Promise<Answer> {
  return call('invoice', { ...INVOICE, label: `test ${labels++}` });
}

async function send(on: Stage, extra: Answer = {}): Promise<{ hash: Json; answer: Answer }> {
  const { payment_hash: hash, payment_secret } = await invoice(on);
  const params = {
    route: clnRoute(on.world),
    payment_hash: hash!,
    payment_secret: payment_secret!,
  };
  return { hash: hash!, answer: await on.call('sendpay', { ...params, ...extra }) };
}

async function refusal(answer: Promise<unknown>): Promise<RpcRefusal> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RpcRefusal) return error;
  throw new Error(`expected a refusal, not ${String(error)}`);
}

describe('sendpay and waitsendpay', () => {
  it('pays itself around a circle, at the exact fee', async () => {
    const on = stage();
    const { alice, channels } = on.world;
    const before = alice.listChannels().map(({ spendableMsat }) => spendableMsat);
    const { hash, answer } = await send(on);
    expect(answer).toMatchObject({ status: 'pending', payment_hash: hash, groupid: 1n });
    const paid = await on.call('waitsendpay', { payment_hash: hash });
    const [first] = clnRoute(on.world);
    expect(paid).toMatchObject({
      status: 'complete',
      amount_msat: AMOUNT_MSAT,
      amount_sent_msat: first!.amount_msat,
      destination: alice.nodeId,
    });
    expect(first!.amount_msat).toBeGreaterThan(AMOUNT_MSAT);
    const after = alice.listChannels().map(({ spendableMsat }) => spendableMsat);
    expect(before[0]! - after[0]!).toBe(first!.amount_msat);
    expect(after[1]! - before[1]!).toBe(AMOUNT_MSAT);
    const listed = await on.call('listinvoices', { payment_hash: hash });
    expect(listed['invoices']).toEqual([
      expect.objectContaining({ status: 'paid', amount_received_msat: AMOUNT_MSAT }),
    ]);
    expect(await on.call('listhtlcs')).toMatchObject({
      htlcs: [
        { payment_hash: hash, short_channel_id: formatChannelId(channels[0]), direction: 'out' },
        { payment_hash: hash, short_channel_id: formatChannelId(channels[3]), direction: 'in' },
      ],
    });
    on.daemon.close();
  });

  it('gives the same answer to the same call after success, and refuses another amount', async () => {
    const on = stage();
    const { hash } = await send(on);
    await on.call('waitsendpay', { payment_hash: hash });
    const again = { route: clnRoute(on.world), payment_hash: hash, groupid: 1 };
    expect(await on.call('sendpay', again)).toMatchObject({ status: 'complete' });
    const less = { ...again, route: clnRoute(on.world, AMOUNT_MSAT - 1n) };
    expect((await refusal(on.call('sendpay', less))).code).toBe(201);
    on.daemon.close();
  });

  it('refuses another group while one is under way, and takes it after that failed', async () => {
    const on = stage();
    const { network, carol } = on.world;
    network.holdHtlcsAt(carol.nodeId);
    const { hash } = await send(on);
    const again = { route: clnRoute(on.world), payment_hash: hash };
    expect((await refusal(on.call('sendpay', again))).code).toBe(200);
    // The same part once more is the same payment.
    expect(await on.call('sendpay', { ...again, groupid: 1 })).toMatchObject({ status: 'pending' });
    network.releaseHtlcs(carol.nodeId, 'fail');
    const failed = await refusal(on.call('waitsendpay', { payment_hash: hash }));
    expect(failed.code).toBe(204);
    expect(failed.data).toMatchObject({
      erring_index: 2,
      failcodename: 'WIRE_TEMPORARY_CHANNEL_FAILURE',
      failcode: 0x1007,
      erring_node: carol.nodeId,
      erring_channel: formatChannelId(on.world.channels[2]),
    });
    expect(await on.call('sendpay', again)).toMatchObject({ status: 'pending', groupid: 2n });
    on.daemon.close();
  });

  it('tells a payment that is still under way from one that failed', async () => {
    const on = stage();
    on.world.network.holdHtlcsAt(on.world.carol.nodeId);
    const { hash } = await send(on);
    const waiting = refusal(on.call('waitsendpay', { payment_hash: hash, timeout: 30 }));
    await on.clock.advance(30_000);
    expect(await waiting).toMatchObject({ code: 200, message: 'Timed out while waiting' });
    expect(await on.call('listsendpays', { payment_hash: hash })).toMatchObject({
      payments: [{ status: 'pending' }],
    });
    expect((await refusal(on.call('delpay', { payment_hash: hash, status: 'failed' }))).code).toBe(
      208,
    );
    on.daemon.close();
  });

  it('knows a destination that refuses for good, and one that was never asked', async () => {
    const on = stage();
    const { hash } = await send(on, { payment_secret: '11'.repeat(32) });
    const failed = await refusal(on.call('waitsendpay', { payment_hash: hash }));
    expect(failed.code).toBe(203);
    expect(failed.data).toMatchObject({
      status: 'pending',
      erring_index: 4,
      erring_node: on.world.alice.nodeId,
      erring_channel: formatChannelId(on.world.channels[3]),
      // PERM | 15, then the amount and the height that it saw.
      raw_message: `400f${AMOUNT_MSAT.toString(16).padStart(16, '0')}${(800_000).toString(16).padStart(8, '0')}`,
    });
    // Told once: what is asked for later comes from the wallet, which does not store the message.
    const stored = await refusal(on.call('waitsendpay', { payment_hash: hash }));
    expect(stored).toMatchObject({ code: 203, data: { status: 'failed', erring_index: 4 } });
    expect(stored.data).not.toHaveProperty('raw_message');
    expect((await refusal(on.call('waitsendpay', { payment_hash: '22'.repeat(32) }))).code).toBe(
      208,
    );
    expect(await on.call('delpay', { payment_hash: hash, status: 'failed' })).toMatchObject({
      payments: [{ payment_hash: hash }],
    });
    on.daemon.close();
  });

  it('sends a policy back with a fee that is too low', async () => {
    const on = stage();
    const { network, bob, channels } = on.world;
    const policy = { feeBaseMsat: 9000n };
    network.updatePolicy({ channelId: channels[1], from: bob.nodeId, policy, announce: false });
    const { hash } = await send(on);
    const failed = await refusal(on.call('waitsendpay', { payment_hash: hash }));
    expect(failed).toMatchObject({ code: 204, data: { erring_index: 1, failcode: 0x100c } });
    const raw = String(failed.data?.['raw_message']);
    // Code, amount of the HTLC, length; then the update with its type, at whose end the new base fee stands.
    expect(raw.slice(0, 4)).toBe('100c');
    const length = Number.parseInt(raw.slice(20, 24), 16);
    const update = raw.slice(24);
    expect(update.length).toBe(2 * length);
    expect(update.slice(0, 4)).toBe('0102');
    const feeBaseAt = 2 * (2 + 64 + 32 + 8 + 4 + 1 + 1 + 2 + 8);
    expect(Number.parseInt(update.slice(feeBaseAt, feeBaseAt + 8), 16)).toBe(9000);
    on.daemon.close();
  });

  it('answers at once, and records nothing, where the first peer is not there', async () => {
    const on = stage();
    on.world.network.setOnline(on.world.bob.nodeId, false);
    const sent = await refusal(send(on));
    expect(sent).toMatchObject({ code: 204, data: { erring_index: 0 } });
    expect(sent.data).not.toHaveProperty('erring_channel');
    expect(await on.call('listsendpays')).toEqual({ payments: [] });
    on.daemon.close();
  });

  it('finds out on the way that its own channel cannot carry the amount', async () => {
    const on = stage({ channels: [{ balance1Msat: 50_000_000n }] });
    const { hash } = await send(on);
    expect(await refusal(on.call('waitsendpay', { payment_hash: hash }))).toMatchObject({
      code: 204,
      data: { erring_index: 0, erring_channel: formatChannelId(on.world.channels[0]) },
    });
    on.daemon.close();
  });

  it.each<[string, Json]>([
    ['an empty route', { route: [] }],
    ['a hop with a member that older versions do not know', { route: [{ cltv_out: 5 }] }],
    ['an unknown parameter', { route: [], paymenthash: '00' }],
    [
      'an amount below nothing',
      { route: [{ id: `02${'11'.repeat(32)}`, channel: '1x1x1', delay: 1, amount_msat: -1 }] },
    ],
  ])('refuses %s', async (_what, params) => {
    const on = stage();
    const { payment_hash } = await invoice(on);
    const call = on.call('sendpay', { payment_hash: payment_hash!, ...(params as Answer) });
    expect((await refusal(call)).code).toBe(-32602);
    on.daemon.close();
  });
});

describe('invoices', () => {
  it('are known by labels that cannot be used twice', async () => {
    const on = stage();
    const one = { ...INVOICE, label: 'a', preimage: '33'.repeat(32) };
    const { payment_hash, created_index } = await on.call('invoice', one);
    expect(created_index).toBe(1n);
    expect((await refusal(on.call('invoice', one))).code).toBe(900);
    expect((await refusal(on.call('invoice', { ...one, label: 'b' }))).code).toBe(901);
    const wrong = on.call('delinvoice', { label: 'a', status: 'paid' });
    expect(await refusal(wrong)).toMatchObject({ code: 906, data: { current_status: 'unpaid' } });
    expect(await on.call('delinvoice', { label: 'a', status: 'unpaid' })).toMatchObject({
      payment_hash,
    });
    expect((await refusal(on.call('delinvoice', { label: 'a', status: 'unpaid' }))).code).toBe(905);
    on.daemon.close();
  });
});

describe('listforwards and wait', () => {
  it('tell what was passed on, what failed further down, and what was refused here', async () => {
    const on = stage();
    const { world } = on;
    const bobs = new SimulatedLightningd(world.network, world.bob.nodeId);
    const news = bobs.call('wait', { subsystem: 'forwards', indexname: 'updated', nextvalue: 1 });
    await send(on);
    await settleMicrotasks();
    expect(await news).toMatchObject({ subsystem: 'forwards', updated: 1n });
    const policy = { feeBaseMsat: 9000n };
    const { network, bob, channels, carol } = world;
    network.holdHtlcsAt(carol.nodeId);
    await send(on);
    network.releaseHtlcs(carol.nodeId, 'fail');
    network.updatePolicy({ channelId: channels[1], from: bob.nodeId, policy, announce: false });
    await send(on);
    await settleMicrotasks();
    const { forwards } = (await bobs.call('listforwards', {})) as { forwards: Answer[] };
    expect(forwards.map(({ status }) => status)).toEqual(['settled', 'failed', 'local_failed']);
    expect(forwards[0]).toMatchObject({
      in_channel: formatChannelId(channels[0]),
      out_channel: formatChannelId(channels[1]),
      in_msat: clnRoute(world)[0]!.amount_msat,
      out_msat: clnRoute(world)[1]!.amount_msat,
    });
    // Refused before it was one of two channels', it is never changed again, and has no way out.
    for (const gone of ['updated_index', 'resolved_time', 'out_msat', 'fee_msat', 'out_htlc_id']) {
      expect(forwards[2]).not.toHaveProperty(gone);
    }
    expect(forwards[2]).toMatchObject({ failreason: 'WIRE_FEE_INSUFFICIENT', failcode: 0x100c });
    const later = await bobs.call('listforwards', { index: 'updated', start: 2, limit: 1 });
    expect(later).toMatchObject({ forwards: [{ status: 'failed', updated_index: 2n }] });
    for (const each of [bobs, on.daemon]) each.close();
  });
});
