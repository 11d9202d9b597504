/** Routes that a scenario changes before it sends them: with custom records, or a secret that is amiss. */
import { Rebalancer } from '../../../src/engine/index.ts';
import type { Failure } from '../../../src/generated/messages/failure.ts';
import type { Hop, Route } from '../../../src/generated/messages/route.ts';
import type { AttemptRecord, InvoiceTerms, LightningNode } from '../../../src/ports.ts';
import { memoryStore } from '../../../src/store/index.ts';
import type { PaymentHash } from '../../../src/units/ids.ts';
import { firstOr, NO_CIRCLE, type skip } from '../lnd/skip.ts';
import { type Circle, circles, nameOf } from './circles.ts';
import type { Stage } from './stage.ts';

const TERMS = { memo: '', valueMsat: 0n, cltvDelta: 40, expirySeconds: 600 };

type Context = Parameters<typeof skip>[0];
export type Records = ReadonlyMap<bigint, Uint8Array>;

export interface Scene {
  readonly stage: Stage;
  readonly circle: Circle;
  readonly node: LightningNode;
  /** Round the circle, as Ballast would send now. */
  readonly route: Route;
}

export async function scene(stage: Stage, context: Context): Promise<Scene> {
  await stage.network.settle();
  const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
  const node = await stage.ballastOn(circle.self);
  let route: Route | undefined;
  const silent: LightningNode = {
    ...node,
    sendToRoute: async (request) => {
      route = request.route;
      return { kind: 'not_sent', reason: 'only looked at' };
    },
  };
  const rebalancer = new Rebalancer({ node: silent, store: memoryStore() });
  const { amountMsat } = stage.network;
  const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 500_000 };
  await rebalancer.rebalance({ ...request, maxAttempts: 1, minProbability: 0 }).result;
  if (route === undefined) throw new Error(`${nameOf(circle)}: Ballast finds no route round it`);
  return { stage, circle, node, route };
}

/** @param at the last hop where it is left out */
export function telling(
  route: Route,
  { at = route.hops.length - 1, records }: { readonly at?: number; readonly records: Records },
): Route {
  const hops = route.hops.map((hop, i) =>
    i === at ? { ...hop, customRecords: new Map(records) } : hop,
  );
  return { ...route, hops };
}

/** Without a secret that anybody knows. */
export const withoutSecret = (hop: Hop): Hop =>
  hop.mppRecord === undefined
    ? hop
    : { ...hop, mppRecord: { ...hop.mppRecord, paymentAddr: new Uint8Array(32) } };

/** Keeps a secret that is amiss. */
export function paying(route: Route, { paymentAddr }: InvoiceTerms): Route {
  const isAmiss = route.hops.at(-1)!.mppRecord!.paymentAddr.every((byte) => byte === 0);
  const hops = route.hops.map((hop) =>
    hop.mppRecord === undefined || isAmiss
      ? hop
      : { ...hop, mppRecord: { ...hop.mppRecord, paymentAddr } },
  );
  return { ...route, hops };
}

export const invoice = (node: LightningNode): Promise<InvoiceTerms> =>
  node.addInvoice({ ...TERMS, preimage: crypto.getRandomValues(new Uint8Array(32)) });

/** Of a payment of its own. */
export async function failureAlong(node: LightningNode, route: Route): Promise<Failure> {
  const terms = await invoice(node);
  const { paymentHash } = terms;
  const outcome = await node.sendToRoute({ paymentHash, route: paying(route, terms) });
  await node.cancelInvoice(paymentHash);
  if (outcome.kind !== 'failed')
    throw new Error(`it did not fail: ${JSON.stringify(outcome.kind)}`);
  return outcome.failure;
}

/** As it was told last. */
export async function lastAttempt(
  node: LightningNode,
  paymentHash: PaymentHash,
): Promise<AttemptRecord | undefined> {
  const { signal } = new AbortController();
  let last: AttemptRecord | undefined;
  for await (const update of node.trackPayment(paymentHash, { signal })) {
    if (update.kind === 'payment') last = update.payment.attempts.at(-1);
  }
  return last;
}
