/** A payment's way through one node, in the hands of that node's gate. */

import type { PaymentHash } from '../units/ids.ts';
import type { ClientFailureCode, Passage } from './forward-gate.ts';
import { type Refusal, refuse } from './forwarding-check.ts';
import type { Leg } from './htlc-reporter.ts';
import type { HtlcWalk } from './htlc-walk.ts';
import { hashOf } from './invoice-store.ts';
import type { SentRoute } from './route-reader.ts';

export interface ForwardChanges {
  readonly inAmountMsat?: bigint;
  readonly outAmountMsat?: bigint;
}

interface PassageParts {
  readonly walk: HtlcWalk;
  /** Place of the leg over which it came in. */
  readonly index: number;
  readonly leg: Leg;
  readonly paymentHash: PaymentHash;
  readonly route: SentRoute;
}

export class WalkPassage implements Passage {
  readonly #parts: PassageParts;
  onChain = false;

  constructor(parts: PassageParts) {
    this.#parts = parts;
  }

  get offered(): Passage['offered'] {
    const { index, leg, paymentHash, route } = this.#parts;
    const payload = route.hops[index]!;
    return {
      circuit: { channelId: leg.channel.channelId, index: leg.htlc.index },
      paymentHash,
      incomingAmountMsat: leg.htlc.amountMsat,
      incomingExpiry: leg.htlc.expiryHeight,
      outgoingChannelId: route.hops[index + 1]!.channelId,
      outgoingAmountMsat: payload.amountMsat,
      outgoingExpiry: payload.expiry,
    };
  }

  get answered(): boolean {
    return this.#parts.leg.answered;
  }

  resume(changes: ForwardChanges = {}): void {
    if (!this.answered) this.#parts.walk.forward(this.#parts.index, changes);
  }

  settle(preimage: Uint8Array): boolean {
    if (hashOf(preimage) !== this.#parts.paymentHash) return false;
    this.#parts.walk.answerForClient(this.#parts.index, preimage);
    return true;
  }

  fail(code: ClientFailureCode | 'EXPIRY_TOO_SOON' | 'unreadable'): void {
    this.#parts.walk.answerForClient(this.#parts.index, refusalOf(code));
  }

  timeOut(): void {
    if (!this.answered) this.#parts.walk.timeOut(this.#parts.index);
  }
}

function refusalOf(code: ClientFailureCode | 'EXPIRY_TOO_SOON' | 'unreadable'): Refusal {
  switch (code) {
    case 'TEMPORARY_CHANNEL_FAILURE':
    case 'EXPIRY_TOO_SOON':
      return refuse(code, { withUpdate: true });
    case 'INVALID_ONION_VERSION':
    case 'INVALID_ONION_HMAC':
    case 'INVALID_ONION_KEY':
      return refuse(code);
    case 'unreadable':
      return refuse('UNREADABLE_FAILURE');
  }
}
