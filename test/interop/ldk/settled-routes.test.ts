/** What Ballast finds on the graph of real LDK nodes, those nodes carry: for exactly its fees, at exactly its expiries. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type LdkModule, loadLdk } from '../../../bench/ldk/load-ldk.ts';
import type { Path } from '../../../src/pathfinder/path.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';
import { runSize } from '../run-size.ts';
import { Tally } from '../tally.ts';
import { type FoundPayment, findPayment } from './found-payment.ts';
import { ldkBalances } from './ldk-balances.ts';
import type { LdkNetwork } from './ldk-network.ts';
import { type LdkPayment, sendAlong } from './ldk-payment.ts';
import { drawPolicies, randomLdkNetwork } from './random-ldk-network.ts';

const NETWORKS = runSize({ part: 1, full: 10 });
const PAYMENTS_EACH = runSize({ part: 40, full: 200 });
const PAYMENTS_UNDER_ONE_POLICY = 20;

/** What the payment says, each figure of theirs beside ours. */
function compare(payment: LdkPayment, found: FoundPayment, tally: Tally): void {
  const { path, quote, build } = found;
  expect(payment.end).toEqual({ kind: 'settled', feeMsat: quote.feeMsat });
  tally.amounts(payment.end.kind === 'settled' ? payment.end.feeMsat : -1n, quote.feeMsat);
  const forwarding = path.hops.slice(0, -1);
  expect(payment.forwards.map(({ node }) => node)).toEqual(forwarding.map(({ to }) => to));
  forwarding.forEach((hop, i) => {
    tally.amounts(payment.forwards[i]!.feeMsat, hop.amountInMsat - hop.amountOutMsat);
    tally.amounts(payment.forwards[i]!.amountOutMsat, hop.amountOutMsat);
  });
  const { totalTimeLock, hops } = build();
  const expiries = [totalTimeLock, ...hops.map(({ expiry }) => expiry)];
  path.hops.forEach((hop, i) => {
    tally.amounts(payment.htlcs[i]!.amountMsat, hop.amountInMsat);
    expect(payment.htlcs[i]).toEqual({
      channelId: hop.channelId,
      from: hop.from,
      to: hop.to,
      amountMsat: hop.amountInMsat,
      expiry: expiries[i],
    });
  });
  expect(payment.htlcs).toHaveLength(path.hops.length);
  expect(tally.differenceMsat).toBe(0);
}

/** What each end of each channel owns, by `channel/node`. */
function balancesOf(network: LdkNetwork): ReadonlyMap<string, bigint> {
  return new Map(
    ldkBalances(network).flatMap(({ channelId, opener, other, openerMsat, otherMsat }) => [
      [`${channelId}/${opener}`, openerMsat],
      [`${channelId}/${other}`, otherMsat],
    ]),
  );
}

/** Balances after a payment along the path, by Ballast's amounts. */
function moved(before: ReadonlyMap<string, bigint>, { hops }: Path): ReadonlyMap<string, bigint> {
  const after = new Map(before);
  for (const { channelId, from, to, amountInMsat } of hops) {
    after.set(`${channelId}/${from}`, after.get(`${channelId}/${from}`)! - amountInMsat);
    after.set(`${channelId}/${to}`, after.get(`${channelId}/${to}`)! + amountInMsat);
  }
  return after;
}

/** How different the payments were. */
class Variety {
  readonly #byHops = new Map<number, number>();
  readonly #magnitudes = new Set<number>();
  #circles = 0;
  #plain = 0;

  note({ from, path, invoice, quote }: FoundPayment): void {
    const hops = path.hops.length;
    this.#byHops.set(hops, (this.#byHops.get(hops) ?? 0) + 1);
    this.#magnitudes.add(String(quote.amountMsat).length);
    if (invoice.payee === from) this.#circles++;
    else this.#plain++;
  }

  report(): void {
    const spread = [...this.#byHops].sort(([a], [b]) => a - b);
    const lengths = spread.map(([hops, count]) => `${count} of ${hops} hops`).join(', ');
    const digits = [...this.#magnitudes];
    process.stdout.write(
      `${this.#circles} circles and ${this.#plain} plain routes; ${lengths}; amounts in msat of ` +
        `${Math.min(...digits)} to ${Math.max(...digits)} digits\n`,
    );
  }

  expectWide(): void {
    expect(Math.min(this.#circles, this.#plain)).toBeGreaterThan((this.#circles + this.#plain) / 6);
    expect(this.#byHops.size).toBeGreaterThanOrEqual(runSize({ part: 4, full: 6 }));
    expect(this.#magnitudes.size).toBeGreaterThanOrEqual(runSize({ part: 7, full: 10 }));
  }
}

describe('routes on a network of LDK nodes', () => {
  let ldk: LdkModule;
  beforeAll(async () => {
    ldk = await loadLdk();
  });

  it('settle for the fees, amounts and expiries that Ballast computed', async (context) => {
    const seed = testSeed(4001);
    const tally = new Tally('routes through LDK nodes');
    const variety = new Variety();
    for (let n = 0; n < NETWORKS; n++) {
      const random = new SeededRandom(seed + n);
      const network = randomLdkNetwork(ldk, random);
      for (let i = 0; i < PAYMENTS_EACH; i++) {
        if (i % PAYMENTS_UNDER_ONE_POLICY === 0) drawPolicies(network, random);
        const found = findPayment(network, random);
        expect(found.check(found.build())).toEqual([]);
        const { from, invoice } = found;
        const foreseen = moved(balancesOf(network), found.path);
        const payment = await sendAlong(network, { from, route: found.build(), invoice });
        tally.sent++;
        compare(payment, found, tally);
        expect(balancesOf(network)).toEqual(foreseen);
        tally.settled++;
        variety.note(found);
      }
    }
    tally.report(context);
    variety.report();
    variety.expectWide();
  });
});
