import { describe, expect, it } from 'vitest';
import { OFFLINE_SHARE, offlineNodes } from '../../../../bench/frontier/world/offline-nodes.ts';
import { DAY_MS, STEP_MS } from '../../../../bench/frontier/world/sequence.ts';
import { STALE_SHARE, stalePolicies } from '../../../../bench/frontier/world/stale-policies.ts';
import { SeededRandom } from '../../../../src/sim/random.ts';
import { graphOf } from '../../../graph/make-graph.ts';
import { testSeed } from '../../../seeded-random.ts';

describe('nodes that are offline', () => {
  const nodeCount = 20_000;
  const steps = (2 * DAY_MS) / STEP_MS;
  const history = offlineNodes({
    nodeCount,
    steps,
    self: 5,
    random: new SeededRandom(testSeed(2)),
  });

  it('are as many at the end as at the start', () => {
    const now = history.offline.slice();
    const start = now.reduce((sum, offline) => sum + offline, 0) / nodeCount;
    for (const node of history.eventNode) now[node] = 1 - now[node]!;
    const end = now.reduce((sum, offline) => sum + offline, 0) / nodeCount;
    for (const share of [start, end]) {
      expect(Math.abs(share - OFFLINE_SHARE)).toBeLessThan(0.005);
      expect(share).toBeGreaterThan(0.02);
      expect(share).toBeLessThan(0.05);
    }
  });

  it('come back after half a day on average', () => {
    const lasts: number[] = [];
    const since = new Map<number, number>();
    history.eventNode.forEach((node, i) => {
      const step = history.eventStep[i]!;
      const left = since.get(node);
      if (left !== undefined) lasts.push(step - left);
      if (history.offline[node] === 0) since.set(node, step);
    });
    // Only those that left early enough are sure to be seen coming back, so a little is missing.
    const hours = (lasts.reduce((sum, last) => sum + last, 0) / lasts.length / 6) * 1;
    expect(hours).toBeGreaterThan(6);
    expect(hours).toBeLessThan(13);
  });

  it('never include the node that pays', () => {
    expect(history.offline[5]).toBe(0);
    expect(history.eventNode.includes(5)).toBe(false);
  });
});

describe('stale policies', () => {
  const channels = Array.from({ length: 20_000 }, (_, i) => ({
    id: 1000 + i,
    ends: [i + 1, i + 2] as const,
    policy1: { feeRatePpm: 300, timeLockDelta: 40 },
    policy2: { disabled: true },
  }));
  const snapshot = graphOf(channels).snapshot();
  const updates = stalePolicies(snapshot, new SeededRandom(testSeed(3)));

  it('are one to three of a hundred, of directions that are open', () => {
    expect(Math.abs(updates.length / channels.length - STALE_SHARE)).toBeLessThan(0.004);
    expect(STALE_SHARE).toBeGreaterThanOrEqual(0.01);
    expect(STALE_SHARE).toBeLessThanOrEqual(0.03);
    for (const { channelId, from } of updates) {
      expect(snapshot.directionFrom(channelId, from)! % 2).toBe(0);
    }
  });

  it('are mostly dearer, some slower, some disabled, some cheaper', () => {
    const count = (holds: (update: (typeof updates)[number]) => boolean): number =>
      updates.filter(holds).length / updates.length;
    expect(count(({ policy }) => policy.feeRatePpm > 300)).toBeGreaterThan(0.4);
    expect(count(({ policy }) => policy.timeLockDelta > 40)).toBeGreaterThan(0.08);
    expect(count(({ policy }) => policy.disabled)).toBeGreaterThan(0.08);
    expect(count(({ policy }) => policy.feeRatePpm < 300)).toBeGreaterThan(0.1);
  });
});
