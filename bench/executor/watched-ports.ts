/** A node and a store that pass everything on, and take the times by which an attempt can be taken apart. */
import type { LightningNode, Store } from '../../src/ports.ts';

export class WatchedPorts {
  readonly node: LightningNode;
  readonly store: Store;
  /** From one attempt to the next of the same rebalance, everything between them included. */
  readonly attemptsMs: number[] = [];
  /** The call that sends, as Ballast makes it. */
  readonly sendingMs: number[] = [];
  readonly commitsMs: number[] = [];
  /** Attempts that fail on their way share a payment hash, which tells them from those of other rebalances. */
  readonly #lastSentAt = new Map<string, number>();

  constructor(node: LightningNode, store: Store) {
    this.node = {
      ...node,
      sendToRoute: (request) => this.#send(request, node),
    };
    this.store = { ...store, commit: (batch) => timed(this.commitsMs, () => store.commit(batch)) };
  }

  #send(
    request: Parameters<LightningNode['sendToRoute']>[0],
    node: LightningNode,
  ): ReturnType<LightningNode['sendToRoute']> {
    const now = performance.now();
    const last = this.#lastSentAt.get(request.paymentHash);
    if (last !== undefined) this.attemptsMs.push(now - last);
    this.#lastSentAt.set(request.paymentHash, now);
    return timed(this.sendingMs, () => node.sendToRoute(request));
  }
}

async function timed<Answer>(timesMs: number[], ask: () => Promise<Answer>): Promise<Answer> {
  const started = performance.now();
  const answer = await ask();
  timesMs.push(performance.now() - started);
  return answer;
}
