/** What attempts under way take from corridors while they fly. */
import type { NodeId } from '../units/ids.ts';
import type { CorridorTable } from './corridor-table.ts';

export interface HeldLink {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly amountMsat: number;
}

export class HeldAmounts {
  readonly #table: CorridorTable;
  readonly #links = new Map<string, readonly HeldLink[]>();
  /** By corridor of the table. */
  readonly #sums = new Map<number, number>();

  constructor(table: CorridorTable) {
    this.#table = table;
  }

  of(corridor: number): number {
    return this.#sums.get(corridor) ?? 0;
  }

  /** The corridors that it takes from. */
  add(id: string, links: readonly HeldLink[]): readonly number[] {
    this.#links.set(id, links);
    return links.map((link) => this.#change(link, link.amountMsat));
  }

  /** The corridors that it took from; none where there is no such attempt. */
  remove(id: string): readonly number[] {
    const links = this.#links.get(id) ?? [];
    this.#links.delete(id);
    return links.map((link) => this.#change(link, -link.amountMsat));
  }

  /** After the table was cleared. */
  renumber(): void {
    this.#sums.clear();
    for (const links of this.#links.values()) {
      for (const link of links) this.#change(link, link.amountMsat);
    }
  }

  #change({ from, to }: HeldLink, byMsat: number): number {
    const corridor = this.#table.reach(from, to);
    const sum = this.of(corridor) + byMsat;
    if (sum > 0) this.#sums.set(corridor, sum);
    else this.#sums.delete(corridor);
    return corridor;
  }
}
