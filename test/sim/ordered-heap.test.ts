import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OrderedHeap } from '../../src/sim/ordered-heap.ts';

it('gives what it was given in order, whatever came and went between', () => {
  const steps = fc.array(fc.option(fc.integer({ min: 0, max: 50 })), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (given) => {
      const heap = new OrderedHeap<number>((a, b) => a < b);
      const sorted: number[] = [];
      for (const item of given) {
        if (item === null) {
          expect(heap.pop()).toBe(sorted.shift());
        } else {
          heap.push(item);
          sorted.push(item);
          sorted.sort((a, b) => a - b);
        }
        expect(heap.first).toBe(sorted[0]);
      }
    }),
    { seed: 20261121 },
  );
});
