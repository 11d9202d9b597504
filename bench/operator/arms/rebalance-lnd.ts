/**
 * rebalance-lnd's rules (C-Otto/rebalance-lnd, b378a2d of December 2025) with its defaults, run by cron as its README
 * suggests: `rebalance.py --to CHANNEL` for each channel that its list of candidates has, in the list's order.
 *
 * - candidates have less than `min-local` 1,000,000 sat on our side, or of channels too small for that and `min-remote`
 *   together less than half (`rebalance.py`, `get_rebalance_amount`); the amount is what is missing, and at least
 *   10,000 sat; the list has those first that miss least at their fee rate;
 * - the fee limit is what the target asks for the amount, of a rate of at most 2,000 ppm (`logic.py`,
 *   `get_fee_limit_msat`); sources may not ask more than the target, and keep `min-local`;
 * - QueryRoutes with mission control and a time preference of -1; a route is sent where its fee and what the source asks
 *   together are no more than what the target asks; else its dearest hop is left out, or the source where that weighs
 *   more (`routes.py`, `ignore_high_fee_hops`);
 * - after a failure the pair behind the failing node is left out; a hundred questions at most.
 */
import type { Path } from '../../../src/pathfinder/path.ts';
import type { ChannelPolicy, OwnChannel } from '../../../src/ports.ts';
import type { ArmSetting, OperatorArm } from '../arm.ts';
import { feeOf, type LndOutcome, Pairs } from './lnd/lnd-routes.ts';
import { ToolWallet } from './lnd/tool-wallet.ts';
import { ownPolicies } from './own-policies.ts';

export interface RebalanceLndSettings {
  readonly minLocalSat: number;
  readonly minRemoteSat: number;
  readonly feeFactor: number;
}

const SETTINGS: RebalanceLndSettings = {
  minLocalSat: 1_000_000,
  minRemoteSat: 1_000_000,
  feeFactor: 1,
};

const CRON_MS = 600_000;
const LEAST_AMOUNT_SAT = 10_000;
const MOST_RATE_PPM = 2000;
const MOST_QUESTIONS = 100;
const TIME_PREFERENCE = -1;
const LEAST_LIMIT_MSAT = 1000;
/** What each side of a channel has to keep. */
const RESERVE_PERCENT = 1n;
const EXCLUDED: readonly string[] = [
  'TEMPORARY_CHANNEL_FAILURE',
  'UNKNOWN_NEXT_PEER',
  'CHANNEL_DISABLED',
  'INCORRECT_CLTV_EXPIRY',
];

export const rebalanceLndArm = (
  settings: Partial<RebalanceLndSettings> = {},
  name: string = 'rebalance-lnd',
): OperatorArm => ({
  name,
  tend: async (setting) => {
    const wallet = new ToolWallet(setting);
    const tool = new Tool(setting, { wallet, ...SETTINGS, ...settings });
    while (!setting.signal.aborted) {
      const startMs = setting.clock.now();
      for (const { channelId } of tool.candidates(await setting.node.ownChannels())) {
        if (!setting.signal.aborted) await tool.fill(channelId);
      }
      // Cron starts no second one beside it.
      const sinceMs = (setting.clock.now() - startMs) % CRON_MS;
      await setting.clock.sleep(CRON_MS - sinceMs, setting.signal);
    }
    return wallet.figures;
  },
});

class Tool {
  readonly #setting: ArmSetting;
  readonly #terms: RebalanceLndSettings & { readonly wallet: ToolWallet };
  readonly #policyOf: (channel: OwnChannel) => ChannelPolicy;

  constructor(setting: ArmSetting, terms: RebalanceLndSettings & { readonly wallet: ToolWallet }) {
    this.#setting = setting;
    this.#terms = terms;
    this.#policyOf = ownPolicies(setting.graph, setting.self);
  }

  candidates(channels: readonly OwnChannel[]): readonly OwnChannel[] {
    const keyOf = (channel: OwnChannel): readonly [number, number] => [
      this.#policyOf(channel).feeRatePpm * this.#missingSat(channel),
      availableSat(channel, 'remote') - availableSat(channel, 'local'),
    ];
    return channels
      .filter((channel) => channel.active && this.#missingSat(channel) >= LEAST_AMOUNT_SAT)
      .map((channel) => ({ channel, key: keyOf(channel) }))
      .sort((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1])
      .map(({ channel }) => channel);
  }

  /** What a channel misses on our side, or below zero on the peer's; sat. */
  #missingSat(channel: OwnChannel): number {
    const { minLocalSat, minRemoteSat } = this.#terms;
    const [local, remote] = [availableSat(channel, 'local'), availableSat(channel, 'remote')];
    const wanted = minLocalSat + minRemoteSat;
    if (local + remote < wanted) {
      return Math.trunc((minLocalSat / wanted) * (local + remote) - local);
    }
    if (local < minLocalSat) return minLocalSat - local;
    return remote < minRemoteSat ? remote - minRemoteSat : 0;
  }

  /** `--to CHANNEL`. */
  async fill(targetId: OwnChannel['channelId']): Promise<void> {
    const channels = await this.#setting.node.ownChannels();
    const target = channels.find(({ channelId }) => channelId === targetId);
    const amountSat = target === undefined ? 0 : this.#missingSat(target);
    if (target === undefined || amountSat < LEAST_AMOUNT_SAT) return;
    const run = { target, channels, amountMsat: BigInt(amountSat) * 1000n };
    const limitMsat = Math.max(LEAST_LIMIT_MSAT, this.#incomeMsat(target, run.amountMsat));
    const ignored = this.#firstIgnored(run, limitMsat);
    const { wallet } = this.#terms;
    const invoice = await wallet.addInvoice();
    const tried = new Set<string>();
    for (let questions = 0; questions < MOST_QUESTIONS; questions++) {
      if (this.#setting.signal.aborted) break;
      const path = wallet.routes.query(
        {
          amountMsat: run.amountMsat,
          maxFeeMsat: BigInt(Math.floor(limitMsat)),
          lastHop: target.peer,
          ignored,
          timePreference: TIME_PREFERENCE,
        },
        channels,
      );
      const shape = path?.hops.map((hop) => `${hop.channelId} ${hop.amountInMsat}`).join();
      // lnd would answer the questions that are left the same way.
      if (path === null || shape === undefined || tried.has(shape)) break;
      tried.add(shape);
      if (this.#isTooDear(path, run)) {
        this.#ignoreDearest(path, run, ignored);
        continue;
      }
      const outcome = await wallet.pay(path, invoice);
      if (outcome.kind === 'settled') return;
      const pair = excludedPair(path, outcome);
      if (pair !== undefined) ignored.add(pair.from, pair.to);
    }
    await this.#setting.node.cancelInvoice(invoice.paymentHash);
  }

  /** What the target asks for passing the amount on. */
  #incomeMsat(target: OwnChannel, amountMsat: bigint): number {
    const { feeRatePpm, feeBaseMsat } = this.#policyOf(target);
    const rate = this.#terms.feeFactor * Math.min(feeRatePpm, MOST_RATE_PPM);
    return (Number(amountMsat) * rate) / 1e6 + Number(feeBaseMsat);
  }

  #firstIgnored({ target, channels, amountMsat }: Run, limitMsat: number): Pairs {
    const { self } = this.#setting;
    const ignored = new Pairs();
    ignored.add(self, target.peer);
    const mostPpm = Math.min(
      this.#policyOf(target).feeRatePpm,
      Math.ceil((limitMsat * 1e6) / Number(amountMsat)),
    );
    const amountSat = Number(amountMsat / 1000n);
    for (const channel of channels) {
      const keepsSat = availableSat(channel, 'local') - amountSat;
      if (this.#policyOf(channel).feeRatePpm > mostPpm || keepsSat < this.#terms.minLocalSat) {
        ignored.add(self, channel.peer);
      }
    }
    return ignored;
  }

  #isTooDear(path: Path, run: Run): boolean {
    const source = sourceOf(path, run);
    const sentMsat = path.hops[0]!.amountInMsat;
    const { feeRatePpm, feeBaseMsat } = this.#policyOf(source);
    const missedMsat = (Number(sentMsat) * feeRatePpm) / 1e6 + Number(feeBaseMsat);
    return Number(feeOf(path)) + missedMsat > this.#incomeMsat(run.target, run.amountMsat);
  }

  #ignoreDearest({ hops }: Path, run: Run, ignored: Pairs): void {
    const first = hops[0]!;
    // What the last peer keeps cannot be avoided.
    const kept = hops.slice(0, -2).map((hop, i) => hop.amountInMsat - hops[i + 1]!.amountInMsat);
    const most = kept.reduce((a, b) => (b > a ? b : a), -1n);
    const { feeRatePpm } = this.#policyOf(sourceOf({ hops }, run));
    const missedMsat = (Number(first.amountOutMsat) * feeRatePpm) / 1e6;
    const dearest = kept.indexOf(most);
    if (dearest < 0 || missedMsat > Number(most)) ignored.add(first.from, first.to);
    else ignored.add(hops[dearest + 1]!.from, hops[dearest + 1]!.to);
  }
}

interface Run {
  readonly target: OwnChannel;
  readonly channels: readonly OwnChannel[];
  readonly amountMsat: bigint;
}

function sourceOf({ hops }: Pick<Path, 'hops'>, { channels }: Run): OwnChannel {
  return channels.find(({ graphChannelId }) => graphChannelId === hops[0]!.channelId)!;
}

function availableSat(channel: OwnChannel, side: 'local' | 'remote'): number {
  const reserveSat = (channel.capacitySat * RESERVE_PERCENT) / 100n;
  const balanceSat = side === 'local' ? channel.localBalanceSat : channel.remoteBalanceSat;
  return Math.max(0, Number(balanceSat - reserveSat));
}

/** The pair that the failing node was to forward over; none where the first or the last node failed. */
function excludedPair(path: Path, outcome: LndOutcome): Path['hops'][number] | undefined {
  if (outcome.kind !== 'failed') return undefined;
  const { code, sourceIndex } = outcome.verdict;
  if (sourceIndex === null || sourceIndex === 0 || !EXCLUDED.includes(code)) return undefined;
  return path.hops[sourceIndex];
}
