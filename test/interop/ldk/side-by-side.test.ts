/** The simulator beside real LDK nodes: the same scripts, and after each step the same verdicts and balances. */
import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LdkModule, loadLdk } from '../../../bench/ldk/load-ldk.ts';
import { NetworkGraph } from '../../../src/graph/network-graph.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';
import { runSize } from '../run-size.ts';
import { Tally } from '../tally.ts';
import { randomLdkNetwork } from './random-ldk-network.ts';
import { TwinNetwork } from './twin-network.ts';
import { change, drawPayment } from './twin-script.ts';
import { type Agreement, agreement, isBetweenLimits } from './twin-verdicts.ts';

const SCRIPTS = runSize({ part: 1, full: 6 });
const STEPS_EACH = runSize({ part: 60, full: 250 });
/** What lnd keeps twice and LDK once: the fee of an anchor commitment with two HTLCs at 253 sat per 1,000 weight. */
const COMMITMENT_FEE_MSAT = 371_000n;

class Script {
  readonly twin: TwinNetwork;
  readonly random: SeededRandom;
  readonly tally: Tally;
  readonly agreements: Map<Agreement, number>;
  betweenLimits = 0;
  limitsCompared = 0;
  #graph: GraphSnapshot;

  constructor(ldk: LdkModule, random: SeededRandom, sums: Pick<Script, 'tally' | 'agreements'>) {
    this.random = random;
    this.twin = new TwinNetwork(randomLdkNetwork(ldk, random));
    this.tally = sums.tally;
    this.agreements = sums.agreements;
    this.#graph = this.#newest();
  }

  #newest(): GraphSnapshot {
    return NetworkGraph.fromDescription(this.twin.ldk.description()).graph.snapshot();
  }

  async step(): Promise<void> {
    const { twin, random } = this;
    if (random.chance(0.25)) change(twin, random);
    if (random.chance(0.5)) this.#graph = this.#newest();
    await this.#pay();
    this.#compareLimits();
  }

  async #pay(): Promise<void> {
    const { twin, random, tally } = this;
    const payment = drawPayment(twin, random, this.#graph);
    if (payment === undefined) return;
    const directions = twin.directions();
    if (isBetweenLimits(payment.routeFor(payment.invoice.simulatedAddr), directions)) {
      this.betweenLimits++;
      return;
    }
    const ends = await twin.send(payment);
    tally.sent++;
    const agreed = agreement(ends, payment, directions);
    if (agreed === 'disagreement') {
      const { ldk, simulated } = ends;
      expect.fail(`they disagree: ${inspect({ ldk, simulated, defects: payment.defects })}`);
    }
    this.agreements.set(agreed, (this.agreements.get(agreed) ?? 0) + 1);
    if (agreed === 'settled in both') tally.settled++;
    else tally.refused++;
    const balances = twin.balances();
    balances.ldk.forEach((theirs, i) => {
      tally.amounts(theirs, balances.simulated[i]!);
    });
    expect(balances.simulated).toEqual(balances.ldk);
  }

  /** What each channel could carry now agrees too, but for the fee that lnd keeps once more. */
  #compareLimits(): void {
    for (const { isOpener, ldkLimitMsat, simulatedLimitMsat, policy } of this.twin.directions()) {
      if (policy.maxHtlcMsat! <= simulatedLimitMsat || simulatedLimitMsat === 0n) continue;
      this.limitsCompared++;
      expect(ldkLimitMsat - simulatedLimitMsat).toBe(isOpener ? COMMITMENT_FEE_MSAT : 0n);
    }
  }
}

describe('the simulator beside LDK nodes', () => {
  let ldk: LdkModule;
  beforeAll(async () => {
    ldk = await loadLdk();
  });

  it('comes to the same verdicts and balances in random scripts', async (context) => {
    const seed = testSeed(4301);
    const sums = {
      tally: new Tally('simulator beside LDK'),
      agreements: new Map<Agreement, number>(),
    };
    let betweenLimits = 0;
    let limitsCompared = 0;
    for (let n = 0; n < SCRIPTS; n++) {
      const script = new Script(ldk, new SeededRandom(seed + n), sums);
      for (let i = 0; i < STEPS_EACH; i++) await script.step();
      betweenLimits += script.betweenLimits;
      limitsCompared += script.limitsCompared;
    }
    sums.tally.report(context);
    const counts = [...sums.agreements].map(([agreed, count]) => `${count} ${agreed}`);
    const steps = SCRIPTS * STEPS_EACH;
    const { sent, settled, differenceMsat } = sums.tally;
    process.stdout.write(
      `${counts.join('; ')}; of ${steps} steps ${betweenLimits} between the limits, not sent, and ` +
        `${steps - sent - betweenLimits} without a route; ${limitsCompared} limits compared\n`,
    );
    expect(differenceMsat).toBe(0);
    expect(sent).toBeGreaterThan(steps / 3);
    expect(betweenLimits).toBeLessThan(sent / 6);
    expect(settled).toBeGreaterThan(sent / 6);
    expect(sums.agreements.get('same code, same node')).toBeGreaterThan(sent / 6);
    expect(limitsCompared).toBeGreaterThan(steps);
  });
});
