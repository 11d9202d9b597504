/** What a simulated lightningd answers to every command that Ballast calls: examples to vary. */
import type { Json } from '../../src/sim/cln/parameters.ts';
import { RpcRefusal } from '../../src/sim/cln/rpc-refusal.ts';
import { SimulatedLightningd } from '../../src/sim/cln/simulated-lightningd.ts';
import { AMOUNT_MSAT, circle } from '../sim/circle.ts';
import { clnRoute, INVOICE } from '../sim/cln/circle-route.ts';

/** By command; an object with `error` is a refusal. */
export type ClnExamples = Readonly<Record<string, readonly Json[]>>;

/** In the middle of its life: payments that have settled, that have failed and that are under way. */
export async function clnExamples(): Promise<ClnExamples> {
  const world = circle();
  const daemon = new SimulatedLightningd(world.network, world.alice.nodeId);
  const found: Record<string, Json[]> = {};
  const call = async (method: string, params: Json = {}): Promise<Record<string, Json>> => {
    const answer = await daemon.call(method, params).catch((refusal: unknown): Json => {
      if (!(refusal instanceof RpcRefusal)) throw refusal;
      return {
        error: {
          code: refusal.code,
          message: refusal.message,
          data: (refusal.data ?? null) as Json,
        },
      };
    });
    found[method] = [...(found[method] ?? []), answer];
    return answer as Record<string, Json>;
  };
  for (const [i, amountMsat] of [AMOUNT_MSAT, 900_000_000_000n].entries()) {
    const { payment_hash, payment_secret } = await call('invoice', {
      ...INVOICE,
      label: `example ${i}`,
    });
    const route = clnRoute(world, amountMsat);
    const label = 'LABEL';
    await call('sendpay', {
      route,
      payment_hash: payment_hash!,
      payment_secret: payment_secret!,
      label,
    });
    await call('waitsendpay', { payment_hash: payment_hash! });
  }
  const { onion, shared_secrets } = await call('createonion', {
    hops: [{ pubkey: world.bob.nodeId, payload: '00' }],
    assocdata: '',
  });
  await call('sendonion', {
    ...{ onion: onion!, shared_secrets: shared_secrets! },
    first_hop: clnRoute(world)[0]!,
    payment_hash: '00'.repeat(32),
  });
  for (const method of [
    'getinfo',
    'listpeerchannels',
    'listchannels',
    'listnodes',
    'listinvoices',
  ]) {
    await call(method);
  }
  for (const method of ['listsendpays', 'listhtlcs', 'listforwards']) await call(method);
  await call('askrene-inform-channel', {
    layer: 'xpay',
    short_channel_id_dir: '700001x1x0/0',
    amount_msat: 5_000_000n,
    inform: 'constrained',
  });
  await call('askrene-listlayers', { layer: 'xpay' });
  daemon.close();
  const forward = {
    created_index: 3,
    updated_index: 5,
    in_channel: '700000x1x0',
    out_channel: '700003x1x0',
    in_htlc_id: 2,
    out_htlc_id: 4,
    in_msat: 1_001_000,
    out_msat: 1_000_000,
    fee_msat: 1_000,
    status: 'settled',
    received_time: 1_700_000_000.5,
    resolved_time: 1_700_000_001.5,
  };
  const listed = (status: string): Json => ({ forwards: [{ ...forward, status }] });
  const payment = found['listsendpays']?.flatMap(
    (answer) => (answer as { payments: Json[] }).payments,
  )[0] as Record<string, Json>;
  return {
    ...found,
    listforwards: [listed('settled'), listed('failed'), listed('local_failed')],
    listsendpays: ['complete', 'pending', 'failed'].map((status) => ({
      payments: [{ ...payment, label: 'LABEL', status }],
    })),
    wait: [{ created: 4, updated: 6, subsystem: 'forwards' }],
    waitinvoice: [{ status: 'paid' }],
    delinvoice: [{ error: { code: 906, message: 'paid', data: { current_status: 'paid' } } }, {}],
    delpay: [{}],
    'askrene-inform-channel': [{}],
  };
}
