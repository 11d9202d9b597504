/** Asks peers what their swaps and channels would cost, sparingly. Nothing is bought, and no answer is trusted. */
import {
  type ChannelOffer,
  LSPS0_TYPE,
  lsps1InfoRequest,
  readLsps1Info,
} from '../planner/quotes/lsps1.ts';
import {
  PEER_SWAP_POLL,
  PEER_SWAP_REQUEST_POLL,
  type PeerSwapTerms,
  peerSwapRequest,
  readPeerSwapPoll,
} from '../planner/quotes/peer-swap.ts';
import type { Quote } from '../planner/quotes/quote.ts';
import type { Clock, CustomMessage, CustomMessages, Entropy, LightningNode } from '../ports.ts';
import { bytesToHex } from '../units/bytes.ts';
import type { NodeId } from '../units/ids.ts';
import { HOUR_MS } from '../units/time.ts';
import { messageOf } from './asked.ts';
import { systemEntropy } from './payment-secret.ts';
import { systemClock } from './system-clock.ts';

/** What one peer has answered. */
export interface PeerQuotes {
  readonly peer: NodeId;
  /** `null`: it has not answered, as a peer without PeerSwap does. */
  readonly swap: Quote<PeerSwapTerms> | null;
  /** `null`: it has not answered, as a peer that sells no channels does. */
  readonly channel: Quote<ChannelOffer> | null;
  /** Milliseconds since the Unix epoch. */
  readonly askedAtMs: number;
}

/** What asking needs of its surroundings. */
export interface QuoteParts {
  readonly node: Pick<LightningNode, 'customMessages' | 'capabilities'>;
  /** @defaultValue the machine's */
  readonly clock?: Clock;
  /** @defaultValue the machine's */
  readonly entropy?: Entropy;
}

/** How long to wait for quotes, and of how many peers. */
export interface QuoteOptions {
  /** Milliseconds to wait for answers. @defaultValue 5,000: peers answer at once, or not at all */
  readonly waitMs?: number;
  /** Peers to ask at most, the first ones. @defaultValue 50 */
  readonly mostPeers?: number;
}

/** A peer is asked once in this time: its terms change rarely, and nobody likes to be polled. */
const ASK_AGAIN_MS = HOUR_MS;
/** Between two messages. */
const PAUSE_MS = 50;
const ID_BYTES = 8;

/** The node cannot send messages to peers; the message names the reason. */
export class NoQuotesError extends Error {
  override readonly name = 'NoQuotesError';
}

interface Asked {
  swap: Quote<PeerSwapTerms> | null;
  channel: Quote<ChannelOffer> | null;
  readonly askedAtMs: number;
  readonly requestId: string;
}

/** Asks peers what their swaps and channels cost, over custom messages. Nothing is bought. */
export class QuoteDesk {
  readonly #parts: Required<QuoteParts>;
  readonly #known = new Map<NodeId, Asked>();

  constructor({ node, clock = systemClock, entropy = systemEntropy }: QuoteParts) {
    this.#parts = { node, clock, entropy };
  }

  /**
   * Terms of these peers, those that were asked within the hour out of memory.
   *
   * @throws NoQuotesError where the node cannot pass messages on, NodeError where it cannot be asked
   */
  async ask(
    peers: readonly NodeId[],
    { waitMs = 5_000, mostPeers = 50 }: QuoteOptions = {},
  ): Promise<readonly PeerQuotes[]> {
    const { node, clock } = this.#parts;
    const { customMessages } = node;
    if (customMessages === undefined) {
      const reason = node.capabilities.reasons.customMessages ?? 'connect another node';
      throw new NoQuotesError(`this node cannot ask peers for quotes: ${reason}`);
    }
    const chosen = [...new Set(peers)].slice(0, mostPeers);
    const nowMs = clock.now();
    const due = chosen.filter((peer) => this.#isDue(peer, nowMs));
    if (due.length > 0) await this.#exchange(customMessages, due, waitMs);
    return chosen.flatMap((peer) => {
      const asked = this.#known.get(peer);
      if (asked === undefined) return [];
      const { swap, channel, askedAtMs } = asked;
      return [{ peer, swap, channel, askedAtMs }];
    });
  }

  #isDue(peer: NodeId, nowMs: number): boolean {
    const asked = this.#known.get(peer);
    return asked === undefined || Math.abs(nowMs - asked.askedAtMs) >= ASK_AGAIN_MS;
  }

  async #exchange(messages: CustomMessages, due: readonly NodeId[], waitMs: number): Promise<void> {
    const ended = new AbortController();
    const open = new Set(due);
    try {
      for await (const news of messages.receive({ signal: ended.signal })) {
        if (news.kind === 'message') this.#hear(news, open);
        else void this.#send(messages, due, ended).then(() => this.#endAfter(waitMs, ended));
        if (open.size === 0) ended.abort();
      }
    } finally {
      ended.abort();
    }
  }

  /** Only those that were asked, and of each the first answer that is one. */
  #hear({ peer, type, data }: CustomMessage, open: Set<NodeId>): void {
    const asked = open.has(peer) ? this.#known.get(peer) : undefined;
    if (asked === undefined) return;
    if (type === PEER_SWAP_POLL) asked.swap ??= readPeerSwapPoll(data);
    if (type === LSPS0_TYPE) asked.channel ??= readLsps1Info(data, asked.requestId) ?? null;
    if (asked.swap !== null && asked.channel !== null) open.delete(peer);
  }

  /** Never rejects: a peer that is away has no quote. */
  async #send(
    messages: CustomMessages,
    due: readonly NodeId[],
    ended: AbortController,
  ): Promise<void> {
    const { clock, entropy } = this.#parts;
    for (const peer of due) {
      const requestId = bytesToHex(entropy.bytes(ID_BYTES));
      this.#known.set(peer, { swap: null, channel: null, askedAtMs: clock.now(), requestId });
      for (const [type, data] of [
        [PEER_SWAP_REQUEST_POLL, peerSwapRequest()],
        [LSPS0_TYPE, lsps1InfoRequest(requestId)],
      ] as const) {
        if (ended.signal.aborted) return;
        try {
          await messages.send({ peer, type, data });
        } catch (error) {
          const none = { kind: 'none', reason: messageOf(error) } as const;
          Object.assign(this.#known.get(peer)!, { swap: none, channel: none });
          break;
        }
        await clock.sleep(PAUSE_MS, ended.signal);
      }
    }
  }

  async #endAfter(waitMs: number, ended: AbortController): Promise<void> {
    await this.#parts.clock.sleep(waitMs, ended.signal);
    ended.abort();
  }
}
