/** A binary heap of numbered items, smallest key first, in typed arrays that are kept from search to search. */
export class NumberHeap {
  #keys = new Float64Array(1024);
  #items = new Int32Array(1024);
  #size = 0;
  /** Key of the item that `pop` returned last. */
  poppedKey = 0;

  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#size = 0;
  }

  /** Replaces everything by items whose keys ascend: they are in a heap's order as they stand. */
  fill(keys: Float64Array, items: Int32Array): void {
    while (this.#keys.length < keys.length) this.#grow();
    this.#keys.set(keys);
    this.#items.set(items);
    this.#size = keys.length;
  }

  push(key: number, item: number): void {
    let at = this.#size++;
    if (at === this.#keys.length) this.#grow();
    const [keys, items] = [this.#keys, this.#items];
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = keys[above]!;
      if (other <= key) break;
      keys[at] = other;
      items[at] = items[above]!;
      at = above;
    }
    keys[at] = key;
    items[at] = item;
  }

  /** The item of the smallest key; only while `size` is not zero. */
  pop(): number {
    const [keys, items] = [this.#keys, this.#items];
    const top = items[0]!;
    this.poppedKey = keys[0]!;
    const size = --this.#size;
    if (size === 0) return top;
    const [key, item] = [keys[size]!, items[size]!];
    let at = 0;
    for (let below = 1; below < size; below = 2 * at + 1) {
      if (below + 1 < size && keys[below + 1]! < keys[below]!) below++;
      const other = keys[below]!;
      if (other >= key) break;
      keys[at] = other;
      items[at] = items[below]!;
      at = below;
    }
    keys[at] = key;
    items[at] = item;
    return top;
  }

  #grow(): void {
    const [keys, items] = [this.#keys, this.#items];
    this.#keys = new Float64Array(2 * keys.length);
    this.#keys.set(keys);
    this.#items = new Int32Array(2 * items.length);
    this.#items.set(items);
  }
}
