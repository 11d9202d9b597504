/** What the two sides of a channel are worth: fees that are expected to be lost for want of balance or of room. */
import { DAY_MS } from '../units/time.ts';
import { type ChannelFlows, netFlow } from './channel-flows.ts';
import { chanceOfLoss, expectedLossMsat, type NetFlow } from './lost-flow.ts';

/** What can leave over a channel, and what can come in. */
export interface Sides {
  readonly localMsat: number;
  readonly remoteMsat: number;
}

const MILLION = 1e6;

export class ChannelWorth {
  readonly #outflow: NetFlow;
  readonly #inflow: NetFlow;
  /** Fee for each msat that leaves, and for each that comes in. */
  readonly #outFee: number;
  readonly #inFee: number;

  constructor(flows: Pick<ChannelFlows, 'out' | 'in'>, horizonMs: number) {
    const net = netFlow(flows, horizonMs);
    this.#outflow = net;
    this.#inflow = { driftMsat: -net.driftMsat, spreadMsat: net.spreadMsat };
    const days = horizonMs / DAY_MS;
    this.#outFee = feePerMsat(flows.out) * losablePart(this.#outflow, flows.out.msatPerDay * days);
    this.#inFee = feePerMsat(flows.in) * losablePart(this.#inflow, flows.in.msatPerDay * days);
  }

  /** Fees that more balance brings, or with a negative amount those that it takes away; msat. */
  localGainMsat({ localMsat }: Sides, amountMsat: number): number {
    if (this.#outFee === 0) return 0;
    const lost = (balance: number): number => expectedLossMsat(this.#outflow, balance);
    return this.#outFee * (lost(localMsat) - lost(localMsat + amountMsat));
  }

  /** The same for room. */
  remoteGainMsat({ remoteMsat }: Sides, amountMsat: number): number {
    if (this.#inFee === 0) return 0;
    const lost = (room: number): number => expectedLossMsat(this.#inflow, room);
    return this.#inFee * (lost(remoteMsat) - lost(remoteMsat + amountMsat));
  }

  /** What the next satoshi on each side is worth, in parts per million of it. */
  marginalPpm({ localMsat, remoteMsat }: Sides): {
    readonly local: number;
    readonly remote: number;
  } {
    return {
      local: this.#outFee * chanceOfLoss(this.#outflow, localMsat) * MILLION,
      remote: this.#inFee * chanceOfLoss(this.#inflow, remoteMsat) * MILLION,
    };
  }
}

const feePerMsat = (flow: {
  readonly feeMsatPerDay: number;
  readonly msatPerDay: number;
}): number => (flow.msatPerDay > 0 ? flow.feeMsatPerDay / flow.msatPerDay : 0);

/**
 * No more is lost than flows at all. Where payments are few, motion that goes up and down all the time would lose more:
 * its loss is scaled down to that.
 */
function losablePart(net: NetFlow, flowMsat: number): number {
  const mostLostMsat = expectedLossMsat(net, 0);
  return mostLostMsat > flowMsat ? flowMsat / mostLostMsat : 1;
}
