/**
 * Networks of LDK nodes drawn from a seed: a ring, so that there are circles, and chords across it. No two nodes share
 * two channels, for a node may forward over either, and each implementation chooses by a rule of its own.
 */
import type { LdkModule } from '../../../bench/ldk/load-ldk.ts';
import type { SeededRandom } from '../../seeded-random.ts';
import { LdkNetwork, type LdkPolicy } from './ldk-network.ts';

/** Beyond eight, messages and blocks make each payment several times slower. */
const NODES = 8;
/** Less than this LDK raises to it; more makes long routes pass the limit of 2,016 blocks. */
const [LEAST_CLTV_DELTA, MOST_CLTV_DELTA] = [42, 200];
/** Largest channel without both ends' special consent (BOLT 2). */
const LARGEST_SAT = 16_000_000;

export function randomLdkNetwork(ldk: LdkModule, random: SeededRandom): LdkNetwork {
  const terms = Array.from({ length: NODES }, (_, i) => ({
    seed: randomBytes(random),
    minHtlcMsat: BigInt(i % 3 === 1 ? random.between(1, 50_000) : 1),
    maxInFlightPercent: i % 4 === 3 ? random.between(5, 30) : 100,
  }));
  const network = new LdkNetwork(ldk, terms);
  const { nodes } = network;
  for (let one = 0; one < NODES; one++) {
    for (let other = one + 1; other < NODES; other++) {
      const onRing = other === one + 1 || (one === 0 && other === NODES - 1);
      if (!onRing && !random.chance(0.4)) continue;
      const ends = random.chance(0.5) ? [nodes[one]!, nodes[other]!] : [nodes[other]!, nodes[one]!];
      network.connect(ends[0]!, ends[1]!);
      const capacitySat = random.pick([1_000_000, 4_000_000, LARGEST_SAT]);
      network.open({
        opener: ends[0]!,
        other: ends[1]!,
        capacitySat: BigInt(capacitySat),
        pushMsat: BigInt(Math.floor(capacitySat * 1000 * (0.2 + 0.6 * random.next()))),
      });
    }
  }
  drawPolicies(network, random);
  return network;
}

/** Gives every direction of every channel another policy, as its owner would announce it. */
export function drawPolicies(network: LdkNetwork, random: SeededRandom): void {
  for (const { channelId, opener, other } of network.channels) {
    network.setPolicy(channelId, opener, randomPolicy(random));
    network.setPolicy(channelId, other, randomPolicy(random));
  }
  network.forgetOldPolicies();
}

export function randomPolicy(random: SeededRandom): LdkPolicy {
  return {
    feeBaseMsat: BigInt(random.pick([0, 1, 1000, random.between(0, 5000)])),
    feeRatePpm: random.pick([0, 1, random.between(1, 3000), random.between(1, 100_000)]),
    timeLockDelta: random.pick([LEAST_CLTV_DELTA, 80, random.between(43, MOST_CLTV_DELTA)]),
  };
}

export function randomBytes(random: SeededRandom): Uint8Array {
  return Uint8Array.from({ length: 32 }, () => random.between(0, 255));
}
