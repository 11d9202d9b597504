/** What nodes themselves recorded: payments, balances, invoices, forwards. */
import { expect } from 'vitest';
import type { Circle } from './circles.ts';
import type { RawChannel, RawPayment } from './messages.ts';
import type { RealNetwork, RealNode } from './real-network.ts';

export interface Before {
  readonly node: RealNode;
  readonly payments: string;
  readonly balancesSat: ReadonlyMap<string, number>;
}

export async function before(node: RealNode): Promise<Before> {
  return {
    node,
    payments: await node.rpc.paymentsSoFar(),
    balancesSat: balancesSat(await node.rpc.channels()),
  };
}

const ANCHOR_SAT = 330;
const WITHOUT_ANCHORS: ReadonlySet<string> = new Set(['LEGACY', 'STATIC_REMOTE_KEY']);

/** By funding output. Commitment fees are added again, for they change with the fee rate. */
function balancesSat(channels: readonly RawChannel[]): ReadonlyMap<string, number> {
  return new Map(
    channels.map((channel) => [
      channel.channel_point,
      Number(channel.local_balance) + (channel.initiator ? feeSat(channel) : 0),
    ]),
  );
}

/** The opener pays for the peer's anchor from the first; lnd counts it as a fee as long as the peer has nothing. */
function feeSat({ commit_fee, commitment_type, remote_balance }: RawChannel): number {
  const isFee = remote_balance === '0' && !WITHOUT_ANCHORS.has(commitment_type);
  return Number(commit_fee) - (isFee ? ANCHOR_SAT : 0);
}

/** Waits until all is at rest. Channels that did not change are left out. */
export async function changesSat(
  network: RealNetwork,
  { node, balancesSat: past }: Before,
): Promise<ReadonlyMap<string, number>> {
  await network.settle();
  const now = balancesSat(await node.rpc.channels());
  return new Map(
    [...now]
      .map(([point, sat]) => [point, sat - (past.get(point) ?? 0)] as const)
      .filter(([, change]) => change !== 0),
  );
}

/** Payments that the node has made since. */
export const paymentsOf = ({ node, payments }: Before): Promise<readonly RawPayment[]> =>
  node.rpc.paymentsSince(payments);

/** The node paid nothing, and none of its balances has changed. */
export async function expectNothingMoved(network: RealNetwork, past: Before): Promise<void> {
  expect([...(await changesSat(network, past))], 'balances that changed').toEqual([]);
  for (const { status } of await paymentsOf(past)) expect(status).toBe('FAILED');
}

/**
 * Exactly one payment settled, round the circle, for this amount; each node on the way has what it is owed, and each of
 * our balances is what the node's own figures say, to the satoshi that lnd rounds off.
 */
export async function expectMoved(
  network: RealNetwork,
  past: Before,
  { circle: { hops }, amountMsat }: { circle: Circle; amountMsat: bigint },
): Promise<{ feeMsat: bigint; paymentHash: string }> {
  const settled = (await paymentsOf(past)).filter(({ status }) => status === 'SUCCEEDED');
  expect(settled.length, 'payments that settled').toBe(1);
  const payment = settled[0]!;
  expect(BigInt(payment.value_msat)).toBe(amountMsat);
  const feeMsat = BigInt(payment.fee_msat);
  const attempts = payment.htlcs.filter(({ status }) => status === 'SUCCEEDED');
  expect(attempts.length, 'HTLCs that settled').toBe(1);
  const route = attempts[0]!.route;
  expect(route.hops.map(({ pub_key }) => pub_key)).toEqual(hops.map(({ to }) => to.key));
  expect(BigInt(route.total_amt_msat) - amountMsat).toBe(feeMsat);

  const invoice = await past.node.rpc.invoice(payment.payment_hash);
  expect(invoice.state).toBe('SETTLED');
  expect(BigInt(invoice.amt_paid_msat)).toBe(amountMsat);

  const changes = await changesSat(network, past);
  const outPoint = hops[0]!.channel.channel_point;
  const inPoint = hops.at(-1)!.channel.channel_point;
  const strangers = [...changes.keys()].filter((point) => point !== outPoint && point !== inPoint);
  expect(strangers, 'other channels that changed').toEqual([]);
  expectSat(changes.get(outPoint) ?? 0, -(amountMsat + feeMsat));
  expectSat(changes.get(inPoint) ?? 0, amountMsat);
  return { feeMsat, paymentHash: payment.payment_hash };
}

/** lnd rounds every balance down to whole satoshis, so the difference of two is off by less than one. */
function expectSat(changeSat: number, exactMsat: bigint): void {
  expect(Math.abs(changeSat - Number(exactMsat) / 1000), `${changeSat} sat`).toBeLessThan(1);
}
