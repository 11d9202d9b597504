/** All HTLCs of the node's channels since it was served, as lightningd numbers them (Core Lightning: `wallet/wallet.c`). */
import type { ChannelId, NodeId, PaymentHash } from '../../units/ids.ts';
import type { SimulatedNetwork } from '../network.ts';
import type { HtlcChange } from '../network-records.ts';

export interface HtlcRow {
  readonly createdIndex: bigint;
  updatedIndex: bigint;
  readonly channelId: ChannelId;
  readonly htlcId: bigint;
  readonly direction: 'in' | 'out';
  readonly amountMsat: bigint;
  readonly expiryHeight: number;
  readonly paymentHash: PaymentHash;
  ended: boolean;
}

export class HtlcTable {
  readonly #self: NodeId;
  readonly #rows: HtlcRow[] = [];
  readonly #open = new Map<string, HtlcRow>();
  readonly #waiters = new Set<() => void>();
  readonly #stop: () => void;
  #updated = 0n;

  constructor(network: SimulatedNetwork, self: NodeId) {
    this.#self = self;
    this.#stop = network.onHtlc((change) => this.#take(change));
  }

  get rows(): readonly HtlcRow[] {
    return this.#rows;
  }

  get created(): bigint {
    return BigInt(this.#rows.length);
  }

  get updated(): bigint {
    return this.#updated;
  }

  /** Calls back at the next change; what is returned takes that back. */
  onChange(wake: () => void): () => void {
    this.#waiters.add(wake);
    return () => this.#waiters.delete(wake);
  }

  close(): void {
    this.#stop();
  }

  #take(change: HtlcChange): void {
    if (change.from !== this.#self && change.to !== this.#self) return;
    const key = `${change.channelId} ${change.from} ${change.index}`;
    if (change.kind === 'locked') {
      const row: HtlcRow = {
        createdIndex: this.created + 1n,
        updatedIndex: 0n,
        channelId: change.channelId,
        htlcId: change.index,
        direction: change.from === this.#self ? 'out' : 'in',
        amountMsat: change.amountMsat,
        expiryHeight: change.expiryHeight,
        paymentHash: change.paymentHash,
        ended: false,
      };
      this.#rows.push(row);
      this.#open.set(key, row);
    } else {
      const row = this.#open.get(key);
      this.#open.delete(key);
      if (row === undefined) return;
      row.ended = true;
      row.updatedIndex = ++this.#updated;
    }
    for (const wake of [...this.#waiters]) wake();
  }
}
