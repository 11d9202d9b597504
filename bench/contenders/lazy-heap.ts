/** A binary heap of numbers with a value each; values may stand in it more than once. */
export class LazyHeap {
  #keys = new Float64Array(1024);
  #values = new Int32Array(1024);
  #size = 0;
  /** Key of the value that `pop` gave last. */
  key = 0;

  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#size = 0;
  }

  push(key: number, value: number): void {
    if (this.#size === this.#keys.length) this.#grow();
    const [keys, values] = [this.#keys, this.#values];
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[at] = keys[parent]!;
      values[at] = values[parent]!;
      at = parent;
    }
    keys[at] = key;
    values[at] = value;
  }

  /** The value of least key; the heap must not be empty. */
  pop(): number {
    const [keys, values] = [this.#keys, this.#values];
    const top = values[0]!;
    this.key = keys[0]!;
    const size = --this.#size;
    const [key, value] = [keys[size]!, values[size]!];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[at] = keys[child]!;
      values[at] = values[child]!;
      at = child;
    }
    keys[at] = key;
    values[at] = value;
    return top;
  }

  #grow(): void {
    const keys = new Float64Array(2 * this.#size);
    const values = new Int32Array(2 * this.#size);
    keys.set(this.#keys);
    values.set(this.#values);
    this.#keys = keys;
    this.#values = values;
  }
}
