/** Networks of any size with the shape of the real one; the figures are in `mainnet-shape.ts`. */
import type { ChannelPolicy, Clock } from '../ports.ts';
import { type ChannelId, type NodeId, parseChannelId } from '../units/ids.ts';
import { drawBalanceMsat } from './hidden-balances.ts';
import * as shape from './mainnet-shape.ts';
import { DEFAULT_BLOCK_HEIGHT, SimulatedNetwork } from './network.ts';
import { SeededRandom } from './random.ts';
import { joinNodes, type Pair } from './topology.ts';

/** What network to make; the same options make the same one. */
export interface GeneratorOptions {
  /** From 3 to 20,000. */
  readonly nodes: number;
  /** Decides everything that is drawn: who is joined to whom, capacities, fees, balances. */
  readonly seed: number | string;
  /** Default 900,000. */
  readonly blockHeight?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

const FEWEST_NODES = 3;
const MOST_NODES = 20_000;
/** Blocks over which the channels' ids are spread, and how deep the newest is buried. */
const OPENING_BLOCKS = 200_000;
const CONFIRMATIONS = 6;
/** Below this many nodes, each has two channels at least, and some as many as this. */
const SMALL_NETWORK = 50;
const SMALL_NETWORK_DEGREES = 8;

/** What a node does alike on all its channels. */
interface NodeTraits {
  readonly nodeId: NodeId;
  readonly feeBaseMsat: bigint;
  readonly timeLockDelta: number;
  /** Where its fee rates tend to lie, from 0, low, to 1, high. */
  readonly greed: number;
}

/**
 * Makes a connected network: degrees, capacities, fees and limits follow the real network's distributions, larger
 * nodes have larger channels, a node's fee rates resemble each other, and balances are hidden.
 *
 * @throws RangeError when the number of nodes is out of range.
 */
export function generateNetwork(options: GeneratorOptions): SimulatedNetwork {
  const { nodes } = options;
  if (!Number.isInteger(nodes) || nodes < FEWEST_NODES || nodes > MOST_NODES) {
    throw new RangeError(`a network has ${FEWEST_NODES} to ${MOST_NODES} nodes, not ${nodes}`);
  }
  const blockHeight = options.blockHeight ?? DEFAULT_BLOCK_HEIGHT;
  const network = new SimulatedNetwork({ ...options, blockHeight });
  const random = new SeededRandom(options.seed).fork('generator');
  const traits = Array.from({ length: nodes }, () => drawTraits(network.addNode(), random));
  const pairs = joinNodes(drawDegrees(nodes, random.fork('degrees')), random.fork('topology'));
  const capacities = assignCapacities(pairs, random.fork('capacities'));
  const rates = assignFeeRates(pairs, traits, random.fork('fee rates'));
  const channelIds = drawChannelIds({
    count: pairs.length,
    blockHeight,
    random: random.fork('ids'),
  });
  const balances = random.fork('balances');
  pairs.forEach(([index1, index2], i) => {
    const [node1, node2] = [traits[index1]!, traits[index2]!];
    const capacitySat = BigInt(capacities[i]!);
    const disabledEnd = random.chance(shape.ONE_WAY_SHARE) ? random.below(2) : -1;
    const discountEnd = random.chance(shape.INBOUND_DISCOUNT_SHARE) ? random.below(2) : -1;
    const policyOf = (end: 0 | 1, node: NodeTraits): Partial<ChannelPolicy> =>
      drawPolicy({
        node,
        capacitySat,
        feeRatePpm: rates[2 * i + end]!,
        disabled: disabledEnd === end,
        discount: discountEnd === end,
        random,
      });
    network.openChannel({
      channelId: channelIds[i]!,
      node1: node1.nodeId,
      node2: node2.nodeId,
      capacitySat,
      balance1Msat: drawBalanceMsat(balances, capacitySat),
      opener: balances.chance(0.5) ? 1 : 2,
      policy1: policyOf(0, node1),
      policy2: policyOf(1, node2),
    });
  });
  return network;
}

function drawTraits(nodeId: NodeId, random: SeededRandom): NodeTraits {
  return {
    nodeId,
    feeBaseMsat: BigInt(shape.drawShare(shape.FEE_BASE_MSAT, random.unit())),
    timeLockDelta: shape.drawShare(shape.TIME_LOCK_DELTA, random.unit()),
    greed: random.unit(),
  };
}

/**
 * The largest node keeps its share of partners. Networks too small to show the distribution get a few channels more:
 * half of the real nodes have one only, and a handful of those would leave no circle to pay around.
 */
function drawDegrees(nodes: number, random: SeededRandom): number[] {
  const share = Math.round(nodes * shape.MAX_DEGREE_SHARE);
  const most = Math.max(share, Math.min(nodes - 1, SMALL_NETWORK_DEGREES));
  const least = nodes < SMALL_NETWORK ? 2 : 1;
  return stratifiedUnits(nodes, random).map((unit) => {
    const degree = Math.round(shape.valueAt(shape.DEGREE, unit));
    return Math.max(least, Math.min(most, degree));
  });
}

/** One number from each of `count` equal slices of [0, 1), shuffled: a sample without luck at the tail. */
function stratifiedUnits(count: number, random: SeededRandom): number[] {
  const units = Array.from({ length: count }, (_, i) => (i + random.unit()) / count);
  random.shuffle(units);
  return units;
}

/** Hands a sample of the distribution out by rank: the item with the highest score gets the most. */
function assignByScore(
  scores: readonly number[],
  table: shape.QuantileTable,
  random: SeededRandom,
): number[] {
  const values = stratifiedUnits(scores.length, random).map((unit) =>
    Math.round(shape.valueAt(table, unit)),
  );
  values.sort((a, b) => a - b);
  const assigned = new Array<number>(scores.length);
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  order.forEach((item, rank) => {
    assigned[item] = values[rank]!;
  });
  return assigned;
}

/** Capacity against the smaller degree: corr(x, x + w y) is 1 / sqrt(1 + w^2) for x and y alike. */
const CAPACITY_NOISE = Math.sqrt(shape.CAPACITY_DEGREE_CORRELATION ** -2 - 1);

function assignCapacities(pairs: readonly Pair[], random: SeededRandom): number[] {
  const degrees = new Map<number, number>();
  for (const node of pairs.flat()) degrees.set(node, (degrees.get(node) ?? 0) + 1);
  const smaller = pairs.map(([a, b]) => Math.min(degrees.get(a)!, degrees.get(b)!) + random.unit());
  const order = smaller.map((_, i) => i).sort((a, b) => smaller[a]! - smaller[b]!);
  const scores = new Array<number>(pairs.length);
  order.forEach((pair, rank) => {
    scores[pair] = rank / pairs.length + CAPACITY_NOISE * random.unit();
  });
  return assignByScore(scores, shape.CAPACITY_SAT, random);
}

/** Two channels of one node: corr(x + w y, x + w z) is 1 / (1 + w^2). */
const FEE_RATE_NOISE = Math.sqrt(1 / shape.FEE_RATE_NODE_CORRELATION - 1);

/** Two rates for each pair: of its first node, then of its second. */
function assignFeeRates(
  pairs: readonly Pair[],
  traits: readonly NodeTraits[],
  random: SeededRandom,
): number[] {
  const scores = pairs.flat().map((node) => traits[node]!.greed + FEE_RATE_NOISE * random.unit());
  return assignByScore(scores, shape.FEE_RATE_PPM, random);
}

function drawPolicy(terms: {
  node: NodeTraits;
  capacitySat: bigint;
  feeRatePpm: number;
  disabled: boolean;
  discount: boolean;
  random: SeededRandom;
}): Partial<ChannelPolicy> {
  const { node, random } = terms;
  const minHtlcMsat = Math.round(shape.valueAt(shape.MIN_HTLC_MSAT, random.unit()));
  const capacityMsat = Number(terms.capacitySat) * 1000;
  const share = shape.valueAt(shape.MAX_HTLC_SHARE, random.unit());
  const discountPpm = 1 + random.below(shape.MOST_INBOUND_DISCOUNT_PPM);
  return {
    feeBaseMsat: node.feeBaseMsat,
    feeRatePpm: terms.feeRatePpm,
    timeLockDelta: node.timeLockDelta,
    minHtlcMsat: BigInt(minHtlcMsat),
    maxHtlcMsat: BigInt(Math.max(minHtlcMsat, Math.round(capacityMsat * share), 1)),
    disabled: terms.disabled,
    inboundFeeBaseMsat: 0n,
    inboundFeeRatePpm: terms.discount ? -discountPpm : 0,
  };
}

/** Distinct ids from the blocks before the current one, oldest first. */
function drawChannelIds(terms: {
  count: number;
  blockHeight: number;
  random: SeededRandom;
}): ChannelId[] {
  const newest = Math.max(1, terms.blockHeight - CONFIRMATIONS);
  const span = Math.min(OPENING_BLOCKS, newest);
  const blocks = Array.from({ length: terms.count }, () => newest - terms.random.below(span));
  blocks.sort((a, b) => a - b);
  // The counter in the transaction index keeps ids of one block apart.
  return blocks.map((block, i) =>
    parseChannelId(`${block}x${1 + (i % 4000)}x${terms.random.below(2)}`),
  );
}
