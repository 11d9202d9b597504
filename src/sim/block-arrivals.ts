/** Blocks at the times at which they might come. */
import type { StopSignal } from '../ports.ts';
import type { SimulatedNetwork } from './network.ts';
import { SeededRandom } from './random.ts';

const MEAN_GAP_MS = 600_000;

/** Mines single blocks ten minutes apart on average, on the network's clock, until the signal aborts. */
export async function mineOnClock(
  network: SimulatedNetwork,
  options: { readonly seed: number | string; readonly signal: StopSignal },
): Promise<void> {
  const { seed, signal } = options;
  const random = new SeededRandom(seed).fork('blocks');
  for (;;) {
    await network.clock.sleep(-Math.log(1 - random.unit()) * MEAN_GAP_MS, signal);
    if (signal.aborted) return;
    network.mineBlocks(1);
  }
}
