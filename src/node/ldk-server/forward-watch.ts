/** Keeps the ledger of forwards: listens to events, and reads the list again and again, for events get lost. */
import { setTimeout } from 'node:timers/promises';
import {
  LightningNodeService,
  ListForwardedPaymentsRequest,
  type ListForwardedPaymentsResponse,
  SubscribeEventsRequest,
} from '../../generated/services/ldk-server/api.ts';
import type { EventEnvelope } from '../../generated/services/ldk-server/events.ts';
import type { ForwardedPayment } from '../../generated/services/ldk-server/types.ts';
import { type DatedForward, ForwardLedger, type ForwardRow } from './forward-ledger.ts';
import type { LdkCalls } from './ldk-calls.ts';

export interface ForwardWatchOptions {
  readonly deadlineMs: number;
  /** Between two readings of the list, ms. */
  readonly pollMs: number;
}

/** Pauses before an event stream that broke is opened again, ms. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** A list that grows faster than it is read would be read for ever. */
const MOST_PAGES = 10_000;

export class ForwardWatch {
  readonly #calls: LdkCalls;
  readonly #options: ForwardWatchOptions;
  readonly #stop = new AbortController();
  #ledger: Promise<ForwardLedger> | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(calls: LdkCalls, options: ForwardWatchOptions) {
    this.#calls = calls;
    this.#options = options;
  }

  /** What is known, with all that the list has now. Watching begins with the first call. */
  async forwards(
    sinceMs: number,
  ): Promise<{ readonly sinceMs: number; readonly forwards: readonly DatedForward[] }> {
    this.#ledger ??= this.#begin().catch((error: unknown) => {
      this.#ledger = undefined;
      throw error;
    });
    const ledger = await this.#ledger;
    await this.#read(ledger);
    const from = Math.max(sinceMs, ledger.sinceMs);
    return { sinceMs: from, forwards: ledger.forwards(from) };
  }

  close(): void {
    this.#stop.abort();
  }

  async #begin(): Promise<ForwardLedger> {
    const { forwardedPayments, nextPageToken } = await this.#page(undefined);
    const head = { end: nextPageToken === undefined, nowMs: Date.now() };
    const ledger = new ForwardLedger(forwardedPayments.map(readRow), head);
    void this.#listen(ledger);
    void this.#poll(ledger);
    return ledger;
  }

  async #listen(ledger: ForwardLedger): Promise<void> {
    const { signal } = this.#stop;
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        for await (const { event } of this.#events()) {
          pauseMs = FIRST_PAUSE_MS;
          const forward =
            event?.$case === 'paymentForwarded' ? event.value.forwardedPayment : undefined;
          if (forward !== undefined) ledger.told(readRow(forward), Date.now());
        }
      } catch {
        // Whatever it was, the list has what was missed, and asking for it tells the user what is wrong.
      }
      await pause(pauseMs, signal);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  }

  async *#events(): AsyncGenerator<EventEnvelope, void, undefined> {
    const { signal } = this.#stop;
    const method = LightningNodeService.subscribeEvents;
    const stream = await this.#calls.stream(method, SubscribeEventsRequest.create());
    const cancel = (): void => stream.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      // It may have been stopped while the connection was made, before there was anything to cancel.
      if (!signal.aborted) yield* stream as AsyncIterable<EventEnvelope>;
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#calls.finish(stream);
    }
  }

  async #poll(ledger: ForwardLedger): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await pause(this.#options.pollMs, signal);
      if (!signal.aborted) await this.#read(ledger).catch(() => {});
    }
  }

  /** One reading at a time; each begins after it was asked for. */
  #read(ledger: ForwardLedger): Promise<void> {
    const reading = this.#reading.then(() => this.#readList(ledger));
    this.#reading = reading.catch(() => {});
    return reading;
  }

  async #readList(ledger: ForwardLedger): Promise<void> {
    const rows: ForwardRow[] = [];
    let token: ListForwardedPaymentsResponse['nextPageToken'];
    for (let page = 1; ; page++) {
      const answer = await this.#page(token);
      for (const forward of answer.forwardedPayments) rows.push(readRow(forward));
      token = answer.nextPageToken;
      const end = token === undefined || page === MOST_PAGES;
      if (ledger.read(rows, { end, nowMs: Date.now() }).kind === 'done' || end) return;
    }
  }

  #page(
    pageToken: ListForwardedPaymentsResponse['nextPageToken'],
  ): Promise<ListForwardedPaymentsResponse> {
    const request: ListForwardedPaymentsRequest = ListForwardedPaymentsRequest.fromPartial({
      ...(pageToken !== undefined && { pageToken }),
    });
    const method = LightningNodeService.listForwardedPayments;
    return this.#calls.unary(method, request, this.#options.deadlineMs);
  }
}

function readRow(forward: ForwardedPayment): ForwardRow {
  const { prevHtlcs, nextHtlcs } = forward;
  return {
    from: prevHtlcs.length === 1 ? (prevHtlcs[0]?.userChannelId ?? null) : null,
    to: nextHtlcs.length === 1 ? (nextHtlcs[0]?.userChannelId ?? null) : null,
    amountOutMsat: forward.outboundAmountForwardedMsat ?? null,
    feeMsat: forward.totalFeeEarnedMsat ?? null,
  };
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  setTimeout(milliseconds, undefined, { signal, ref: false }).catch(() => {});
