/** Random news of a small network: channels open, change and close; some of it is stale, wrong or from strangers. */
import type { ChannelPolicy, ChannelRecord, ChannelUpdateRecord } from '../../src/ports.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { GraphModel } from './graph-model.ts';
import { channelOf, nodeIdOf, policyOf } from './make-graph.ts';

export type News =
  | { readonly kind: 'node'; readonly nodeId: NodeId }
  | { readonly kind: 'open'; readonly record: ChannelRecord }
  | { readonly kind: 'update'; readonly update: ChannelUpdateRecord }
  | { readonly kind: 'close'; readonly channelId: ChannelId };

export interface NewsTerms {
  readonly nodes: number;
  /** Ids run from 1 to this; with few, closed ids come back and open ones are announced twice. */
  readonly channels: number;
  /** Whether limits, disabled flags and errors occur, or only things that a search may route over. */
  readonly rough: boolean;
}

export function randomNews(random: SeededRandom, model: GraphModel, terms: NewsTerms): News {
  const kind = random.pick(['open', 'update', 'update', 'update', 'update', 'close'] as const);
  const channelId = String(random.between(1, terms.channels)) as ChannelId;
  if (terms.rough && random.chance(0.03)) {
    return { kind: 'node', nodeId: nodeIdOf(random.between(0, terms.nodes + 50)) };
  }
  const channel = model.open.get(channelId);
  if (kind === 'open') return { kind: 'open', record: randomChannel(random, channelId, terms) };
  if (kind === 'close') return { kind: 'close', channelId };
  const ends = channel === undefined ? [] : [channel.node1, channel.node2];
  const stranger = ends.length === 0 || (terms.rough && random.chance(0.05));
  const from = stranger ? nodeIdOf(random.between(0, terms.nodes - 1)) : random.pick(ends);
  return { kind: 'update', update: { channelId, from, policy: randomPolicy(random, terms) } };
}

function randomChannel(
  random: SeededRandom,
  channelId: ChannelId,
  terms: NewsTerms,
): ChannelRecord {
  // Mostly the same ends for one id, so that closed channels can come back.
  const one = (Number(channelId) * 7) % terms.nodes;
  const step = 1 + ((Number(channelId) * 5) % (terms.nodes - 1));
  const elsewhere = terms.rough && random.chance(0.1);
  const other = elsewhere
    ? random.between(0, terms.nodes + 20)
    : (one + step + (terms.rough && random.chance(0.02) ? -step : 0)) % terms.nodes;
  const policy = (): ChannelPolicy | null =>
    random.chance(0.9) ? randomPolicy(random, terms) : null;
  return channelOf({
    id: channelId,
    ends: [one, other],
    capacitySat: BigInt(random.between(1, 100_000_000)),
    policy1: policy(),
    policy2: policy(),
  });
}

function randomPolicy(random: SeededRandom, { rough }: NewsTerms): ChannelPolicy {
  const discount = random.chance(0.2);
  const minHtlcMsat = BigInt(rough ? random.between(0, 2000) : 0);
  return policyOf({
    feeBaseMsat: BigInt(random.between(0, 2000)),
    feeRatePpm: rough && random.chance(0.03) ? -1 : random.between(0, 5000),
    timeLockDelta: random.between(0, 144),
    minHtlcMsat,
    maxHtlcMsat: rough && random.chance(0.5) ? BigInt(random.between(1900, 1_000_000)) : null,
    disabled: rough && random.chance(0.1),
    inboundFeeBaseMsat: BigInt(discount ? -random.between(0, 1000) : 0),
    inboundFeeRatePpm: discount ? random.between(-2000, -1) : 0,
    lastUpdate: random.chance(0.3) ? 0 : random.between(1, 1000),
  });
}
