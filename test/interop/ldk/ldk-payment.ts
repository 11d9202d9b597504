/** Payments between LDK nodes along routes of ours, one at a time, and all that LDK tells about each. */
import { createHash } from 'node:crypto';
import { Failure, Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import type { Route } from '../../../src/generated/messages/route.ts';
import type { NodeId } from '../../../src/units/ids.ts';
import type { LdkNetwork } from './ldk-network.ts';
import { ldkRoute, routeTerms } from './ldk-route.ts';
import type { NodeEvent, WireHtlc } from './message-pump.ts';
import { asLndFailure, readFailureLine } from './onion-failure.ts';

const INVOICE_SECONDS = 3600;

export interface LdkInvoice {
  readonly payee: NodeId;
  readonly preimage: Uint8Array;
  readonly paymentHash: Uint8Array;
  readonly paymentAddr: Uint8Array;
}

/** An invoice of the payee; `null` asks for no amount in particular. */
export function makeInvoice(
  network: LdkNetwork,
  terms: {
    readonly payee: NodeId;
    readonly preimage: Uint8Array;
    readonly amountMsat: bigint | null;
    readonly cltvDelta: number;
  },
): LdkInvoice {
  const { ldk } = network;
  const { payee, preimage, amountMsat } = terms;
  const paymentHash = Uint8Array.from(createHash('sha256').update(preimage).digest());
  const made = network
    .node(payee)
    .manager.create_inbound_payment_for_hash(
      paymentHash,
      amountMsat === null
        ? ldk.Option_u64Z.constructor_none()
        : ldk.Option_u64Z.constructor_some(amountMsat),
      INVOICE_SECONDS,
      ldk.Option_u16Z.constructor_some(terms.cltvDelta),
    );
  if (!(made instanceof ldk.Result_ThirtyTwoBytesNoneZ_OK)) throw new Error('LDK: no invoice');
  return { payee, preimage, paymentHash, paymentAddr: made.res };
}

/** What a node that forwarded a payment says of it. */
interface ReportedForward {
  readonly node: NodeId;
  readonly feeMsat: bigint;
  readonly amountOutMsat: bigint;
}

export type PaymentEnd =
  | { readonly kind: 'settled'; readonly feeMsat: bigint }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface LdkPayment {
  readonly end: PaymentEnd;
  /** Along the way, whatever order the nodes reported in. */
  readonly forwards: readonly ReportedForward[];
  /** HTLCs as they crossed the channels, in order. */
  readonly htlcs: readonly WireHtlc[];
}

/** What the payee does with what arrives. @defaultValue it claims the payment */
export type PayeeAction = (arrival: NodeEvent, invoice: LdkInvoice) => void;

/** Sends a payment along the route, whose last hop carries the payment address, and sees it to its end. */
export async function sendAlong(
  network: LdkNetwork,
  request: {
    readonly from: NodeId;
    readonly route: Route;
    readonly invoice: LdkInvoice;
    readonly onArrival?: PayeeAction;
  },
): Promise<LdkPayment> {
  const { ldk, chain } = network;
  const { route, invoice } = request;
  const payer = network.node(request.from);
  network.takeCrossed();
  payer.failureLines.length = 0;
  payer.routes.give(ldkRoute(ldk, route, chain.height));
  const sent = payer.manager.send_payment(
    invoice.paymentHash,
    ldk.RecipientOnionFields.constructor_secret_only(route.hops.at(-1)!.mppRecord!.paymentAddr),
    invoice.paymentHash,
    routeTerms(ldk, route),
    ldk.Retry.constructor_attempts(0),
  );
  if (!sent.is_ok()) throw new Error('LDK took no payment; its id may have been used before');
  const watch = new PaymentWatch(network, invoice, request.onArrival ?? claim);
  watch.follow(network.settleDown(payer));
  await freeWasmMemory();
  return { ...watch.result(request), htlcs: network.takeCrossed() };
}

/** LDK's objects are freed by finalizers, which run only between turns; without them it gets slower and slower. */
const freeWasmMemory = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const claim: PayeeAction = ({ node }, { preimage }) => node.manager.claim_funds(preimage);

class PaymentWatch {
  readonly #network: LdkNetwork;
  readonly #invoice: LdkInvoice;
  readonly #onArrival: PayeeAction;
  readonly #forwards: ReportedForward[] = [];
  #feeMsat: bigint | undefined;
  #failed = false;
  #leftUs = true;

  constructor(network: LdkNetwork, invoice: LdkInvoice, onArrival: PayeeAction) {
    this.#network = network;
    this.#invoice = invoice;
    this.#onArrival = onArrival;
  }

  follow(events: readonly NodeEvent[]): void {
    let told = events;
    while (told.length > 0) {
      const next: NodeEvent[] = [];
      for (const event of told) {
        if (!this.#read(event)) continue;
        this.#onArrival(event, this.#invoice);
        next.push(...this.#network.settleDown(event.node));
      }
      told = next;
    }
  }

  /** Returns whether it is an arrival, which the payee has to answer. */
  #read({ node, event }: NodeEvent): boolean {
    const { ldk } = this.#network;
    if (event instanceof ldk.Event_PaymentClaimable) return true;
    if (event instanceof ldk.Event_PaymentForwarded) {
      this.#forwards.push({
        node: node.nodeId,
        feeMsat: this.#amount(event.total_fee_earned_msat),
        amountOutMsat: this.#amount(event.outbound_amount_forwarded_msat),
      });
    }
    if (event instanceof ldk.Event_PaymentSent) this.#feeMsat = this.#amount(event.fee_paid_msat);
    if (event instanceof ldk.Event_PaymentPathFailed) {
      this.#failed = true;
      this.#leftUs = !(event.failure instanceof ldk.PathFailure_InitialSend);
    }
    return false;
  }

  #amount(option: unknown): bigint {
    if (option instanceof this.#network.ldk.Option_u64Z_Some) return option.some;
    throw new Error('LDK leaves out an amount');
  }

  result(request: { from: NodeId; route: Route }): Omit<LdkPayment, 'htlcs'> {
    const { from, route } = request;
    const place = ({ node }: ReportedForward) => route.hops.findIndex((h) => h.pubKey === node);
    const forwards = this.#forwards.sort((a, b) => place(a) - place(b));
    if (this.#feeMsat !== undefined) {
      return { end: { kind: 'settled', feeMsat: this.#feeMsat }, forwards };
    }
    if (!this.#failed) throw new Error('the payment has come to no end');
    return { end: { kind: 'failed', failure: this.#failure(from, route) }, forwards };
  }

  #failure(from: NodeId, route: Route): Failure {
    // LDK's own channel refused, for its amount or its state: lnd says so with this code and index 0.
    if (!this.#leftUs) {
      return Failure.fromPartial({ code: Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE });
    }
    const line = this.#network.node(from).failureLines.at(-1);
    if (line === undefined) throw new Error('the payment failed and no line tells why');
    return asLndFailure(route, readFailureLine(line));
  }
}
