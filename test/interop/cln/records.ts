/** What nodes themselves recorded: payments, balances, invoices, forwards. lightningd keeps millisatoshis, so all is exact. */
import { expect } from 'vitest';
import { type Circle, nameOf } from './circles.ts';
import { Refusal } from './cln-rpc.ts';
import type { RawFailure, RawForward, RawPayment } from './messages.ts';
import type { RealDirection, RealNetwork, RealNode } from './real-network.ts';

export interface Before {
  readonly node: RealNode;
  readonly payments: number;
  readonly balancesMsat: ReadonlyMap<string, bigint>;
  /** Numbers of the newest forwards, by node. */
  readonly forwards: ReadonlyMap<string, number>;
}

export async function before(network: RealNetwork, node: RealNode): Promise<Before> {
  const forwards = new Map<string, number>();
  for (const { key, rpc } of network.nodes) {
    const listed = await rpc.forwards();
    forwards.set(
      key,
      listed.reduce((most, { created_index }) => Math.max(most, created_index), 0),
    );
  }
  return {
    node,
    payments: await node.rpc.paymentsSoFar(),
    balancesMsat: await balancesMsat(node),
    forwards,
  };
}

/** By short channel id. */
async function balancesMsat({ rpc }: RealNode): Promise<ReadonlyMap<string, bigint>> {
  return new Map(
    (await rpc.channels()).map((channel) => [
      channel.short_channel_id ?? channel.channel_id,
      BigInt(channel.to_us_msat),
    ]),
  );
}

/** Waits until all is at rest. Channels that did not change are left out. */
export async function changesMsat(
  network: RealNetwork,
  { node, balancesMsat: past }: Before,
): Promise<ReadonlyMap<string, bigint>> {
  await network.settle();
  return new Map(
    [...(await balancesMsat(node))]
      // One that has just been opened is no change of ours.
      .filter(([scid]) => past.has(scid))
      .map(([scid, msat]) => [scid, msat - (past.get(scid) ?? 0n)] as const)
      .filter(([, change]) => change !== 0n),
  );
}

/** Payments that the node has made since. */
export const paymentsOf = ({ node, payments }: Before): Promise<readonly RawPayment[]> =>
  node.rpc.paymentsSince(payments);

/** What a payment failed with, by the node's own word; empty for one that did not. */
export async function failureOf(
  { rpc }: RealNode,
  { payment_hash, groupid }: RawPayment,
): Promise<RawFailure> {
  const end = await rpc
    .call('waitsendpay', { payment_hash, partid: 0, groupid, timeout: 1 })
    .catch((error: unknown) => error);
  return end instanceof Refusal ? (end.data as RawFailure) : {};
}

/** Forwards that a node has made since from one channel to the next. */
export async function forwardsOver(
  past: Before,
  { incoming, outgoing }: { incoming: RealDirection; outgoing: RealDirection },
): Promise<readonly RawForward[]> {
  const { key, rpc } = outgoing.from;
  return (await rpc.forwards()).filter(
    (forward) =>
      forward.created_index > (past.forwards.get(key) ?? 0) &&
      forward.in_channel === incoming.scid &&
      forward.out_channel === outgoing.scid,
  );
}

/** The node paid nothing, and none of its balances has changed. */
export async function expectNothingMoved(network: RealNetwork, past: Before): Promise<void> {
  expect([...(await changesMsat(network, past))], 'balances that changed').toEqual([]);
  for (const { status } of await paymentsOf(past)) expect(status).toBe('failed');
}

export interface Moved {
  readonly feeMsat: bigint;
  readonly paymentHash: string;
  /** What each node on the way has earned by its own record, the first peer first. */
  readonly hopFeesMsat: readonly bigint[];
}

/**
 * Exactly one payment settled, round the circle, for this amount: by the payer's record, by each forwarder's, and by our
 * balances, all to the millisatoshi.
 */
export async function expectMoved(
  network: RealNetwork,
  past: Before,
  { circle, amountMsat }: { circle: Circle; amountMsat: bigint },
): Promise<Moved> {
  const { hops, self } = circle;
  const settled = (await paymentsOf(past)).filter(({ status }) => status === 'complete');
  expect(settled.length, `${nameOf(circle)}: payments that settled`).toBe(1);
  const payment = settled[0]!;
  expect(payment.destination).toBe(self.key);
  expect(BigInt(payment.amount_msat)).toBe(amountMsat);
  const feeMsat = BigInt(payment.amount_sent_msat) - amountMsat;

  const invoice = await self.rpc.invoice(payment.payment_hash);
  expect(invoice).toMatchObject({ status: 'paid', amount_received_msat: Number(amountMsat) });

  const changes = await changesMsat(network, past);
  expect(new Map(changes), 'balances that changed').toEqual(
    new Map([
      [hops[0]!.scid, -(amountMsat + feeMsat)],
      [hops.at(-1)!.scid, amountMsat],
    ]),
  );
  const hopFeesMsat: bigint[] = [];
  let comesMsat = amountMsat + feeMsat;
  for (let i = 1; i < hops.length; i++) {
    const way = { incoming: hops[i - 1]!, outgoing: hops[i]! };
    const forwards = (await forwardsOver(past, way)).filter(({ status }) => status === 'settled');
    expect(forwards.length, `${nameOf(circle)}: forwards of ${hops[i]!.from.given.name}`).toBe(1);
    const { in_msat, out_msat, fee_msat } = forwards[0]!;
    expect(BigInt(in_msat), 'what came in').toBe(comesMsat);
    comesMsat = BigInt(out_msat!);
    hopFeesMsat.push(BigInt(fee_msat!));
  }
  expect(comesMsat, 'what the last one handed over').toBe(amountMsat);
  expect(hopFeesMsat.reduce((sum, fee) => sum + fee, 0n)).toBe(feeMsat);
  return { feeMsat, paymentHash: payment.payment_hash, hopFeesMsat };
}
