/** Follows a payment, and what arrives for it, through the node's streams. */
import type { RebalanceCommand, RebalanceInput } from '../executor/rebalance-state.ts';
import type { Clock, Entropy, LightningNode } from '../ports.ts';
import { messageOf } from './asked.ts';
import { pause } from './pause.ts';

/** The node was closed: nobody can be asked any more. */
export interface NodeClosed {
  readonly kind: 'node_closed';
  readonly reason: string;
}

interface StreamParts {
  readonly node: LightningNode;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly tell: (word: RebalanceInput | NodeClosed) => void;
}

type Command<Kind extends RebalanceCommand['kind']> = Extract<RebalanceCommand, { kind: Kind }>;

/** One stream of each kind at a time: a new one replaces the one before, which says nothing more. */
export class NodeStreams {
  readonly #parts: StreamParts;
  #tracker: AbortController | undefined;
  #watcher: AbortController | undefined;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  endTracking(): void {
    this.#tracker?.abort();
  }

  endWatching(): void {
    this.#watcher?.abort();
  }

  /** Until the stream says something final, or ends. */
  async track({ paymentHash, delayMs }: Command<'track'>): Promise<void> {
    this.endTracking();
    this.#tracker = new AbortController();
    const { signal } = this.#tracker;
    const { node, clock, entropy } = this.#parts;
    const tell: StreamParts['tell'] = (word) => {
      if (!signal.aborted) this.#parts.tell(word);
    };
    try {
      await pause(delayMs, { clock, entropy, signal });
      if (signal.aborted) return;
      for await (const update of node.trackPayment(paymentHash, { signal })) {
        tell({ kind: 'tracked', update });
        if (signal.aborted || update.kind === 'not_found') return;
        if (update.payment.state !== 'in_flight') return;
      }
      tell({ kind: 'track_lost', reason: 'the node ended the stream before the payment ended' });
    } catch (error) {
      tell({ kind: isClosed(error) ? 'node_closed' : 'track_lost', reason: messageOf(error) });
    }
  }

  /** Until the invoice is settled or cancelled, or the stream ends. */
  async watch({ paymentHash, delayMs }: Command<'watch_invoice'>): Promise<void> {
    this.endWatching();
    this.#watcher = new AbortController();
    const { signal } = this.#watcher;
    const { node, clock, entropy, tell } = this.#parts;
    const lost = (reason: string): void => {
      if (!signal.aborted) tell({ kind: 'watch_lost', paymentHash, reason });
    };
    try {
      await pause(delayMs, { clock, entropy, signal });
      if (signal.aborted) return;
      for await (const invoice of node.watchInvoice(paymentHash, { signal })) {
        if (signal.aborted) return;
        tell({ kind: 'invoice_seen', invoice });
        if (invoice.state === 'settled' || invoice.state === 'canceled') return;
      }
      lost('the node ended the stream before the invoice ended');
    } catch (error) {
      lost(messageOf(error));
    }
  }
}

/** What `LightningNode.close` promises of calls after it. */
export const isClosed = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'closed';
