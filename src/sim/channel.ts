/**
 * The ledger of one channel: what each end owns, what HTLCs have locked, and what the link accepts on top of that.
 *
 * The commitment transaction follows lnd's anchor channels (lnd: `lnwallet/channel.go`,
 * `availableCommitmentBalance`): its fee and two anchors are the opener's, and the opener must stay able to pay twice
 * the fee of a commitment with two more HTLCs. One commitment stands for both sides', and the fee rate never moves.
 */
import type { ChannelPolicy } from '../ports.ts';
import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';
import type { Passage } from './forward-gate.ts';

/** Index of an end: 0 is node1, 1 is node2. */
export type End = 0 | 1;

const COMMITMENT_WEIGHT = 1124n;
const HTLC_WEIGHT = 172n;
/** Two anchors of 330 sat. */
const ANCHORS_SAT = 660n;
/** An HTLC below this has no output in the commitment transaction (lnd: dust limit of a P2WSH output, rounded). */
export const DUST_LIMIT_SAT = 354n;
/** Most HTLCs that either end may offer at a time (BOLT 2's limit, lnd's default). */
export const MAX_ACCEPTED_HTLCS = 483;

export interface LockedHtlc {
  readonly from: End;
  readonly index: bigint;
  readonly amountMsat: bigint;
  readonly expiryHeight: number;
  readonly paymentHash: PaymentHash;
  /** Where it came from and went on to, once forwarded. */
  cameFrom: HtlcKey | null;
  wentTo: HtlcKey | null;
  /** Its way through the node that it arrived at, once that node's switch has it; `null` where it ends. */
  passage: Passage | null;
}

/** An HTLC, by a channel and its number among those that were offered there by the same end. */
export interface HtlcKey {
  readonly channelId: ChannelId;
  readonly index: bigint;
}

export interface ChannelParts {
  readonly channelId: ChannelId;
  readonly ends: readonly [NodeId, NodeId];
  readonly capacitySat: bigint;
  readonly balanceMsat: readonly [bigint, bigint];
  readonly policies: readonly [ChannelPolicy | null, ChannelPolicy | null];
  readonly private: boolean;
  readonly reserveSat: bigint;
  readonly opener: End;
  readonly feePerKw: number;
  readonly aliases: readonly [ChannelId, ChannelId] | null;
  readonly channelPoint: string;
  readonly up: boolean;
}

export class SimulatedChannel {
  readonly channelId: ChannelId;
  readonly ends: readonly [NodeId, NodeId];
  readonly capacitySat: bigint;
  readonly private: boolean;
  readonly reserveSat: bigint;
  readonly opener: End;
  readonly feePerKw: number;
  readonly aliases: readonly [ChannelId, ChannelId] | null;
  readonly channelPoint: string;
  /** What each end owns, HTLCs in flight taken off the end that offered them. */
  readonly balanceMsat: [bigint, bigint];
  readonly sentMsat: [bigint, bigint] = [0n, 0n];
  /** What the graph shows, and what the ends go by. `null`: that end forwards nothing out over this channel. */
  readonly announced: [ChannelPolicy | null, ChannelPolicy | null];
  readonly enforced: [ChannelPolicy | null, ChannelPolicy | null];
  /** False while the link cannot carry HTLCs although both ends are online. */
  up: boolean;
  updates = 0n;
  readonly #htlcs = new Set<LockedHtlc>();
  readonly #nextIndex: [bigint, bigint] = [0n, 0n];

  constructor(parts: ChannelParts) {
    this.channelId = parts.channelId;
    this.ends = parts.ends;
    this.capacitySat = parts.capacitySat;
    this.private = parts.private;
    this.reserveSat = parts.reserveSat;
    this.opener = parts.opener;
    this.feePerKw = parts.feePerKw;
    this.aliases = parts.aliases;
    this.channelPoint = parts.channelPoint;
    this.up = parts.up;
    this.balanceMsat = [parts.balanceMsat[0], parts.balanceMsat[1]];
    this.announced = [parts.policies[0], parts.policies[1]];
    this.enforced = [parts.policies[0], parts.policies[1]];
  }

  /** @throws RangeError when the node is at neither end. */
  endOf(nodeId: NodeId): End {
    if (this.ends[0] === nodeId) return 0;
    if (this.ends[1] === nodeId) return 1;
    throw new RangeError(`node ${nodeId} has no part in channel ${this.channelId}`);
  }

  get htlcs(): ReadonlySet<LockedHtlc> {
    return this.#htlcs;
  }

  get inFlightMsat(): bigint {
    let sum = 0n;
    for (const htlc of this.#htlcs) sum += htlc.amountMsat;
    return sum;
  }

  /** Takes the amount from the offering end until {@link settle} or {@link fail}. */
  lock(htlc: {
    from: End;
    amountMsat: bigint;
    expiryHeight: number;
    paymentHash: PaymentHash;
    cameFrom: HtlcKey | null;
  }): LockedHtlc {
    if (htlc.amountMsat > this.balanceMsat[htlc.from]) {
      throw new Error(`channel ${this.channelId}: HTLC of ${htlc.amountMsat} msat is not covered`);
    }
    this.balanceMsat[htlc.from] -= htlc.amountMsat;
    const index = this.#nextIndex[htlc.from]++;
    const locked: LockedHtlc = { ...htlc, index, wentTo: null, passage: null };
    this.#htlcs.add(locked);
    this.updates++;
    return locked;
  }

  settle(htlc: LockedHtlc): void {
    this.#remove(htlc);
    this.balanceMsat[htlc.from === 0 ? 1 : 0] += htlc.amountMsat;
    this.sentMsat[htlc.from] += htlc.amountMsat;
  }

  fail(htlc: LockedHtlc): void {
    this.#remove(htlc);
    this.balanceMsat[htlc.from] += htlc.amountMsat;
  }

  /** Moves settled balance from one end to the other. */
  shift(from: End, amountMsat: bigint): void {
    this.balanceMsat[from] -= amountMsat;
    this.balanceMsat[from === 0 ? 1 : 0] += amountMsat;
    this.updates++;
  }

  #remove(htlc: LockedHtlc): void {
    if (!this.#htlcs.delete(htlc)) {
      throw new Error(`channel ${this.channelId}: HTLC ${htlc.index} was resolved twice`);
    }
    this.updates++;
  }

  get #outputCount(): bigint {
    let count = 0n;
    for (const htlc of this.#htlcs) if (htlc.amountMsat >= DUST_LIMIT_SAT * 1000n) count++;
    return count;
  }

  /** Weight of the commitment transaction with the HTLCs that are pending. */
  get commitWeight(): bigint {
    return COMMITMENT_WEIGHT + HTLC_WEIGHT * this.#outputCount;
  }

  get commitFeeSat(): bigint {
    return (BigInt(this.feePerKw) * this.commitWeight) / 1000n;
  }

  /** An end's output in the commitment transaction, in whole sat; HTLCs in flight count for neither. */
  commitmentOutputSat(end: End): bigint {
    const costsSat = end === this.opener ? ANCHORS_SAT + this.commitFeeSat : 0n;
    const outputMsat = this.balanceMsat[end] - costsSat * 1000n;
    return outputMsat > 0n ? outputMsat / 1000n : 0n;
  }

  /** The largest HTLC that the end can offer now. */
  bandwidthMsat(from: End): bigint {
    let offered = 0;
    for (const htlc of this.#htlcs) if (htlc.from === from) offered++;
    if (offered >= MAX_ACCEPTED_HTLCS) return 0n;
    const availableMsat = from === this.opener ? this.#openersRoom() : this.#othersRoom();
    return availableMsat > 0n ? availableMsat : 0n;
  }

  #openersRoom(): bigint {
    const weight = COMMITMENT_WEIGHT + HTLC_WEIGHT * (this.#outputCount + 2n);
    const bufferSat = (2n * BigInt(this.feePerKw) * weight) / 1000n;
    return this.balanceMsat[this.opener] - (ANCHORS_SAT + this.reserveSat + bufferSat) * 1000n;
  }

  /** The end that does not pay for the commitment can add an output only if the opener can pay for it. */
  #othersRoom(): bigint {
    const other: End = this.opener === 0 ? 1 : 0;
    const roomMsat = this.balanceMsat[other] - this.reserveSat * 1000n;
    const weight = COMMITMENT_WEIGHT + HTLC_WEIGHT * (this.#outputCount + 1n);
    const feeSat = (BigInt(this.feePerKw) * weight) / 1000n;
    const openerCanPay = this.balanceMsat[this.opener] >= (ANCHORS_SAT + feeSat) * 1000n;
    const belowDustMsat = DUST_LIMIT_SAT * 1000n - 1n;
    return openerCanPay || roomMsat < belowDustMsat ? roomMsat : belowDustMsat;
  }
}
