/** An own channel as a plan sees it, and what may still leave or come over it while the plan is made. */
import type { OwnChannel } from '../ports.ts';
import { outboundFeeMsat } from '../units/fee.ts';
import type { ChannelFlows, PricedChannel } from './channel-flows.ts';
import type { ResolvedSettings } from './channel-settings.ts';
import type { Sides } from './channel-worth.ts';
import type { PeerChannels } from './peer-channels.ts';
import type { PlanStrategy } from './rebalance-plan-request.ts';

const MSAT_PER_SAT = 1000n;
/** Ratios are exact to a millionth. */
const MILLION = 1_000_000n;

export class PlannedChannel {
  readonly own: OwnChannel;
  readonly policy: PricedChannel['policy'];
  readonly settings: ResolvedSettings;
  readonly flows: ChannelFlows;
  /** All our channels with its peer, this one among them. */
  readonly peer: PeerChannels;
  readonly #strategy: PlanStrategy;
  readonly #forecastShare: number;
  /** Moved by the plan so far, the fees of what left included. */
  #leftMsat = 0n;
  #cameMsat = 0n;

  constructor(
    { own, policy }: PricedChannel,
    terms: {
      readonly settings: ResolvedSettings;
      readonly flows: ChannelFlows;
      readonly strategy: PlanStrategy;
      /** What counts of fees that are expected. */
      readonly forecastShare: number;
      readonly peer: PeerChannels;
    },
  ) {
    this.own = own;
    this.policy = policy;
    this.settings = terms.settings;
    this.flows = terms.flows;
    this.peer = terms.peer;
    this.#strategy = terms.strategy;
    this.#forecastShare = terms.forecastShare;
    this.peer.add(this);
  }

  get isActive(): boolean {
    return this.own.active;
  }

  /** As a source already, and so no target any more: a plan does not move the same liquidity twice. */
  get isDrained(): boolean {
    return this.#leftMsat > 0n;
  }

  get isFilled(): boolean {
    return this.#cameMsat > 0n;
  }

  get sides(): Sides {
    const moved = this.#cameMsat - this.#leftMsat;
    return {
      localMsat: Number(this.own.spendableMsat + moved),
      remoteMsat: Number(this.own.receivableMsat - moved),
    };
  }

  /** What may leave over the channel yet, fees included. */
  get surplusMsat(): bigint {
    const { minRatio, targetRatio } = this.settings;
    const floor = this.#strategy === 'balance' ? Math.max(minRatio, targetRatio) : minRatio;
    const above = this.own.localBalanceSat * MSAT_PER_SAT - this.#partMsat(floor);
    return atLeastZero(least(above, this.own.spendableMsat) - this.#leftMsat);
  }

  /** What may come over the channel yet. */
  get roomMsat(): bigint {
    const { maxRatio, targetRatio } = this.settings;
    const ceiling = this.#strategy === 'balance' ? Math.min(maxRatio, targetRatio) : maxRatio;
    const below = this.#partMsat(ceiling) - this.own.localBalanceSat * MSAT_PER_SAT;
    return atLeastZero(least(below, this.own.receivableMsat) - this.#cameMsat);
  }

  #partMsat(ratio: number): bigint {
    const millionths = BigInt(Math.round(ratio * Number(MILLION)));
    return (this.own.capacitySat * MSAT_PER_SAT * millionths) / MILLION;
  }

  drain(amountMsat: bigint): void {
    this.#leftMsat += amountMsat;
    this.peer.moved();
  }

  fill(amountMsat: bigint): void {
    this.#cameMsat += amountMsat;
    this.peer.moved();
  }

  /** As if the plan had moved nothing. */
  reset(): void {
    this.#leftMsat = 0n;
    this.#cameMsat = 0n;
    this.peer.moved();
  }

  /**
   * What balance of this amount earns here: what counts of the fees that are expected in the time that is filled ahead, or
   * what is charged for passing it on once.
   */
  earnedMsat(amountMsat: bigint): number {
    if (this.#strategy === 'economic') {
      return this.#forecastShare * this.peer.localGainMsat(Number(amountMsat));
    }
    return this.policy === undefined ? 0 : Number(outboundFeeMsat(this.policy, amountMsat));
  }

  /** The same without regard to how sure forecasts are: more is never paid, however much a move brings elsewhere. */
  #earnableMsat(amountMsat: bigint): number {
    return this.#strategy === 'economic'
      ? this.peer.localGainMsat(Number(amountMsat))
      : this.earnedMsat(amountMsat);
  }

  /** What counts of the fees that room of this amount is expected to bring here. */
  roomEarnedMsat(amountMsat: bigint): number {
    return this.#forecastShare * this.peer.remoteGainMsat(Number(amountMsat));
  }

  /**
   * The most that may be paid for filling the channel with this amount: never more than the balance earns back, and no
   * more than the settings say.
   */
  payableMsat(amountMsat: bigint): number {
    const { maxFeePpm = Number.POSITIVE_INFINITY, earnedShare } = this.settings;
    const sharePpm =
      earnedShare === undefined
        ? Number.POSITIVE_INFINITY
        : earnedShare * (this.flows.earnedPpm ?? 0);
    const byPpm = (Math.min(maxFeePpm, sharePpm) * Number(amountMsat)) / Number(MILLION);
    return Math.max(0, Math.floor(Math.min(this.#earnableMsat(amountMsat), byPpm)));
  }
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const atLeastZero = (amount: bigint): bigint => (amount > 0n ? amount : 0n);
