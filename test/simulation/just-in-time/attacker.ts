/**
 * Somebody who makes us pay: payments through us for which there is no invoice at their end, large enough to find our
 * channel short, and promising fees that never come.
 */
import type { SeededRandom } from '../../../src/sim/random.ts';
import { parsePaymentHash } from '../../../src/units/ids.ts';
import { routeAlong } from '../../sim/circle.ts';
import type { JustInTimeWorld } from './world.ts';

/** Offered on top of what everybody asks, msat. */
const TIP_MSAT = 2_000_000n;

export class Attacker {
  payments = 0;
  readonly #world: JustInTimeWorld;
  readonly #random: SeededRandom;

  constructor(world: JustInTimeWorld, random: SeededRandom) {
    this.#world = world;
    this.#random = random;
  }

  strike(): void {
    const { network, self, ways } = this.#world;
    const { from, channels } = this.#random.pick(ways);
    const spendableMsat = network.node(self).channel(channels[2]!)!.spendableMsat;
    const amountMsat = spendableMsat + BigInt(10_000_000 + this.#random.below(100_000_000));
    const paymentAddr = this.#random.bytes(32);
    const route = routeAlong({ network, from, channels, amountMsat, paymentAddr });
    route.totalAmtMsat += 2n * TIP_MSAT;
    route.hops[0]!.amtToForwardMsat += TIP_MSAT;
    const hex = Buffer.from(this.#random.bytes(32)).toString('hex');
    this.payments++;
    void network.node(from).sendToRoute({ paymentHash: parsePaymentHash(hex), route });
  }
}
