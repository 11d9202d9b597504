/** Labels of the exact search in columns, kept and grown from search to search. Fields as in `exact-search.ts`. */
export class LabelPool {
  #capacity = 1024;
  count = 0;
  /** Amount that the node sends on. */
  xMsat: Float64Array = new Float64Array(this.#capacity);
  /** The same plus the node's outbound fee. */
  pMsat: Float64Array = new Float64Array(this.#capacity);
  /** Least that arrives at the node, whatever channel it is: the same with its largest discount, but not below x. */
  leastMsat: Float64Array = new Float64Array(this.#capacity);
  /** Prices so far, whole msat. */
  priceMsat: Float64Array = new Float64Array(this.#capacity);
  /** What the node needs to receive, less what it is known to keep at least: the threshold below which it is critical. */
  thresholdMsat: Float64Array = new Float64Array(this.#capacity);
  /** Sum of -ln p, in millionths. */
  unlikelihood: Float64Array = new Float64Array(this.#capacity);
  node: Int32Array = new Int32Array(this.#capacity);
  /** Edge of the view that the node sends over, or -1 - i for last channel i of the request. */
  edge: Int32Array = new Int32Array(this.#capacity);
  parent: Int32Array = new Int32Array(this.#capacity);
  /** The latest label on the way to the target whose node granted a discount that may matter; -1 for none. */
  critical: Int32Array = new Int32Array(this.#capacity);
  /** Next label at the same node; -1 at the end. */
  sibling: Int32Array = new Int32Array(this.#capacity);
  hops: Int32Array = new Int32Array(this.#capacity);
  cltvBlocks: Int32Array = new Int32Array(this.#capacity);
  onionBytes: Int32Array = new Int32Array(this.#capacity);
  /** Index of the last channel that the path ends with. */
  last: Int32Array = new Int32Array(this.#capacity);
  /** Which of the nodes that may be passed once only lie on the way, as bits. */
  passed: Int32Array = new Int32Array(this.#capacity);
  dead: Uint8Array = new Uint8Array(this.#capacity);

  clear(): void {
    this.count = 0;
  }

  /** A new label's number, with room for it in all columns. */
  take(): number {
    if (this.count === this.#capacity) this.#grow();
    return this.count++;
  }

  /** Whether the node lies on a label's way to the target. */
  isPassed(label: number, node: number): boolean {
    const { node: nodes, parent } = this;
    for (let at = label; at >= 0; at = parent[at]!) if (nodes[at] === node) return true;
    return false;
  }

  /** Whether a label's way to the target passes some node twice. */
  passesTwice(label: number): boolean {
    const { node, parent } = this;
    for (let at = label; at >= 0; at = parent[at]!) {
      if (this.isPassed(parent[at]!, node[at]!)) return true;
    }
    return false;
  }

  #grow(): void {
    this.#capacity *= 2;
    const doubles = (column: Float64Array): Float64Array => {
      const grown = new Float64Array(this.#capacity);
      grown.set(column);
      return grown;
    };
    const integers = (column: Int32Array): Int32Array => {
      const grown = new Int32Array(this.#capacity);
      grown.set(column);
      return grown;
    };
    this.xMsat = doubles(this.xMsat);
    this.pMsat = doubles(this.pMsat);
    this.leastMsat = doubles(this.leastMsat);
    this.priceMsat = doubles(this.priceMsat);
    this.thresholdMsat = doubles(this.thresholdMsat);
    this.unlikelihood = doubles(this.unlikelihood);
    this.node = integers(this.node);
    this.edge = integers(this.edge);
    this.parent = integers(this.parent);
    this.critical = integers(this.critical);
    this.sibling = integers(this.sibling);
    this.hops = integers(this.hops);
    this.cltvBlocks = integers(this.cltvBlocks);
    this.onionBytes = integers(this.onionBytes);
    this.last = integers(this.last);
    this.passed = integers(this.passed);
    const dead = new Uint8Array(this.#capacity);
    dead.set(this.dead);
    this.dead = dead;
  }
}
