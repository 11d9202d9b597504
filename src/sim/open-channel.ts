/** What it takes to open a simulated channel, and the checks on it. */
import { policyDefect } from '../graph/read-record.ts';
import type { ChannelPolicy } from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import { DUST_LIMIT_SAT, SimulatedChannel } from './channel.ts';

/** A channel to be opened; it is there at once, without a block being mined. */
export interface OpenChannelRequest {
  /** Default: the current block and the number of channels opened so far. */
  readonly channelId?: ChannelId;
  readonly node1: NodeId;
  readonly node2: NodeId;
  readonly capacitySat: bigint;
  /** node1's share; node2 has the rest. Default: half. */
  readonly balance1Msat?: bigint;
  /**
   * What node1 announces and goes by for node1 -> node2; what is left out has lnd's default (base 1,000 msat, 1 ppm,
   * 80 blocks, at least 1,000 msat, at most 99 % of the capacity). `null`: it announces none and forwards nothing.
   */
  readonly policy1?: Partial<ChannelPolicy> | null;
  /** The same for node2 -> node1. */
  readonly policy2?: Partial<ChannelPolicy> | null;
  /** Not in the announced graph. Default false. */
  readonly private?: boolean;
  /** What each end must keep. Default: 1 % of the capacity, at least the dust limit of 354 sat. */
  readonly reserveSat?: bigint;
  /** The end that pays for the commitment transaction. Default 1. */
  readonly opener?: 1 | 2;
  /** Commitment fee rate in sat per 1,000 weight units. Default 253, the least that nodes relay. */
  readonly feePerKw?: number;
  /** Aliases under which each end knows a private channel; forwards then refuse the confirmed id, as in lnd. */
  readonly aliases?: { readonly node1: ChannelId; readonly node2: ChannelId };
  /** Funding output, `txid:index`. Default: made up from the channel id. */
  readonly channelPoint?: string;
  /** False for a link that cannot carry HTLCs. Default true. */
  readonly up?: boolean;
}

const DEFAULT_FEE_PER_KW = 253;
const LEAST_RESERVE_SAT = DUST_LIMIT_SAT;

/** @throws RangeError when the request cannot be a channel; the message says why. */
export function channelFrom(
  request: OpenChannelRequest,
  terms: { channelId: ChannelId; policyTime: number },
): SimulatedChannel {
  const { channelId } = terms;
  const { capacitySat, node1, node2 } = request;
  const capacityMsat = capacitySat * 1000n;
  const balance1Msat = request.balance1Msat ?? capacityMsat / 2n;
  const fail = (reason: string): never => {
    throw new RangeError(`channel ${channelId} cannot be opened: ${reason}`);
  };
  if (node1 === node2) fail('both ends are the same node');
  if (capacitySat <= 0n) fail(`the capacity is ${capacitySat} sat`);
  if (balance1Msat < 0n || balance1Msat > capacityMsat) {
    fail(`node1's balance of ${balance1Msat} msat is not between 0 and the capacity`);
  }
  const policies = [request.policy1, request.policy2].map((policy) =>
    policy === null ? null : { ...defaultPolicy(capacitySat, terms.policyTime), ...policy },
  );
  for (const policy of policies) {
    const defect = policy == null ? undefined : policyDefect(policy);
    if (defect !== undefined) fail(defect);
  }
  const percentSat = capacitySat / 100n;
  return new SimulatedChannel({
    channelId,
    ends: [node1, node2],
    capacitySat,
    balanceMsat: [balance1Msat, capacityMsat - balance1Msat],
    policies: [policies[0] ?? null, policies[1] ?? null],
    private: request.private ?? false,
    reserveSat:
      request.reserveSat ?? (percentSat > LEAST_RESERVE_SAT ? percentSat : LEAST_RESERVE_SAT),
    opener: request.opener === 2 ? 1 : 0,
    feePerKw: request.feePerKw ?? DEFAULT_FEE_PER_KW,
    aliases: request.aliases === undefined ? null : [request.aliases.node1, request.aliases.node2],
    channelPoint: request.channelPoint ?? `${BigInt(channelId).toString(16).padStart(64, '0')}:0`,
    up: request.up ?? true,
  });
}

/** lnd's own defaults. */
const defaultPolicy = (capacitySat: bigint, lastUpdate: number): ChannelPolicy => ({
  feeBaseMsat: 1000n,
  feeRatePpm: 1,
  timeLockDelta: 80,
  minHtlcMsat: 1000n,
  maxHtlcMsat: capacitySat * 990n,
  disabled: false,
  inboundFeeBaseMsat: 0n,
  inboundFeeRatePpm: 0,
  lastUpdate,
});
