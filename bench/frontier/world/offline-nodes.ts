/** Which nodes cannot be reached, and when that changes. */
import type { SeededRandom } from '../../../src/sim/random.ts';
import { STEP_MS } from './sequence.ts';

export interface OfflineHistory {
  /** By node: 1 at step 0. */
  readonly offline: Uint8Array;
  /** Nodes that change sides, in order of the step. */
  readonly eventStep: Uint32Array;
  readonly eventNode: Uint32Array;
}

/** Share of nodes that are offline at any time. */
export const OFFLINE_SHARE = 0.035;
/** How long one stays offline on average; it stays online 1 / 0.035 - 1 times as long. */
const OFFLINE_MS = 12 * 60 * 60_000;

export function offlineNodes(terms: {
  readonly nodeCount: number;
  readonly steps: number;
  /** Never offline: without it there is no task. */
  readonly self: number;
  readonly random: SeededRandom;
}): OfflineHistory {
  const { nodeCount, steps, self, random } = terms;
  const returns = 1 - Math.exp(-STEP_MS / OFFLINE_MS);
  const leaves = (returns * OFFLINE_SHARE) / (1 - OFFLINE_SHARE);
  const offline = Uint8Array.from({ length: nodeCount }, (_, node) =>
    random.chance(OFFLINE_SHARE) && node !== self ? 1 : 0,
  );
  const now = offline.slice();
  const [eventStep, eventNode]: [number[], number[]] = [[], []];
  for (let step = 1; step < steps; step++) {
    for (let node = 0; node < nodeCount; node++) {
      if (!random.chance(now[node] === 1 ? returns : leaves) || node === self) continue;
      now[node] = 1 - now[node]!;
      eventStep.push(step);
      eventNode.push(node);
    }
  }
  return {
    offline,
    eventStep: Uint32Array.from(eventStep),
    eventNode: Uint32Array.from(eventNode),
  };
}
