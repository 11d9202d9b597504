/**
 * regolancer's rules (rkfg/regolancer, fb578ad of August 2023), with the settings of its sample configuration
 * (`config.toml.sample`) but for the amount, which is an example of a few satoshis there:
 *
 * - sources have less than `pfrom` 40 % of their capacity on the peer's side, targets less than `pto` 40 % on ours; pairs
 *   are picked at random (`channels.go`);
 * - the fee limit is the target's fee rate times `econ_ratio` 0.4, less what the source asks (`lost_profit`), and a pair
 *   whose limit is below zero, or without a route, rests for five minutes (`routes.go`, `calcEconFeeMsat`). The base fee
 *   counts for nothing there, being divided by a million;
 * - a route that passes a pair at nearly the amount that failed there before is not tried: the pair is ignored from then
 *   on (`mission_ctl.go`);
 * - where the payment fails before the last peer, the amount is bisected in `probe_steps` 5 probes (`payment.go`);
 * - it ends after the first success, after six hours, and when no pair is left; balances are read at its start. Run as a
 *   service, it starts again a minute later.
 */
import type { Path } from '../../../src/pathfinder/path.ts';
import type { OwnChannel } from '../../../src/ports.ts';
import type { ArmSetting, OperatorArm } from '../arm.ts';
import { feeOf, Pairs } from './lnd/lnd-routes.ts';
import { ToolWallet } from './lnd/tool-wallet.ts';
import { ownPolicies } from './own-policies.ts';

export interface RegolancerSettings {
  readonly amountSat: bigint;
  readonly minAmountSat: bigint;
  readonly econRatio: number;
  readonly lostProfit: boolean;
  readonly percent: bigint;
  readonly probeSteps: number;
}

const SETTINGS: RegolancerSettings = {
  amountSat: 500_000n,
  minAmountSat: 50_000n,
  econRatio: 0.4,
  lostProfit: true,
  percent: 40n,
  probeSteps: 5,
};

const SESSION_MS = 6 * 3_600_000;
const RESTART_MS = 60_000;
const PAIR_REST_MS = 300_000;
/** Of the capacity, left alone on either side. */
const RESERVE_PERCENT = 2n;
/** Amounts closer than this, in ppm, are the same (`fail_tolerance`). */
const TOLERANCE_PPM = 1000;

export const regolancerArm = (
  settings: Partial<RegolancerSettings> = {},
  name: string = 'regolancer',
): OperatorArm => ({
  name,
  tend: async (setting) => {
    const wallet = new ToolWallet(setting);
    while (!setting.signal.aborted) {
      const channels = await setting.node.ownChannels();
      await new Session(setting, { wallet, channels, ...SETTINGS, ...settings }).run();
      await setting.clock.sleep(RESTART_MS, setting.signal);
    }
    return wallet.figures;
  },
});

interface Pair {
  readonly from: OwnChannel;
  readonly to: OwnChannel;
}

interface SessionTerms extends RegolancerSettings {
  readonly wallet: ToolWallet;
  readonly channels: readonly OwnChannel[];
}

class Session {
  readonly #setting: ArmSetting;
  readonly #terms: SessionTerms;
  readonly #policyOf: ReturnType<typeof ownPolicies>;
  #open: Pair[];
  /** Until when each pair rests. */
  readonly #resting = new Map<Pair, number>();
  /** What last failed from one node to another, msat. */
  #failedMsat = new Map<string, bigint>();
  readonly #ignored = new Pairs();
  #routeFound = false;

  constructor(setting: ArmSetting, terms: SessionTerms) {
    this.#setting = setting;
    this.#terms = terms;
    this.#policyOf = ownPolicies(setting.graph, setting.self);
    const { channels, percent } = terms;
    const active = channels.filter(({ active }) => active);
    const isLow = (balanceSat: bigint, { capacitySat }: OwnChannel): boolean =>
      balanceSat < (capacitySat * percent) / 100n;
    const sources = active.filter((channel) => isLow(channel.remoteBalanceSat, channel));
    const targets = active.filter((channel) => isLow(channel.localBalanceSat, channel));
    this.#open = sources.flatMap((from) =>
      targets.filter((to) => to.peer !== from.peer).map((to) => ({ from, to })),
    );
  }

  async run(): Promise<void> {
    const { clock, signal } = this.#setting;
    const untilMs = clock.now() + SESSION_MS;
    while (!signal.aborted && clock.now() < untilMs) {
      const pick = this.#pick();
      if (pick === undefined || (await this.#try(pick))) return;
    }
  }

  #pick(): (Pair & { readonly amountMsat: bigint }) | undefined {
    const { random, clock } = this.#setting;
    for (;;) {
      if (this.#open.length === 0) {
        if (!this.#routeFound || this.#resting.size === 0) return undefined;
        this.#open = [...this.#resting.keys()];
        this.#resting.clear();
        this.#failedMsat = new Map();
        this.#routeFound = false;
      }
      const pair = random.pick(this.#open);
      const amountMsat = this.#amountMsat(pair);
      if (amountMsat === undefined) {
        this.#rest(pair);
        continue;
      }
      for (const [rested, untilMs] of this.#resting) {
        if (untilMs > clock.now()) continue;
        this.#resting.delete(rested);
        this.#open.push(rested);
      }
      return { ...pair, amountMsat };
    }
  }

  #amountMsat({ from, to }: Pair): bigint | undefined {
    const { amountSat, minAmountSat } = this.#terms;
    const reserveSat = (from.capacitySat * RESERVE_PERCENT) / 100n;
    const most = [from.localBalanceSat, to.remoteBalanceSat].map((sat) => sat - reserveSat);
    const sat = [amountSat, ...most].reduce((a, b) => (a < b ? a : b));
    return sat < minAmountSat || sat <= 0n ? undefined : sat * 1000n;
  }

  #rest(pair: Pair): void {
    const key = this.#open.find(({ from, to }) => from === pair.from && to === pair.to)!;
    this.#open = this.#open.filter((other) => other !== key);
    this.#resting.set(key, this.#setting.clock.now() + PAIR_REST_MS);
  }

  #limitMsat({ from, to }: Pair, amountMsat: bigint): bigint {
    const { econRatio, lostProfit } = this.#terms;
    const rate = this.#policyOf(to).feeRatePpm * econRatio;
    const lost = lostProfit ? this.#policyOf(from).feeRatePpm : 0;
    return BigInt(Math.trunc((Number(amountMsat) * (rate - lost)) / 1e6));
  }

  /** Whether the session is over. */
  async #try(pick: Pair & { readonly amountMsat: bigint }): Promise<boolean> {
    const maxFeeMsat = this.#limitMsat(pick, pick.amountMsat);
    const path = maxFeeMsat < 0n ? null : this.#route(pick, maxFeeMsat);
    if (path === null) {
      this.#rest(pick);
      return false;
    }
    this.#routeFound = true;
    const { wallet } = this.#terms;
    const outcome = await wallet.pay(path, await wallet.addInvoice());
    if (outcome.kind === 'settled') return true;
    if (outcome.kind === 'not_sent') return false;
    const { code, sourceIndex } = outcome.verdict;
    if (code !== 'TEMPORARY_CHANNEL_FAILURE' || sourceIndex === null || sourceIndex === 0) {
      return false;
    }
    const { from, to, amountInMsat } = path.hops[sourceIndex]!;
    this.#failedMsat.set(`${from} ${to}`, amountInMsat);
    if (sourceIndex !== path.hops.length - 2) return false;
    const amountMsat = await this.#probe(pick, path);
    if (amountMsat === 0n) return false;
    const smaller = wallet.routes.rebuilt(path, amountMsat);
    if (feeOf(smaller) > maxFeeMsat) return false;
    return (await wallet.pay(smaller, await wallet.addInvoice())).kind === 'settled';
  }

  /** Asks lnd again for as long as it answers with what has just failed. */
  #route({ from, to, amountMsat }: Pair & { readonly amountMsat: bigint }, maxFeeMsat: bigint) {
    const { wallet, channels } = this.#terms;
    for (;;) {
      const question = {
        amountMsat,
        maxFeeMsat,
        outChannelId: from.channelId,
        lastHop: to.peer,
        ignored: this.#ignored,
      };
      const path = wallet.routes.query(question, channels);
      const failed = path?.hops.find((hop) => this.#hasFailed(hop));
      if (path === null || failed === undefined) return path;
      this.#ignored.add(failed.from, failed.to);
    }
  }

  #hasFailed({ from, to, amountOutMsat }: Path['hops'][number]): boolean {
    const failedMsat = this.#failedMsat.get(`${from} ${to}`);
    return failedMsat !== undefined && near(failedMsat, amountOutMsat);
  }

  /** The largest amount that passed, of those tried; 0 where none did. Too dear is the same as too small. */
  async #probe(pair: Pair & { readonly amountMsat: bigint }, path: Path): Promise<bigint> {
    const { wallet, minAmountSat, probeSteps } = this.#terms;
    const leastMsat = minAmountSat * 1000n;
    let [good, bad, amount] = [0n, pair.amountMsat, leastMsat];
    /** Below it fees are too high. */
    let floor = 0n;
    for (let steps = probeSteps; steps > 0; ) {
      const low = good > floor ? good : floor;
      if (near(bad, amount) || (low > 0n && near(low, amount))) break;
      const probe = wallet.routes.rebuilt(path, amount);
      if (feeOf(probe) > this.#limitMsat(pair, amount)) {
        floor = amount;
        amount += (bad - amount) / 2n;
        continue;
      }
      const outcome = await wallet.routes.send(probe, wallet.probeHash());
      if (outcome.kind !== 'failed') return 0n;
      if (outcome.verdict.position === 'final') good = amount;
      else if (outcome.verdict.code === 'TEMPORARY_CHANNEL_FAILURE') bad = amount;
      else return 0n;
      steps--;
      // The smallest amount that is wanted does not pass.
      if (bad <= leastMsat) return 0n;
      amount = (bad + (good > floor ? good : floor)) / 2n;
    }
    return good;
  }
}

const near = (base: bigint, amount: bigint): boolean =>
  Math.abs(Number(base - amount)) * 1e6 < TOLERANCE_PPM * Number(base);
