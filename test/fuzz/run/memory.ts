/** How much memory a case takes. */
import { getHeapStatistics } from 'node:v8';
import { type FuzzTarget, USUAL_MEMORY } from '../target.ts';

/** The heap, and the buffers beside it, collected or not. */
export function memoryInUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

export function mostGrowth(
  { memory = USUAL_MEMORY }: Pick<FuzzTarget, 'memory'>,
  inputBytes: number,
): number {
  return memory.baseBytes + memory.timesInput * inputBytes;
}

/** Needs `--expose-gc`. */
export function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error('start with --expose-gc');
  gc();
  // Buffers are freed beside the first collection; the second waits for that.
  gc();
}
