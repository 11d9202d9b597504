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

  /** Of the smallest key; only while `size` is not zero. */
  get topKey(): number {
    return this.#keys[0]!;
  }

  get topItem(): number {
    return this.#items[0]!;
  }

  clear(): void {
    this.#size = 0;
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
    if (size > 0) this.#sink(keys[size]!, items[size]!);
    return top;
  }

  /** Gives the item of the smallest key another one, not smaller. */
  raiseTop(key: number): void {
    this.#sink(key, this.#items[0]!);
  }

  /** Enters an item from the top down. */
  #sink(key: number, item: number): void {
    const [keys, items, size] = [this.#keys, this.#items, this.#size];
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
  }

  #grow(): void {
    const [keys, items] = [this.#keys, this.#items];
    this.#keys = new Float64Array(2 * keys.length);
    this.#keys.set(keys);
    this.#items = new Int32Array(2 * items.length);
    this.#items.set(items);
  }
}
