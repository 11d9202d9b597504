import { afterAll, describe, expect, it } from 'vitest';
import { trafficBalances } from '../../../../bench/frontier/traffic/traffic-balances.ts';
import { generatedNetwork } from '../../../../bench/network/benchmark-network.ts';
import { snapshotOf } from '../../../../bench/suites/setting.ts';

describe('balances after traffic', () => {
  const network = generatedNetwork({ nodes: 200, seed: 5 });
  afterAll(() => network.dispose());
  const snapshot = snapshotOf(network.description);
  const options = { seed: 'test', stretches: 2, steps: 4, paymentsBefore: 4000 };
  const { stretches, facts } = trafficBalances(snapshot, options);

  it('lie within the channels, and follow from the seed', () => {
    expect(stretches).toHaveLength(2);
    for (const { usableMsat, shareMsat, eventSlot, eventShareMsat } of stretches) {
      shareMsat.forEach((share, slot) => {
        expect(share >= 0 && share <= usableMsat[slot]!).toBe(true);
      });
      eventShareMsat.forEach((share, event) => {
        expect(share >= 0 && share <= usableMsat[eventSlot[event]!]!).toBe(true);
      });
    }
    expect(trafficBalances(snapshot, options)).toEqual({ stretches, facts });
  });

  it('go on where the stretch before ended', () => {
    const [first, second] = stretches;
    const shares = first!.shareMsat.slice();
    first!.eventSlot.forEach((slot, event) => {
      shares[slot] = first!.eventShareMsat[event]!;
    });
    expect(second!.shareMsat).toEqual(shares);
    expect(first!.shareMsat).not.toEqual(shares);
    expect(Math.max(...first!.eventStep)).toBe(3);
  });

  it('come with what tells whether they are worth looking at', () => {
    expect(facts.payments).toBe(4000);
    expect(facts.settledShare).toBeGreaterThan(0.1);
    expect(facts.settledShare).toBeLessThan(1);
    expect(facts.untouchedShare).toBeLessThan(0.6);
    expect(Math.abs(facts.imbalance - facts.imbalanceBefore)).toBeLessThan(0.1);
  });
});
