import { describe, expect, it } from 'vitest';
import type { ChannelUpdateRecord } from '../../src/ports.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { graphOf, nodeIdOf, policyOf } from './make-graph.ts';

const snapshotOfOne = () => graphOf([{ id: 1, ends: ['a', 'b'] }]).snapshot();

const update = (feeRatePpm: number, inboundFeeBaseMsat = 0n): ChannelUpdateRecord => ({
  channelId: parseChannelId('1'),
  from: nodeIdOf('a'),
  policy: policyOf({ feeRatePpm, inboundFeeBaseMsat }),
});

describe('snapshots with newer policies', () => {
  it('are the same for the same updates, whoever lists them', () => {
    const snapshot = snapshotOfOne();
    const patched = snapshot.withPolicies([update(5), update(6)]);
    expect(snapshot.withPolicies([update(5), update(6)])).toBe(patched);
    expect(patched.policy(0)?.feeRatePpm).toBe(6);
  });

  it('are others for any other updates', () => {
    const snapshot = snapshotOfOne();
    const patched = snapshot.withPolicies([update(5), update(6)]);
    const elsewhere = { ...update(6), from: nodeIdOf('b') };
    for (const other of [
      [update(6), update(5)],
      [update(6)],
      [update(5), update(6), update(6)],
      [update(5), update(6, -1n)],
      [update(5), elsewhere],
    ]) {
      const fresh = snapshot.withPolicies(other);
      expect(fresh).not.toBe(patched);
      const { policy } = other.at(-1)!;
      expect(fresh.policy(other.at(-1) === elsewhere ? 1 : 0)).toEqual(policy);
    }
  });

  it('do not mind what becomes of the list', () => {
    const snapshot = snapshotOfOne();
    const list = [update(5)];
    const patched = snapshot.withPolicies(list);
    list[0] = update(9);
    expect(snapshot.withPolicies(list).policy(0)?.feeRatePpm).toBe(9);
    expect(snapshot.withPolicies([update(5)])).toBe(patched);
  });

  it('are kept as long as four others have not been asked for since', () => {
    const snapshot = snapshotOfOne();
    const patched = snapshot.withPolicies([update(1)]);
    for (const rate of [2, 3, 4]) snapshot.withPolicies([update(rate)]);
    expect(snapshot.withPolicies([update(1)])).toBe(patched);
    for (const rate of [5, 6, 7]) snapshot.withPolicies([update(rate)]);
    expect(snapshot.withPolicies([update(1)])).toBe(patched);
    for (const rate of [2, 3, 4, 5]) snapshot.withPolicies([update(rate)]);
    expect(snapshot.withPolicies([update(1)])).not.toBe(patched);
  });

  it('name the snapshot that they come from, however many steps ago', () => {
    const snapshot = snapshotOfOne();
    expect(snapshot.origin).toBe(snapshot);
    expect(snapshot.withPolicies([update(1)]).withPolicies([update(2)]).origin).toBe(snapshot);
  });
});
