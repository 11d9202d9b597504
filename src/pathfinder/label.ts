/**
 * Labels of the backward search. A label says: node `node` sends on `xMsat` over `direction`, and the rest of the
 * way to the target is known (`parent`). `pMsat` is `xMsat` plus the node's outbound fee: what it would need to
 * receive if it asked nothing on the inbound side.
 */

/**
 * A node whose inbound discount the path used. Another path may need that node, which this one occupies: a loop can
 * collect a discount, so comparing amounts alone is not enough. It matters only while the compared label's amount
 * lies below the threshold.
 */
export interface Critical {
  readonly node: number;
  readonly thresholdMsat: number;
  readonly rest: Critical | undefined;
}

export interface Label {
  readonly node: number;
  readonly direction: number;
  readonly xMsat: number;
  readonly pMsat: number;
  /** Lower bound of what any completion sends; the order in which labels are settled. */
  readonly keyMsat: number;
  /** Blocks from now to the expiry of the HTLC that the node must receive. */
  readonly cltvBlocks: number;
  /** Channels from the node to the target. */
  readonly hops: number;
  /** Onion bytes of the payloads of the node and of all after it. */
  readonly onionBytes: number;
  readonly parent: Label | undefined;
  readonly critical: Critical | undefined;
  /** The last channel's direction, into the target. */
  readonly lastDirection: number;
}

export function isOnPath(label: Label, node: number): boolean {
  for (let at: Label | undefined = label; at !== undefined; at = at.parent) {
    if (at.node === node) return true;
  }
  return false;
}

/** Binary heap of labels, smallest key first, fewer hops first among equals. */
export class LabelHeap {
  readonly #items: Label[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(label: Label): void {
    const items = this.#items;
    let at = items.length;
    items.push(label);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(label, items[above]!)) break;
      items[at] = items[above]!;
      at = above;
    }
    items[at] = label;
  }

  pop(): Label | undefined {
    const items = this.#items;
    const top = items[0];
    const moved = items.pop();
    if (top === undefined || moved === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && isBefore(items[below + 1]!, items[below]!)) below++;
      if (!isBefore(items[below]!, moved)) break;
      items[at] = items[below]!;
      at = below;
    }
    items[at] = moved;
    return top;
  }
}

const isBefore = (left: Label, right: Label): boolean =>
  left.keyMsat < right.keyMsat || (left.keyMsat === right.keyMsat && left.hops < right.hops);
