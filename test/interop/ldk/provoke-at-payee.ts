/** Payments that arrive and are refused there: for their invoice, or because the payee says so. */
import type { FailureCode } from 'lightningdevkit';
import type { FailureCodeName } from '../../../src/executor/verdict.ts';
import { type FoundPayment, findPayment } from './found-payment.ts';
import type { LdkNetwork } from './ldk-network.ts';
import { type LdkInvoice, makeInvoice } from './ldk-payment.ts';
import type { Provocation, ProvokedFailure, Scene } from './provoked-failure.ts';
import { randomBytes } from './random-ldk-network.ts';

const CLTV_DELTA = 40;

type Change = Partial<Pick<ProvokedFailure, 'invoice' | 'route' | 'onArrival'>>;

/** Whatever the invoice objects to reads the same from outside, and nobody else is to blame. */
function refusedForItsInvoice(change: (scene: Scene, found: FoundPayment) => Change): Provocation {
  return (scene) => {
    const found = findPayment(scene.network, scene.random);
    return {
      ...{ found, route: found.build(), ...change(scene, found) },
      code: 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS',
      source: found.path.hops.length,
      blame: { kind: 'final' },
    };
  };
}

/** Routes the payment to another invoice of the payee. */
function toInvoice(found: FoundPayment, invoice: LdkInvoice): Change {
  const route = found.build();
  route.hops.at(-1)!.mppRecord!.paymentAddr = invoice.paymentAddr;
  return { invoice, route };
}

function refusedByHand(
  code: FailureCodeName,
  reason: (network: LdkNetwork) => FailureCode,
): Provocation {
  return ({ network, random }) => {
    const found = findPayment(network, random);
    const source = found.path.hops.length;
    const circular = found.path.hops.at(-1)!.to === found.from;
    return {
      ...{ found, route: found.build(), code, source },
      onArrival: ({ node }, { paymentHash }) =>
        node.manager.fail_htlc_backwards_with_reason(paymentHash, reason(network)),
      // From ourselves such a code makes no sense; anybody else is taken at its word.
      blame: circular ? { kind: 'final' } : { kind: 'node', index: source },
    };
  };
}

export const payeeProvocations: Readonly<Record<string, Provocation>> = {
  'a final expiry too soon': refusedForItsInvoice((_scene, found) => ({
    route: found.build({ finalCltvDelta: CLTV_DELTA - 5 }),
  })),
  'less than the invoice asks for': refusedForItsInvoice(({ network, random }, found) =>
    toInvoice(
      found,
      makeInvoice(network, {
        ...{ payee: found.invoice.payee, preimage: randomBytes(random), cltvDelta: CLTV_DELTA },
        amountMsat: found.quote.amountMsat + 1n,
      }),
    ),
  ),
  'an unknown payment hash': refusedForItsInvoice(({ random }, found) => ({
    invoice: { ...found.invoice, paymentHash: randomBytes(random) },
  })),
  'a wrong payment secret': refusedForItsInvoice(({ random }, found) => {
    const route = found.build();
    route.hops.at(-1)!.mppRecord!.paymentAddr = randomBytes(random);
    return { route };
  }),
  'a payee that gives the payment back': refusedForItsInvoice(() => ({
    onArrival: ({ node }, { paymentHash }) => node.manager.fail_htlc_backwards(paymentHash),
  })),
  'a payee with trouble of its own': refusedByHand('TEMPORARY_NODE_FAILURE', ({ ldk }) =>
    ldk.FailureCode.constructor_temporary_node_failure(),
  ),
  'a payee that wants a feature': refusedByHand('REQUIRED_NODE_FEATURE_MISSING', ({ ldk }) =>
    ldk.FailureCode.constructor_required_node_feature_missing(),
  ),
  'a payee that cannot read its payload': refusedByHand('INVALID_ONION_PAYLOAD', ({ ldk }) =>
    ldk.FailureCode.constructor_invalid_onion_payload(
      ldk.Option_C2Tuple_u64u16ZZ.constructor_none(),
    ),
  ),
};
