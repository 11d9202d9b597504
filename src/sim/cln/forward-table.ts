/** The node's forwards as lightningd lists them, put together from what happens at its links. */
import type { ChannelId } from '../../units/ids.ts';
import type { SimulatedNode } from '../node.ts';
import type { SimulatedHtlcEvent } from '../records.ts';

type ForwardStatus = 'offered' | 'settled' | 'local_failed' | 'failed';

export interface ForwardRow {
  readonly createdIndex: bigint;
  updatedIndex: bigint;
  readonly inChannel: ChannelId;
  readonly inHtlcId: bigint;
  readonly inMsat: bigint;
  readonly outChannel: ChannelId | undefined;
  readonly outHtlcId: bigint | undefined;
  /** Of what never went out lightningd keeps it as little as when that was decided. */
  readonly outMsat: bigint | undefined;
  readonly receivedTime: number;
  resolvedTime: number | undefined;
  status: ForwardStatus;
  /** lnd's number for what we told the sender, where we refused it ourselves. */
  readonly wireFailure: number | undefined;
}

export class ForwardTable {
  readonly #rows: ForwardRow[] = [];
  readonly #open = new Map<string, ForwardRow>();
  readonly #waiters = new Set<() => void>();
  readonly #closing = new AbortController();
  #updated = 0n;

  constructor(node: SimulatedNode) {
    void this.#follow(node.htlcEvents({ signal: this.#closing.signal }));
  }

  get created(): bigint {
    return BigInt(this.#rows.length);
  }

  get updated(): bigint {
    return this.#updated;
  }

  get rows(): readonly ForwardRow[] {
    return this.#rows;
  }

  /** Calls back at the next change; what is returned takes that back. */
  onChange(wake: () => void): () => void {
    this.#waiters.add(wake);
    return () => this.#waiters.delete(wake);
  }

  close(): void {
    this.#closing.abort();
  }

  async #follow(events: AsyncIterable<SimulatedHtlcEvent>): Promise<void> {
    for await (const event of events) {
      if (event.type !== 'forward') continue;
      this.#take(event);
      for (const wake of [...this.#waiters]) wake();
    }
  }

  #take(event: SimulatedHtlcEvent): void {
    const key = `${event.incomingChannelId} ${event.incomingHtlcId}`;
    const what = event.event;
    switch (what.kind) {
      case 'forward':
        this.#open.set(
          key,
          this.#add(event, {
            ...{ inMsat: what.incomingAmountMsat, outMsat: what.outgoingAmountMsat },
            status: 'offered',
          }),
        );
        return;
      case 'link_fail':
        this.#add(event, {
          inMsat: what.incomingAmountMsat,
          status: 'local_failed',
          wireFailure: what.wireFailure,
        });
        return;
      case 'settle':
      case 'forward_fail': {
        const row = this.#open.get(key);
        this.#open.delete(key);
        if (row === undefined) return;
        row.status = what.kind === 'settle' ? 'settled' : 'failed';
        row.resolvedTime = seconds(event);
        row.updatedIndex = ++this.#updated;
        return;
      }
      case 'final':
        return;
    }
  }

  #add(
    event: SimulatedHtlcEvent,
    what: Pick<ForwardRow, 'inMsat' | 'status'> &
      Partial<Pick<ForwardRow, 'outMsat' | 'wireFailure'>>,
  ): ForwardRow {
    const isOpen = what.status === 'offered';
    const { incomingChannelId, outgoingChannelId } = event;
    if (incomingChannelId === '0') throw new Error('a forward came over no channel');
    const row: ForwardRow = {
      createdIndex: this.created + 1n,
      updatedIndex: 0n,
      inChannel: incomingChannelId,
      inHtlcId: event.incomingHtlcId,
      inMsat: what.inMsat,
      outChannel: outgoingChannelId === '0' ? undefined : outgoingChannelId,
      outHtlcId: isOpen ? event.outgoingHtlcId : undefined,
      outMsat: what.outMsat,
      receivedTime: seconds(event),
      resolvedTime: undefined,
      status: what.status,
      wireFailure: what.wireFailure,
    };
    this.#rows.push(row);
    return row;
  }
}

const seconds = ({ timestampNs }: SimulatedHtlcEvent): number =>
  Number(timestampNs / 1_000_000n) / 1000;
