/**
 * Lets the node's own payments (xpay) know what ours use and learn: the liquidity that an attempt holds along its way,
 * and afterwards how far it came. All of this is a courtesy: nothing waits for it, and where the node does not know the
 * commands, or the rune does not allow them, it is left out from then on.
 */
import { type Failure, Failure_FailureCode } from '../../generated/messages/failure.ts';
import type { Route } from '../../generated/messages/route.ts';
import type { SendOutcome } from '../../ports.ts';
import {
  formatChannelId,
  type NodeId,
  type PaymentHash,
  tryParseChannelId,
} from '../../units/ids.ts';
import type { ClnCalls } from './cln-calls.ts';
import type { ClnMethodName } from './cln-methods.ts';
import { ClnObject } from './cln-object.ts';
import type { ClnHop } from './cln-route.ts';
import { RPC_CODES } from './cln-rpc-error.ts';
import type { Json } from './transport/exact-json.ts';

/** What xpay keeps its lessons in, across restarts. */
export const XPAY_LAYER = 'xpay';

interface Way {
  readonly short_channel_id_dir: string;
  readonly amount_msat: bigint;
}

type Lesson = 'constrained' | 'unconstrained' | 'succeeded';

interface Reserved {
  readonly path: readonly Way[];
  /** Once lightningd has heard of it. */
  readonly told: Promise<void>;
}

/** Payments whose reservations this connection knows of: those of the last minutes. */
const MOST_KNOWN = 1000;

export class AskreneSharing {
  readonly #calls: ClnCalls;
  #wanted: boolean;
  /** The channels of others that attempts use, by payment hash; `null` once they are freed. */
  readonly #reserved = new Map<PaymentHash, Reserved | null>();

  constructor(calls: ClnCalls, options: { readonly wanted: boolean }) {
    this.#calls = calls;
    this.#wanted = options.wanted;
  }

  /** Our own first channel is left out: what it has left, the node knows by itself. */
  async reserve(
    paymentHash: PaymentHash,
    route: { readonly self: NodeId; readonly hops: readonly ClnHop[] },
  ): Promise<void> {
    if (!this.#wanted) return;
    const path = waysOf(route).slice(1);
    if (path.length === 0) return;
    const told = this.#tell('askrene-reserve', { path: path.map((way) => ({ ...way })) });
    this.#remember(paymentHash, { path, told });
    await told;
  }

  /**
   * Once the end of an attempt is known.
   *
   * @param route Of the attempt, where another process may have made it: askrene keeps what a process has reserved that
   * was killed, until lightningd restarts
   */
  async conclude(
    paymentHash: PaymentHash,
    outcome: Exclude<SendOutcome, { kind: 'unknown' }>,
    route?: Route,
  ): Promise<void> {
    const known = this.#reserved.get(paymentHash);
    if (known === null) return;
    this.#remember(paymentHash, null);
    await known?.told;
    const path = known?.path ?? (await this.#leftOf(route));
    if (path === undefined) return;
    // First, for what is reserved counts towards what did not pass.
    await this.#tell('askrene-unreserve', { path: path.map((way) => ({ ...way })) });
    for (const { way, lesson } of lessonsOf(path, outcome)) {
      await this.#tell('askrene-inform-channel', { layer: XPAY_LAYER, ...way, inform: lesson });
    }
  }

  #remember(paymentHash: PaymentHash, reserved: Reserved | null): void {
    this.#reserved.delete(paymentHash);
    this.#reserved.set(paymentHash, reserved);
    const [oldest] = this.#reserved.keys();
    if (this.#reserved.size > MOST_KNOWN && oldest !== undefined) this.#reserved.delete(oldest);
  }

  /** What is still reserved of this route; `undefined` where that is not all of it. */
  async #leftOf(route: Route | undefined): Promise<readonly Way[] | undefined> {
    const { hops = [] } = route ?? {};
    if (!this.#wanted || hops.length < 2) return undefined;
    const end = await this.#calls.attempt('askrene-listreservations', {});
    if (end.kind !== 'result') return undefined;
    const listed = reservationsIn(end.result);
    const path = hops.slice(1).map(({ chanId }, i) => {
      const channel = formatChannelId(tryParseChannelId(chanId)!);
      const amount_msat = hops[i]!.amtToForwardMsat;
      return listed.find(
        (way) =>
          way.amount_msat === amount_msat && way.short_channel_id_dir.startsWith(`${channel}/`),
      );
    });
    return path.every((way) => way !== undefined) ? path : undefined;
  }

  async #tell(method: ClnMethodName, params: Parameters<ClnCalls['attempt']>[1]): Promise<void> {
    if (!this.#wanted) return;
    const end = await this.#calls.attempt(method, params);
    const isBarred =
      end.kind === 'error' &&
      (end.code === RPC_CODES.methodNotFound || end.code === RPC_CODES.runeNotPermitted);
    if (isBarred) this.#wanted = false;
  }
}

/** None where the answer is odd: this is a courtesy. */
function reservationsIn(answer: Json): readonly Way[] {
  try {
    return new ClnObject('askrene-listreservations', answer).list('reservations').map((one) => ({
      short_channel_id_dir: one.text('short_channel_id_dir'),
      amount_msat: one.msat('amount_msat'),
    }));
  } catch {
    return [];
  }
}

/** Direction 0 leads from the node with the smaller key to the other (BOLT 7). */
function waysOf({
  self,
  hops,
}: {
  readonly self: NodeId;
  readonly hops: readonly ClnHop[];
}): readonly Way[] {
  return hops.map(({ id, channel, amount_msat }, i) => {
    const from = hops[i - 1]?.id ?? self;
    return { short_channel_id_dir: `${channel}/${from < id ? 0 : 1}`, amount_msat };
  });
}

/** @param path without our own first channel: `path[i]` leads into the node with the index i + 2 */
function lessonsOf(
  path: readonly Way[],
  outcome: Exclude<SendOutcome, { kind: 'unknown' }>,
): readonly { readonly way: Way; readonly lesson: Lesson }[] {
  switch (outcome.kind) {
    case 'not_sent':
      return [];
    case 'settled':
      return path.map((way) => ({ way, lesson: 'succeeded' }));
    case 'failed': {
      const carried = carriedBy(outcome.failure, path.length);
      const passed = path
        .slice(0, carried)
        .map((way) => ({ way, lesson: 'unconstrained' as const }));
      const stopped = path[carried];
      const isFull = outcome.failure.code === Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE;
      const isOfOthers = outcome.failure.failureSourceIndex > 0;
      if (!isFull || !isOfOthers || stopped === undefined) return passed;
      return [...passed, { way: stopped, lesson: 'constrained' }];
    }
  }
}

/** How many of these channels the payment came over, where the failure shows it. */
function carriedBy(failure: Failure, channels: number): number {
  switch (failure.code) {
    case Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE:
      return Math.max(0, failure.failureSourceIndex - 1);
    case Failure_FailureCode.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS:
      return failure.failureSourceIndex === channels + 1 ? channels : 0;
    default:
      return 0;
  }
}
