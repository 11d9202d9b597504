/** createonion and sendonion of the simulated lightningd; payloads are written out by hand. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/sim/cln/parameters.ts';
import { RpcRefusal } from '../../../src/sim/cln/rpc-refusal.ts';
import { SimulatedLightningd } from '../../../src/sim/cln/simulated-lightningd.ts';
import { AMOUNT_MSAT, type Circle, circle, HEIGHT, ManualClock } from '../circle.ts';
import { clnRoute, INVOICE } from './circle-route.ts';

type Answer = Record<string, Json>;

interface Stage {
  readonly world: Circle;
  readonly daemon: SimulatedLightningd;
  readonly call: (method: string, params?: Json) => Promise<Answer>;
}

function stage(): Stage {
  const world = circle({ clock: new ManualClock() });
  const daemon = new SimulatedLightningd(world.network, world.alice.nodeId);
  const call = async (method: string, params: Json = {}): Promise<Answer> =>
    (await daemon.call(method, params)) as Answer;
  return { world, daemon, call };
}

async function refusal(answer: Promise<unknown>): Promise<RpcRefusal> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RpcRefusal) return error;
  throw new Error(`expected a refusal, not ${String(error)}`);
}

const hexOf = (value: bigint | number, bytes = 0): string => {
  const hex = value.toString(16);
  return hex.padStart(Math.max(2 * bytes, hex.length + (hex.length % 2)), '0');
};
const record = (type: string, value: string): string => type + hexOf(value.length / 2) + value;
const framed = (records: string): string => {
  const length = records.length / 2;
  return (length < 0xfd ? hexOf(length) : `fd${hexOf(length, 2)}`) + records;
};

/** Hops as createonion takes them: each is told what the next is to get. */
function onionHops(
  world: Circle,
  { secret, extra = {} }: { readonly secret: Json; readonly extra?: Record<number, string> },
): { pubkey: string; payload: string }[] {
  const hops = clnRoute(world);
  return hops.map(({ id }, i) => {
    const { amount_msat, delay } = hops[i + 1] ?? hops[i]!;
    const next = world.channels[i + 1];
    const told = record('02', hexOf(amount_msat)) + record('04', hexOf(HEIGHT + 1 + delay));
    const onward =
      next === undefined
        ? record('08', `${secret}${hexOf(AMOUNT_MSAT)}`)
        : record('06', hexOf(BigInt(next), 8));
    return { pubkey: id, payload: framed(told + onward + (extra[i] ?? '')) };
  });
}

let labels = 0;

async function invoice({ call }: Stage): Promise<{ hash: Json; secret: Json }> {
  const made = await call('invoice', { ...INVOICE, label: `onion ${labels++}` });
  return { hash: made['payment_hash']!, secret: made['payment_secret']! };
}

/** An invoice, an onion for it, and what is sent. */
async function prepared(
  on: Stage,
  given: { readonly extra?: Record<number, string>; readonly assocdata?: string } = {},
): Promise<{ hash: Json; params: Answer }> {
  const { hash, secret } = await invoice(on);
  const made = await on.call('createonion', {
    hops: onionHops(on.world, { secret, ...given }),
    assocdata: given.assocdata ?? hash,
  });
  const params = {
    onion: made['onion']!,
    first_hop: clnRoute(on.world)[0]!,
    payment_hash: hash,
    shared_secrets: made['shared_secrets']!,
  };
  return { hash, params };
}

describe('an onion', () => {
  it('has 1366 bytes and a secret for each hop, and is the same for the same session', async () => {
    const on = stage();
    const { secret } = await invoice(on);
    const what = { hops: onionHops(on.world, { secret }), assocdata: '11'.repeat(32) };
    const made = await on.call('createonion', what);
    expect(made['onion']).toMatch(/^0002[0-9a-f]{2728}$/);
    expect(made['shared_secrets']).toHaveLength(4);
    const again = await on.call('createonion', what);
    expect(again['onion']).not.toBe(made['onion']);
    const session_key = '41'.repeat(32);
    const first = await on.call('createonion', { ...what, session_key });
    expect(await on.call('createonion', { ...what, session_key })).toEqual(first);
    on.daemon.close();
  });

  it('holds 1300 bytes, lengths and HMACs included, and not one more', async () => {
    const on = stage();
    const pubkey = on.world.bob.nodeId;
    const make = (bytes: number) => {
      const payload = framed('00'.repeat(bytes - 3));
      return on.call('createonion', { hops: [{ pubkey, payload }], assocdata: '' });
    };
    expect(await make(1268)).toHaveProperty('onion');
    expect(await refusal(make(1269))).toMatchObject({
      code: -32602,
      message: 'Payloads exceed maximum onion packet size.',
    });
    on.daemon.close();
  });

  it.each<[string, Json, string]>([
    ['no hops', [], 'At least one hop must be specified.'],
    ['a hop without a key', [{ payload: '00' }], 'Hop 0 does not have a pubkey'],
    ['a hop without a payload', [{ pubkey: `02${'11'.repeat(32)}` }], 'Hop 0 does not have a pay'],
    ['a key that is none', [{ pubkey: '05', payload: '00' }], 'should be a node id'],
    [
      'a payload without its length',
      [{ pubkey: `02${'11'.repeat(32)}`, payload: '0500' }],
      'hops[0] payload is not prefixed with length!',
    ],
  ])('is not made of %s', async (_, hops, message) => {
    const on = stage();
    const refused = await refusal(on.call('createonion', { hops, assocdata: '' }));
    expect(refused.code).toBe(-32602);
    expect(refused.message).toContain(message);
    on.daemon.close();
  });
});

describe('sendonion', () => {
  it('pays around a circle as sendpay does, and the last node has the records', async () => {
    const on = stage();
    const { alice } = on.world;
    const records = record('fe00011171', '010203');
    const { hash, params } = await prepared(on, { extra: { 1: records, 3: records } });
    const label = 'mine';
    expect(await on.call('sendonion', { ...params, label })).toMatchObject({
      status: 'pending',
      groupid: 1n,
    });
    const paid = await on.call('waitsendpay', { payment_hash: hash });
    expect(paid).toMatchObject({
      status: 'complete',
      amount_sent_msat: clnRoute(on.world)[0]!.amount_msat,
      label,
    });
    // Nobody told it what arrives, and where.
    expect(paid).not.toHaveProperty('amount_msat');
    expect(paid).not.toHaveProperty('destination');
    const [htlc] = alice.lookupInvoice(hash as never)!.htlcs;
    expect(htlc).toMatchObject({ amountMsat: AMOUNT_MSAT, state: 'settled' });
    expect(htlc!.customRecords).toEqual(new Map([[70_001n, Uint8Array.of(1, 2, 3)]]));
    on.daemon.close();
  });

  it('shows destination and amount where they were told', async () => {
    const on = stage();
    const { hash, params } = await prepared(on);
    const destination = on.world.alice.nodeId;
    await on.call('sendonion', { ...params, destination, amount_msat: AMOUNT_MSAT });
    expect(await on.call('listsendpays', { payment_hash: hash })).toMatchObject({
      payments: [{ destination, amount_msat: AMOUNT_MSAT, status: 'complete' }],
    });
    on.daemon.close();
  });

  it('with its secrets the answer is read, without a node; afterwards nothing is left of it', async () => {
    const on = stage();
    const { network, carol } = on.world;
    network.holdHtlcsAt(carol.nodeId);
    const { hash, params } = await prepared(on);
    await on.call('sendonion', params);
    network.releaseHtlcs(carol.nodeId, 'fail');
    const failed = await refusal(on.call('waitsendpay', { payment_hash: hash }));
    expect(failed).toMatchObject({
      code: 204,
      message: 'failed: WIRE_TEMPORARY_CHANNEL_FAILURE (reply from remote)',
      data: { erring_index: 2, failcode: 0x1007, raw_message: expect.stringMatching(/^1007/) },
    });
    for (const name of ['erring_node', 'erring_channel', 'erring_direction']) {
      expect(failed.data).not.toHaveProperty(name);
    }
    const later = await refusal(on.call('waitsendpay', { payment_hash: hash }));
    expect(later).toMatchObject({ code: 209, message: 'Payment failure reason unknown' });
    expect(later.data).toBeUndefined();
    on.daemon.close();
  });

  it.each<[string, (secrets: Json[]) => Json[] | null]>([
    ['no secrets', () => null],
    ['those of another onion', (secrets) => secrets.map(() => '00'.repeat(32))],
  ])('with %s nobody can read what comes back', async (_, change) => {
    const on = stage();
    const { network, carol } = on.world;
    network.holdHtlcsAt(carol.nodeId);
    const { hash, params } = await prepared(on);
    const shared_secrets = change(params['shared_secrets'] as Json[]);
    await on.call('sendonion', { ...params, shared_secrets });
    network.releaseHtlcs(carol.nodeId, 'fail');
    for (let i = 0; i < 2; i++) {
      const failed = await refusal(on.call('waitsendpay', { payment_hash: hash }));
      expect(failed).toMatchObject({ code: 202, data: { onionreply: expect.any(String) } });
      expect(failed.data).not.toHaveProperty('failcode');
    }
    on.daemon.close();
  });

  it('our own refusal needs no secrets, and is kept', async () => {
    const on = stage();
    const { hash, params } = await prepared(on);
    const { shared_secrets: _, ...bare } = params;
    const hop = { ...clnRoute(on.world)[0]!, amount_msat: 1_000_000_000n };
    await on.call('sendonion', { ...bare, first_hop: hop });
    for (let i = 0; i < 2; i++) {
      const failed = await refusal(on.call('waitsendpay', { payment_hash: hash }));
      expect(failed).toMatchObject({
        code: 204,
        data: { erring_index: 0, erring_node: on.world.alice.nodeId },
      });
      expect(failed.data).not.toHaveProperty('erring_channel');
    }
    on.daemon.close();
  });

  it('answers at once where the first peer is not there, or does not have the channel', async () => {
    const on = stage();
    const { network, bob, dave } = on.world;
    const { params } = await prepared(on);
    const gone = { code: 204, data: { erring_index: 0, failcode: 0x400a } };
    const others = { ...clnRoute(on.world)[0]!, id: dave.nodeId };
    expect(await refusal(on.call('sendonion', { ...params, first_hop: others }))).toMatchObject(
      gone,
    );
    network.setOnline(bob.nodeId, false);
    expect(await refusal(on.call('sendonion', params))).toMatchObject(gone);
    expect(await on.call('listsendpays')).toEqual({ payments: [] });
    on.daemon.close();
  });

  it('takes any channel of the peer that can send it where none is named', async () => {
    const on = stage();
    const { hash, params } = await prepared(on);
    const { channel: _, ...hop } = clnRoute(on.world)[0]!;
    await on.call('sendonion', { ...params, first_hop: hop });
    expect(await on.call('waitsendpay', { payment_hash: hash })).toMatchObject({
      status: 'complete',
    });
    on.daemon.close();
  });

  it.each<[string, { extra?: Record<number, string>; assocdata?: string }, object]>([
    [
      'an onion for another payment is for nobody: our peer cannot read it',
      { assocdata: '22'.repeat(32) },
      { message: /INVALID_ONION_HMAC \(local failure\)/, data: { erring_index: 1 } },
    ],
    [
      'a node that makes no sense of its part says so',
      { extra: { 1: '0100' } },
      { data: { erring_index: 2, failcode: 0x4016 } },
    ],
    [
      'lnd takes even types of the sender',
      { extra: { 1: record('fe00010000', '') } },
      { status: 'complete' },
    ],
    [
      'Core Lightning itself does not',
      { extra: { 3: record('fe00010000', '') } },
      { data: { erring_index: 4, failcode: 0x4016 } },
    ],
  ])('%s', async (_, given, expected) => {
    const on = stage();
    const { hash, params } = await prepared(on, given);
    await on.call('sendonion', params);
    const end = await on.call('waitsendpay', { payment_hash: hash }).catch((error) => error);
    const { message, ...rest } = expected as { message?: RegExp };
    expect(end).toMatchObject(rest);
    if (message !== undefined) expect((end as Error).message).toMatch(message);
    on.daemon.close();
  });

  it('an onion that was made elsewhere nobody can read', async () => {
    const on = stage();
    const { hash, params } = await prepared(on);
    await on.call('sendonion', { ...params, onion: `0002${'ab'.repeat(1364)}` });
    const failed = await refusal(on.call('waitsendpay', { payment_hash: hash }));
    expect(failed).toMatchObject({ code: 204, data: { failcode: 0xc005, erring_index: 1 } });
    on.daemon.close();
  });

  it.each<[string, Answer, string]>([
    ['an onion of another version', { onion: `01${'00'.repeat(1365)}` }, 'failcode=49156'],
    ['an onion without a key', { onion: `00${'00'.repeat(1365)}` }, 'failcode=49158'],
    ['a secret that is none', { shared_secrets: ['00'] }, 'should be a 32 byte hex value'],
    ['a first hop of nothing', { first_hop: { delay: 1, amount_msat: 1 } }, "Either 'id' or"],
    ['no amount', { first_hop: { channel: '1x1x1', delay: 1 } }, "'amount_msat' is required"],
    ['no delay', { first_hop: { channel: '1x1x1', amount_msat: 1 } }, "'delay' is required"],
    [
      'no blocks',
      { first_hop: { channel: '1x1x1', amount_msat: 1, delay: 0 } },
      'should be a positive',
    ],
    ['an unknown parameter', { riddle: 1 }, 'unknown parameter: riddle'],
  ])('refuses %s', async (_, change, message) => {
    const on = stage();
    const { params } = await prepared(on);
    const refused = await refusal(on.call('sendonion', { ...params, ...change }));
    expect(refused.code).toBe(-32602);
    expect(refused.message).toContain(message);
    expect(await on.call('listsendpays')).toEqual({ payments: [] });
    on.daemon.close();
  });

  it('admits no second group meanwhile, and the same part again is the same payment', async () => {
    const on = stage();
    const { network, carol } = on.world;
    network.holdHtlcsAt(carol.nodeId);
    const { params } = await prepared(on);
    await on.call('sendonion', params);
    expect((await refusal(on.call('sendonion', params))).code).toBe(200);
    expect(await on.call('sendonion', { ...params, groupid: 1 })).toMatchObject({
      status: 'pending',
    });
    expect(network.pendingHtlcs().length).toBeGreaterThan(0);
    network.releaseHtlcs(carol.nodeId);
    expect(await on.call('sendonion', { ...params, groupid: 2 })).toMatchObject({
      status: 'complete',
    });
    on.daemon.close();
  });
});
