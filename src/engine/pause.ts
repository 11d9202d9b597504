/** Waiting before a node is asked again. */
import type { Clock, Entropy, StopSignal } from '../ports.ts';

/**
 * Sleeps between half of the time and all of it, by chance, so that many that lost the same node do not all come back
 * to it at once.
 */
export async function pause(
  delayMs: number,
  parts: { readonly clock: Clock; readonly entropy: Entropy; readonly signal: StopSignal },
): Promise<void> {
  if (delayMs <= 0) return;
  const [byte = 255] = parts.entropy.bytes(1);
  await parts.clock.sleep(Math.ceil((delayMs / 2) * (1 + byte / 255)), parts.signal);
}
