import { describe, expect, it } from 'vitest';
import { excludePairsArm } from '../../../bench/frontier/arms/exclude-pairs.ts';
import { ldkArm } from '../../../bench/frontier/arms/ldk-arms.ts';
import { lndAprioriArm, lndBimodalArm } from '../../../bench/frontier/arms/lnd-arms.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import type { ChannelPolicy } from '../../../src/ports.ts';
import { type ChannelSketch, graphOf } from '../../graph/make-graph.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';
import { ArmHarness, type ArmTask } from './arm-harness.ts';

const KINDS = [lndAprioriArm, lndBimodalArm, excludePairsArm, ldkArm];

/** Two ways from A to Z: straight, and the dearer one over M; then a third one over N, dearer still. */
const THREE_WAYS: readonly ChannelSketch[] = [
  { id: 1, ends: ['me', 'A'], capacitySat: 5_000_000n },
  { id: 2, ends: ['Z', 'me'], capacitySat: 5_000_000n },
  { id: 3, ends: ['A', 'Z'], capacitySat: 5_000_000n, policy1: { feeRatePpm: 1 } },
  { id: 4, ends: ['A', 'M'], capacitySat: 5_000_000n, policy1: { feeRatePpm: 100 } },
  { id: 5, ends: ['M', 'Z'], capacitySat: 5_000_000n, policy1: { feeRatePpm: 100 } },
  { id: 6, ends: ['A', 'N'], capacitySat: 5_000_000n, policy1: { feeRatePpm: 900 } },
  { id: 7, ends: ['N', 'Z'], capacitySat: 5_000_000n, policy1: { feeRatePpm: 900 } },
];
const TASK: ArmTask = { out: 1, back: 2, amountMsat: 1_000_000_000n, maxFeeMsat: 5_000_000n };

const threeWays = (): GraphSnapshot => graphOf(THREE_WAYS).snapshot();

describe.each(KINDS.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
  const opened = (): ArmHarness => {
    const harness = new ArmHarness(kind, { snapshot: threeWays(), self: 'me' });
    harness.begin(TASK);
    return harness;
  };

  it('goes around what lacked the amount, each time', () => {
    const harness = opened();
    const first = harness.next()!;
    expect(first.channels).toEqual([1, 3, 2]);
    harness.fail(first, 'TEMPORARY_CHANNEL_FAILURE', 1);
    const second = harness.next()!;
    expect(second.channels).toEqual([1, 4, 5, 2]);
    harness.fail(second, 'TEMPORARY_CHANNEL_FAILURE', 2);
    expect(harness.next()!.channels).toEqual([1, 6, 7, 2]);
  });

  it('comes back to the short way in the end', () => {
    const harness = opened();
    harness.fail(harness.next()!, 'TEMPORARY_CHANNEL_FAILURE', 1);
    harness.nowMs += 400 * 86_400_000;
    harness.begin(TASK);
    expect(harness.next()!.channels).toEqual([1, 3, 2]);
  });

  it('gives up where nothing is within the fee limit', () => {
    const harness = opened();
    harness.begin({ ...TASK, maxFeeMsat: 999n });
    expect(harness.next()).toBeNull();
  });

  it('sends only what keeps every rule, through random networks and failures', () => {
    const random = new SeededRandom(testSeed(612));
    let routes = 0;
    for (let run = 0; run < 30; run++) {
      const snapshot = randomNetwork(random);
      const harness = new ArmHarness(kind, {
        snapshot,
        self: 'me',
        weight: random.pick(kind.weights),
      });
      for (let task = 0; task < 3; task++) routes += attempts(harness, random);
    }
    expect(routes).toBeGreaterThan(60);
  });
});

describe('lnd', () => {
  it('lets a policy failure off once, and not again within a minute', () => {
    const harness = new ArmHarness(lndAprioriArm, { snapshot: threeWays(), self: 'me' });
    harness.begin(TASK);
    const first = harness.next()!;
    harness.fail(first, 'INCORRECT_CLTV_EXPIRY', 1);
    expect(harness.next()!.channels).toEqual(first.channels);
    harness.fail(first, 'INCORRECT_CLTV_EXPIRY', 1);
    // The failing node is the first on the way: all its pairs are at fault.
    expect(harness.next()).toBeNull();
  });

  it('keeps to what succeeded before, long after', () => {
    const harness = new ArmHarness(lndAprioriArm, { snapshot: threeWays(), self: 'me' });
    harness.begin(TASK);
    harness.fail(harness.next()!, 'TEMPORARY_CHANNEL_FAILURE', 1);
    harness.settle(harness.next()!);
    harness.nowMs += 400 * 86_400_000;
    harness.begin(TASK);
    expect(harness.next()!.channels).toEqual([1, 4, 5, 2]);
  });

  it('forgives a pair with time, which rebalance-lnd does from run to run only', () => {
    const [lnd, tool] = [lndAprioriArm, excludePairsArm].map((kind) => {
      const harness = new ArmHarness(kind, { snapshot: threeWays(), self: 'me' });
      harness.begin(TASK);
      harness.fail(harness.next()!, 'TEMPORARY_CHANNEL_FAILURE', 1);
      harness.nowMs += 100 * 3_600_000;
      const within = harness.next()!.channels;
      harness.begin(TASK);
      return [within, harness.next()!.channels];
    });
    const [short, long] = [
      [1, 3, 2],
      [1, 4, 5, 2],
    ];
    expect(lnd).toEqual([short, short]);
    expect(tool).toEqual([long, short]);
  });
});

describe('the LDK arm', () => {
  it('takes an offline peer for a channel that is gone, for a week', () => {
    const harness = new ArmHarness(ldkArm, { snapshot: threeWays(), self: 'me', weight: 0.02 });
    harness.begin(TASK);
    harness.fail(harness.next()!, 'UNKNOWN_NEXT_PEER', 1);
    harness.begin(TASK);
    harness.nowMs += 6 * 86_400_000;
    expect(harness.next()!.channels).toEqual([1, 4, 5, 2]);
    harness.nowMs += 366 * 86_400_000;
    expect(harness.next()!.channels).toEqual([1, 3, 2]);
  });

  it('leaves what failed out of the same task only', () => {
    const harness = new ArmHarness(ldkArm, { snapshot: threeWays(), self: 'me', weight: 0 });
    harness.begin(TASK);
    harness.fail(harness.next()!, 'TEMPORARY_CHANNEL_FAILURE', 1);
    expect(harness.next()!.channels).toEqual([1, 4, 5, 2]);
    harness.begin(TASK);
    expect(harness.next()!.channels).toEqual([1, 3, 2]);
  });
});

/** @returns How many routes were tried. */
function attempts(harness: ArmHarness, random: SeededRandom): number {
  const maxFeeMsat = BigInt(random.between(0, 2_000_000));
  const amountMsat = BigInt(random.between(1000, 1e9));
  harness.begin({ out: 1, back: 2, amountMsat, maxFeeMsat });
  for (let tried = 0; tried < 12; tried++) {
    const sent = harness.next();
    if (sent === null) return tried;
    if (random.chance(0.1)) {
      harness.settle(sent);
      return tried + 1;
    }
    const code = random.pick([
      'TEMPORARY_CHANNEL_FAILURE',
      'UNKNOWN_NEXT_PEER',
      'FEE_INSUFFICIENT',
      'TEMPORARY_NODE_FAILURE',
    ] as const);
    harness.fail(sent, code, random.between(1, sent.channels.length - 1));
  }
  return 12;
}

function randomNetwork(random: SeededRandom): GraphSnapshot {
  const names = ['A', 'Z', 'M', 'N', 'O', 'P', 'Q'];
  const policy = (): Partial<ChannelPolicy> => ({
    feeBaseMsat: BigInt(random.pick([0, 1000])),
    feeRatePpm: random.between(0, 500),
    timeLockDelta: random.pick([18, 40, 144]),
    minHtlcMsat: BigInt(random.pick([0, 1000])),
    disabled: random.chance(0.05),
    inboundFeeRatePpm: random.chance(0.3) ? -random.between(0, 400) : 0,
  });
  const inner = Array.from({ length: 18 }, (_, i): ChannelSketch => {
    const one = random.between(0, names.length - 1);
    const other = (one + random.between(1, names.length - 1)) % names.length;
    return {
      id: i + 3,
      ends: [names[one]!, names[other]!],
      capacitySat: BigInt(random.between(100_000, 5_000_000)),
      policy1: policy(),
      policy2: policy(),
    };
  });
  return graphOf([...THREE_WAYS.slice(0, 2), ...inner]).snapshot();
}
