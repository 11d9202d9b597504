/** A node of one's own in the midst of a generated network. */
import type { ChannelPolicy } from '../ports.ts';
import type { NodeId } from '../units/ids.ts';
import type { SimulatedNetwork } from './network.ts';
import { SeededRandom } from './random.ts';

/** A node that lives by forwarding, to be added to a network. */
export interface RoutingNodeOptions {
  readonly seed: number | string;
  readonly channels: number;
  readonly capacitySat: bigint;
  /** What it announces on all its channels; what is left out has lnd's default. */
  readonly policy: Partial<ChannelPolicy>;
  /** What peers announce towards it; default: on each channel what they announce on another of theirs. */
  readonly peerPolicy?: Partial<ChannelPolicy>;
  /** The node's share of each channel, from 0 to 1. Default 0.5. */
  readonly share?: number;
}

/**
 * Adds a node with channels to peers drawn in proportion to their own channels, each peer once.
 *
 * @throws RangeError when the network has fewer peers than channels are wanted.
 */
export function addRoutingNode(network: SimulatedNetwork, options: RoutingNodeOptions): NodeId {
  const random = new SeededRandom(options.seed).fork('routing node');
  const announced = new Map<NodeId, (ChannelPolicy | null)[]>();
  for (const { node1, node2, policy1, policy2 } of network.description().channels) {
    for (const [end, policy] of [
      [node1, policy1],
      [node2, policy2],
    ] as const) {
      announced.set(end, [...(announced.get(end) ?? []), policy]);
    }
  }
  if (announced.size < options.channels) {
    throw new RangeError(`the network has ${announced.size} peers, not ${options.channels}`);
  }
  const nodeId = network.addNode();
  const { capacitySat, policy } = options;
  const balance1Msat = BigInt(Math.round(Number(capacitySat) * 1000 * (options.share ?? 0.5)));
  for (let i = 0; i < options.channels; i++) {
    const ends = [...announced].flatMap(([peer, policies]) => policies.map(() => peer));
    const peer = random.pick(ends);
    const policies = announced.get(peer)!.filter((known) => known !== null && !known.disabled);
    const example = policies.length === 0 ? {} : fitted(random.pick(policies)!, capacitySat);
    announced.delete(peer);
    network.openChannel({
      node1: nodeId,
      node2: peer,
      capacitySat,
      balance1Msat,
      policy1: policy,
      policy2: options.peerPolicy ?? example,
    });
  }
  return nodeId;
}

/** Fees and time lock of a policy; the amounts it allows are those of a channel of another size. */
function fitted(policy: ChannelPolicy, capacitySat: bigint): Partial<ChannelPolicy> {
  const { feeBaseMsat, feeRatePpm, timeLockDelta, inboundFeeBaseMsat, inboundFeeRatePpm } = policy;
  const fees = { feeBaseMsat, feeRatePpm, inboundFeeBaseMsat, inboundFeeRatePpm };
  return { ...fees, timeLockDelta, minHtlcMsat: 1000n, maxHtlcMsat: capacitySat * 990n };
}
