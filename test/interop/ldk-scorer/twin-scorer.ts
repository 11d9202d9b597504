/** A real LDK scorer and Ballast's port of it on one small network, told the same. */
import type {
  NodeId as LdkNodeId,
  NetworkGraph,
  Path,
  ProbabilisticScorer,
  ProbabilisticScoringFeeParameters,
} from 'lightningdevkit';
import { type LdkModule, silentLogger } from '../../../bench/ldk/load-ldk.ts';
import { ldkNetworkGraph } from '../../../bench/ldk/network-graph.ts';
import { nodeKey } from '../../../bench/ldk/node-key.ts';
import { LdkScorer, type ScoredHop } from '../../../src/liquidity/ldk/ldk-scorer.ts';
import type { ChannelPolicy, GraphDescription } from '../../../src/ports.ts';
import type { ChannelId, NodeId } from '../../../src/units/ids.ts';
import { channelOf, nodeIdOf } from '../../graph/make-graph.ts';
import type { SeededRandom } from '../../seeded-random.ts';

const NODES = 7;
const CHORDS = 0.5;

/** A channel in one direction. */
export interface Step {
  readonly channelId: ChannelId;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly capacityMsat: number;
  readonly policy: ChannelPolicy;
}

interface ToldPayment {
  readonly amountMsat: number;
  readonly seconds: number;
}

export class TwinScorer {
  readonly ours: LdkScorer = new LdkScorer();
  readonly theirs: ProbabilisticScorer;
  readonly graph: NetworkGraph;
  readonly steps: readonly Step[];
  readonly #ldk: LdkModule;

  constructor(ldk: LdkModule, random: SeededRandom) {
    this.#ldk = ldk;
    const description = randomNetwork(random);
    this.graph = ldkNetworkGraph(ldk, description);
    this.steps = stepsOf(description);
    this.theirs = ldk.ProbabilisticScorer.constructor_new(
      ldk.ProbabilisticScoringDecayParameters.constructor_default(),
      this.graph,
      silentLogger(ldk),
    );
  }

  /** A way through the network that crosses no channel twice. */
  walk(random: SeededRandom, length: number): Step[] {
    const walk = [random.pick(this.steps)];
    while (walk.length < length) {
      const onwards = this.steps.filter(
        ({ from, channelId }) =>
          from === walk.at(-1)!.to && walk.every((step) => step.channelId !== channelId),
      );
      if (onwards.length === 0) break;
      walk.push(random.pick(onwards));
    }
    return walk;
  }

  /** @param failedAt Place of the step that failed; the length of the way where it was the receiver. */
  fail(way: readonly Step[], failedAt: number, payment: ToldPayment): void {
    const { amountMsat, seconds } = payment;
    const reached = failedAt === way.length;
    const update = this.theirs.as_ScoreUpdate();
    const path = this.#path(way, amountMsat);
    if (reached) update.probe_successful(path, BigInt(seconds));
    else update.payment_path_failed(path, BigInt(way[failedAt]!.channelId), BigInt(seconds));
    const hops = way.slice(0, failedAt + 1).map(scoredHop);
    this.ours.failed({ hops, amountMsat, nowMs: 1000 * seconds }, reached);
  }

  settle(way: readonly Step[], { amountMsat, seconds }: ToldPayment): void {
    this.theirs
      .as_ScoreUpdate()
      .payment_path_successful(this.#path(way, amountMsat), BigInt(seconds));
    this.ours.settled({ hops: way.map(scoredHop), amountMsat, nowMs: 1000 * seconds });
  }

  pass(seconds: number): void {
    this.theirs.as_ScoreUpdate().time_passed(BigInt(seconds));
    this.ours.timePassed(1000 * seconds);
  }

  theirLiveProbability(
    step: Step,
    amountMsat: number,
    fees: ProbabilisticScoringFeeParameters,
  ): number {
    const answer = this.theirs.live_estimated_payment_success_probability(
      BigInt(step.channelId),
      this.nodeId(step.to),
      BigInt(amountMsat),
      fees,
    );
    if (answer instanceof this.#ldk.Option_f64Z_Some) return answer.some;
    throw new Error('LDK knows the channel and gives no probability');
  }

  theirHistoricalProbability(
    step: Step,
    amountMsat: number,
    fees: ProbabilisticScoringFeeParameters,
  ): number | null {
    const answer = this.theirs.historical_estimated_payment_success_probability(
      BigInt(step.channelId),
      this.nodeId(step.to),
      BigInt(amountMsat),
      fees,
      false,
    );
    return answer instanceof this.#ldk.Option_f64Z_Some ? answer.some : null;
  }

  nodeId(node: NodeId): LdkNodeId {
    const read = this.#ldk.NodeId.constructor_from_slice(Buffer.from(nodeKey(node), 'hex'));
    if (read instanceof this.#ldk.Result_NodeIdDecodeErrorZ_OK) return read.res;
    throw new Error('LDK refuses a node id');
  }

  /** Amounts kept on the way are 0: the scorer only looks at what arrives. */
  #path(way: readonly Step[], amountMsat: number): Path {
    const ldk = this.#ldk;
    const hops = way.map((step, i) =>
      ldk.RouteHop.constructor_new(
        Buffer.from(nodeKey(step.to), 'hex'),
        ldk.NodeFeatures.constructor_empty(),
        BigInt(step.channelId),
        ldk.ChannelFeatures.constructor_empty(),
        i === way.length - 1 ? BigInt(amountMsat) : 0n,
        40,
        true,
      ),
    );
    return ldk.Path.constructor_new(hops, null);
  }
}

/** LDK orders a channel's ends by their keys. */
export const scoredHop = ({ channelId, from, to, capacityMsat }: Step): ScoredHop => ({
  channelId,
  way: nodeKey(from) < nodeKey(to) ? 0 : 1,
  capacityMsat,
});

function randomNetwork(random: SeededRandom): GraphDescription {
  const names = Array.from({ length: NODES }, (_, i) => i + 1);
  const ends = names.flatMap((one) =>
    names.filter((other) => other > one).map((other) => [one, other] as const),
  );
  const onRing = ([one, other]: readonly [number, number]): boolean =>
    other === one + 1 || (one === 1 && other === NODES);
  const channels = ends
    .filter((pair) => onRing(pair) || random.chance(CHORDS))
    .map((pair, i) => {
      const capacitySat = random.pick([20_000, 1_000_000, 16_777_215, 123_456_789]);
      const policy = (): Partial<ChannelPolicy> => ({
        feeBaseMsat: BigInt(random.between(0, 2000)),
        feeRatePpm: random.between(0, 3000),
        maxHtlcMsat: BigInt(Math.floor(capacitySat * 1000 * random.pick([0.3, 0.5, 0.99, 1]))),
      });
      return channelOf({
        id: `800000x${i + 1}x0`,
        ends: pair,
        capacitySat: BigInt(capacitySat),
        policy1: policy(),
        policy2: policy(),
      });
    });
  const nodes = names.map((name) => ({ nodeId: nodeIdOf(name), alias: '', lastUpdate: 0 }));
  return { nodes, channels, rejected: [] };
}

function stepsOf({ channels }: GraphDescription): Step[] {
  return channels.flatMap(({ channelId, node1, node2, capacitySat, policy1, policy2 }) => {
    const capacityMsat = 1000 * Number(capacitySat);
    return [
      { channelId, capacityMsat, from: node1, to: node2, policy: policy1! },
      { channelId, capacityMsat, from: node2, to: node1, policy: policy2! },
    ];
  });
}
