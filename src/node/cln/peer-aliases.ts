/** What peers call themselves: `listpeerchannels` does not tell. */
import type { NodeId } from '../../units/ids.ts';
import { HOUR_MS } from '../../units/time.ts';
import type { ClnCalls } from './cln-calls.ts';
import { ClnObject } from './cln-object.ts';

/** Names are for people, and change once in a year. */
const MAX_AGE_MS = HOUR_MS;

export class PeerAliases {
  readonly #calls: ClnCalls;
  #names = new Map<NodeId, string>();
  #sinceMs = Number.NEGATIVE_INFINITY;

  constructor(calls: ClnCalls) {
    this.#calls = calls;
  }

  /** Asks for each peer once an hour. Never rejects: a name that cannot be had is left out. */
  async of(peers: readonly NodeId[]): Promise<ReadonlyMap<NodeId, string>> {
    const nowMs = performance.now();
    if (nowMs - this.#sinceMs > MAX_AGE_MS) {
      this.#names = new Map();
      this.#sinceMs = nowMs;
    }
    const unknown = [...new Set(peers)].filter((peer) => !this.#names.has(peer));
    await Promise.all(unknown.map((peer) => this.#ask(peer)));
    return this.#names;
  }

  async #ask(peer: NodeId): Promise<void> {
    const end = await this.#calls.attempt('listnodes', { id: peer }, { lane: 'quick' });
    if (end.kind !== 'result') return;
    try {
      const [node] = new ClnObject('listnodes', end.result).list('nodes');
      this.#names.set(peer, node?.optionalText('alias') ?? '');
    } catch {
      // An odd answer costs the name only.
    }
  }
}
