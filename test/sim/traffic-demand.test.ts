import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/sim/random.ts';
import {
  type DemandedPayment,
  type DemandOptions,
  TrafficDemand,
} from '../../src/sim/traffic-demand.ts';
import { type NodeId, parseNodeId } from '../../src/units/ids.ts';
import { DAY_MS } from '../../src/units/time.ts';

const node = (number: number): NodeId => parseNodeId(`02${number.toString(16).padStart(64, '0')}`);
const ENDS = Array.from({ length: 100 }, (_, i) => ({ nodeId: node(i), weight: 1 }));
const OPTIONS: DemandOptions = {
  ends: ENDS,
  paymentsPerDay: 5000,
  flows: [],
  medianSat: 20_000,
  spread: 1.6,
  mostSat: 5_000_000,
};

const demand = (options: Partial<DemandOptions> = {}, seed = 1): TrafficDemand =>
  new TrafficDemand({ ...OPTIONS, ...options }, new SeededRandom(seed));

function during(source: TrafficDemand, days: number): DemandedPayment[] {
  const payments: DemandedPayment[] = [];
  for (;;) {
    const payment = source.next();
    if (payment.atMs > days * DAY_MS) return payments;
    payments.push(payment);
  }
}

const countBy = (keys: readonly string[]): number[] => {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => b - a);
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('demand', () => {
  test('is the same for one seed, and another for another', () => {
    const first = during(demand(), 1);
    expect(during(demand(), 1)).toEqual(first);
    expect(during(demand({}, 2), 1)).not.toEqual(first);
  });

  test('comes at the wanted rate, never to oneself', () => {
    const payments = during(demand(), 10);
    expect(payments.length / 10).toBeGreaterThan(4850);
    expect(payments.length / 10).toBeLessThan(5150);
    expect(payments.filter(({ from, to }) => from === to)).toEqual([]);
    const times = payments.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('is skewed: a tenth of the ends pays more than a third of all', () => {
    const counts = countBy(during(demand(), 5).map(({ from }) => from));
    expect(sum(counts.slice(0, 10)) / sum(counts)).toBeGreaterThan(0.33);
    expect(counts.length).toBeGreaterThan(80);
  });

  test('has the median that was asked for, and a heavy tail up to the limit', () => {
    const sats = during(demand(), 5).map(({ amountMsat }) => Number(amountMsat / 1000n));
    sats.sort((a, b) => a - b);
    const at = (share: number): number => sats[Math.floor(share * sats.length)]!;
    expect(at(0.5)).toBeGreaterThan(18_500);
    expect(at(0.5)).toBeLessThan(21_500);
    expect(at(0.99) / at(0.5)).toBeGreaterThan(30);
    expect(sats.at(-1)).toBeLessThanOrEqual(5_000_000);
    expect(sats[0]).toBeGreaterThanOrEqual(1);
  });

  test('drifts: an end that is paid more than it pays may come to pay more', () => {
    const source = demand();
    const balances = new Map<NodeId, number[]>();
    for (const { atMs, from, to } of during(source, 6)) {
      const day = Math.floor(atMs / DAY_MS);
      for (const [end, sign] of [
        [from, -1],
        [to, 1],
      ] as const) {
        const days = balances.get(end) ?? [0, 0, 0, 0, 0, 0];
        days[day]! += sign;
        balances.set(end, days);
      }
    }
    const turned = [...balances.values()].filter(
      (days) => Math.min(...days) < -20 && Math.max(...days) > 20,
    );
    const oneSided = [...balances.values()].filter(
      (days) => Math.min(...days) > 20 || Math.max(...days) < -20,
    );
    expect(turned.length).toBeGreaterThan(5);
    expect(oneSided.length).toBeGreaterThan(5);
  });

  test('flows come on top, at their own rates and amounts', () => {
    const [a, b, c] = [node(500), node(501), node(502)];
    const flows = [
      { from: a, to: b, paymentsPerDay: 300 },
      { from: b, to: c, paymentsPerDay: 100, medianSat: 1_000_000 },
    ];
    const payments = during(demand({ flows, paymentsPerDay: 1000 }), 20);
    const ofFlow = (from: NodeId, to: NodeId): DemandedPayment[] =>
      payments.filter((payment) => payment.from === from && payment.to === to);
    expect(ofFlow(a, b).length / 20).toBeGreaterThan(280);
    expect(ofFlow(a, b).length / 20).toBeLessThan(320);
    expect(ofFlow(b, c).length / 20).toBeGreaterThan(88);
    expect(ofFlow(b, c).length / 20).toBeLessThan(112);
    const large = ofFlow(b, c).filter(({ amountMsat }) => amountMsat > 500_000_000n);
    expect(large.length).toBeGreaterThan(ofFlow(b, c).length / 2);
  });

  test('alone from flows, or none at all', () => {
    const [a, b] = [node(500), node(501)];
    const flows = [{ from: a, to: b, paymentsPerDay: 10 }];
    const payments = during(demand({ ends: [], paymentsPerDay: 0, flows }), 10);
    expect(new Set(payments.map(({ from }) => from))).toEqual(new Set([a]));
    expect(() => demand({ paymentsPerDay: 0 })).toThrow(/no payments/);
    expect(() => demand({ ends: ENDS.slice(0, 1) })).toThrow(/two ends/);
  });
});
