/** What was forwarded: listed newest first in pages, and told as it happens. */
import type {
  ListForwardedPaymentsRequest,
  ListForwardedPaymentsResponse,
} from '../../generated/services/ldk-server/api.ts';
import type { EventEnvelope } from '../../generated/services/ldk-server/events.ts';
import type { ForwardedPayment, HtlcLocator } from '../../generated/services/ldk-server/types.ts';
import type { ChannelId } from '../../units/ids.ts';
import type { ForwardRecord } from '../records.ts';
import { EventRing } from './event-ring.ts';
import { invalidRequest } from './rpc-error.ts';
import { ldkChannelId, type ServedLdkNode } from './served-node.ts';

const PAGE_SIZE = 100;
/** Marks our own tokens; clients must not look into them. */
const TOKEN_PREFIX = 'row-';

export class ForwardBook {
  readonly #served: ServedLdkNode;
  readonly events: EventRing<EventEnvelope>;
  /** Oldest first. */
  readonly #rows: ForwardedPayment[] = [];
  #lastNs = -1n;

  constructor(served: ServedLdkNode, ringSize: number) {
    this.#served = served;
    this.events = new EventRing(ringSize);
    this.#takeNew();
  }

  /** Tells forwards as they settle, until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    for await (const _ of this.#served.node.htlcEvents({ signal })) this.#tellNew();
  }

  /** Adds a row as if it had been forwarded, and tells it unless told otherwise. */
  add(row: ForwardedPayment, told = true): void {
    this.#rows.push(row);
    if (told) this.#publish(row);
  }

  list({ pageToken }: ListForwardedPaymentsRequest): ListForwardedPaymentsResponse {
    this.#tellNew();
    const end = pageToken === undefined ? this.#rows.length : rowAfter(pageToken.token);
    const start = Math.max(0, end - PAGE_SIZE);
    return {
      forwardedPayments: this.#rows.slice(start, end).reverse(),
      ...(start > 0 && {
        nextPageToken: { token: `${TOKEN_PREFIX}${start}`, index: BigInt(start) },
      }),
    };
  }

  #tellNew(): void {
    for (const row of this.#takeNew()) this.#publish(row);
  }

  #publish(row: ForwardedPayment): void {
    const value = { forwardedPayment: row };
    this.events.publish({ event: { $case: 'paymentForwarded', value } });
  }

  #takeNew(): ForwardedPayment[] {
    const fresh = this.#served.node.forwardingHistory({ sinceNs: this.#lastNs + 1n });
    const rows = fresh.map((forward) => this.#write(forward));
    this.#lastNs = fresh.at(-1)?.timestampNs ?? this.#lastNs;
    this.#rows.push(...rows);
    return rows;
  }

  #write(forward: ForwardRecord): ForwardedPayment {
    return {
      totalFeeEarnedMsat: forward.feeMsat,
      claimFromOnchainTx: false,
      outboundAmountForwardedMsat: forward.amountOutMsat,
      prevHtlcs: [this.#locator(forward.channelIn)],
      nextHtlcs: [this.#locator(forward.channelOut)],
    };
  }

  #locator(channelId: ChannelId): HtlcLocator {
    const peer = this.#served.node.channel(channelId)?.peer;
    return {
      channelId: ldkChannelId(channelId),
      userChannelId: this.#served.userChannelId(channelId),
      ...(peer !== undefined && { nodeId: peer }),
    };
  }
}

function rowAfter(token: string): number {
  const row = Number(token.slice(TOKEN_PREFIX.length));
  if (token.startsWith(TOKEN_PREFIX) && Number.isInteger(row)) return row;
  throw invalidRequest('the page token is not one of ours');
}
