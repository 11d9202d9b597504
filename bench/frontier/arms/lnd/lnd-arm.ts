/**
 * lnd as tools use it that ask QueryRoutes with mission control and send what it answers: self to self, the first channel
 * and the last hop given, until there is no route. What lnd learns it keeps: mission control, and the policies that
 * failures brought.
 */
import type { GraphSnapshot } from '../../../../src/graph/snapshot.ts';
import {
  type AttemptCostTerms,
  attemptCostMsat,
} from '../../../../src/liquidity/mission-control/attempt-cost.ts';
import type { LndEstimator } from '../../../../src/liquidity/models/lnd-estimator.ts';
import type { Path } from '../../../../src/pathfinder/path.ts';
import {
  DEFAULT_FINAL_CLTV_DELTA,
  type PathChannel,
  pricePath,
} from '../../../../src/pathfinder/price-path.ts';
import type { ChannelPolicy, ChannelUpdateRecord } from '../../../../src/ports.ts';
import type { NodeId } from '../../../../src/units/ids.ts';
import { finalPayloadBytes } from '../../../../src/units/onion-size.ts';
import type { Arm, ArmSetting, AttemptResult, Task } from '../../arm.ts';
import { interpretedResult } from './interpreted-result.ts';
import {
  LndPathfinder,
  type LndQuestion,
  type LndStep,
  type PairProbability,
} from './lnd-pathfinder.ts';
import { type PairGraph, pairGraph, withPolicies } from './pair-graph.ts';
import { PairProbabilities } from './pair-probabilities.ts';

export interface LndTerms {
  readonly estimator: LndEstimator;
  /** lnd's own price of an attempt where absent; the arm's weight multiplies it. */
  readonly attemptCost?: AttemptCostTerms;
  /** Told of each failure, it says which directed pair the tool itself leaves out for the rest of the task. */
  readonly exclude?: (result: AttemptResult) => ExcludedPair | null;
}

export interface ExcludedPair {
  readonly from: NodeId;
  readonly to: NodeId;
}

/** lnd's `DefaultMinRouteProbability` and `max-cltv-expiry`. */
const MIN_PROBABILITY = 0.01;
const MOST_CLTV_BLOCKS = 2016;
/** Any of the present size takes the same bytes. */
const BLOCK_HEIGHT = 800_000;

/** One searcher serves all arms on a snapshot: nothing here awaits. */
interface Shared {
  readonly graph: PairGraph;
  readonly pathfinder: LndPathfinder;
}

const bySnapshot = new WeakMap<GraphSnapshot, Shared>();

function sharedOf(snapshot: GraphSnapshot): Shared {
  let shared = bySnapshot.get(snapshot);
  if (shared === undefined) {
    const graph = pairGraph(snapshot);
    shared = { graph, pathfinder: new LndPathfinder(graph) };
    bySnapshot.set(snapshot, shared);
  }
  return shared;
}

export class LndArm implements Arm {
  readonly #setting: ArmSetting;
  readonly #terms: LndTerms;
  readonly #probabilities: PairProbabilities;
  readonly #self: number;
  readonly #shared: Shared;
  #policies: readonly ChannelUpdateRecord[] = [];
  /** The announced graph with those policies. */
  #graph: PairGraph;
  #task!: Task;
  /** As `from * nodes + to`. */
  readonly #excluded = new Set<number>();

  constructor(setting: ArmSetting, terms: LndTerms) {
    const { snapshot, self } = setting;
    this.#setting = setting;
    this.#terms = terms;
    this.#shared = sharedOf(snapshot);
    this.#graph = this.#shared.graph;
    this.#self = snapshot.nodeIndex(self)!;
    this.#probabilities = new PairProbabilities(snapshot, { self, estimator: terms.estimator });
  }

  begin(task: Task): void {
    this.#task = task;
    this.#excluded.clear();
  }

  next(nowMs: number): Path | null {
    const { amountMsat, maxFeeMsat } = this.#task;
    const { self } = this.#setting;
    const { outChannelId, inChannelId, ownChannels } = this.#task;
    const { snapshot } = this.#graph;
    const out = snapshot.directionFrom(outChannelId, self)!;
    const back = snapshot.directionFrom(inChannelId, self)! ^ 1;
    const first = ownChannels.find(({ channelId }) => channelId === outChannelId)!;
    const sendableMsat = Number(first.spendableMsat);
    const finalExpiry = BLOCK_HEIGHT + DEFAULT_FINAL_CLTV_DELTA;
    const question: LndQuestion = {
      source: this.#self,
      target: this.#self,
      amountMsat: Number(amountMsat),
      feeLimitMsat: Number(maxFeeMsat),
      maxDeltaBlocks: MOST_CLTV_BLOCKS - DEFAULT_FINAL_CLTV_DELTA,
      finalExpiry,
      lastPayloadBytes: finalPayloadBytes(amountMsat, finalExpiry),
      attemptCostMsat:
        this.#setting.weight * attemptCostMsat(Number(amountMsat), this.#terms.attemptCost),
      minProbability: MIN_PROBABILITY,
      sendableMsat: (direction) => (direction === out ? sendableMsat : undefined),
      lastHop: (direction) => direction === back,
      probability: this.#unlessExcluded(this.#probabilities.at(nowMs)),
    };
    const steps = this.#shared.pathfinder.find(question, this.#graph);
    if (steps === null) return null;
    const path = pricePath(this.#channels(steps), { amountMsat });
    // Labels that were improved after others had been built on them may end dearer than the search reckoned.
    return path.hops[0]!.amountInMsat - amountMsat <= maxFeeMsat ? path : null;
  }

  learn(result: AttemptResult, nowMs: number): void {
    this.#probabilities.report(interpretedResult(result), nowMs);
    if (result.kind === 'settled') return;
    const { update } = result.verdict;
    if (update.kind === 'usable') this.#applyPolicy(update.update);
    const pair = this.#terms.exclude?.(result) ?? null;
    if (pair !== null) this.#excluded.add(this.#pairKey(pair));
  }

  /** Most failures bring the policy that is known already. */
  #applyPolicy(update: ChannelUpdateRecord): void {
    const { channelId, from, policy } = update;
    const { snapshot } = this.#graph;
    const direction = snapshot.directionFrom(channelId, from);
    const known = direction === undefined ? null : snapshot.policy(direction);
    if (known === null || sameTerms(known, policy)) return;
    const others = this.#policies.filter((u) => u.channelId !== channelId || u.from !== from);
    this.#policies = [...others, update];
    this.#graph = withPolicies(this.#shared.graph, this.#policies);
  }

  #unlessExcluded(probability: PairProbability): PairProbability {
    const excluded = this.#excluded;
    if (excluded.size === 0) return probability;
    const nodes = this.#graph.snapshot.nodeCount;
    return (from, to, amountMsat, capacityMsat) =>
      excluded.has(from * nodes + to) ? 0 : probability(from, to, amountMsat, capacityMsat);
  }

  #pairKey({ from, to }: ExcludedPair): number {
    const { snapshot } = this.#setting;
    return snapshot.nodeIndex(from)! * snapshot.nodeCount + snapshot.nodeIndex(to)!;
  }

  #channels(steps: readonly LndStep[]): PathChannel[] {
    const { snapshot } = this.#graph;
    return steps.map(({ direction, timeLockDelta }) => {
      const announced = snapshot.policy(direction);
      const { inboundFeeBaseMsat = 0n, inboundFeeRatePpm = 0 } =
        snapshot.policy(direction ^ 1) ?? {};
      return {
        channelId: snapshot.channelId(direction >> 1),
        from: snapshot.nodeId(snapshot.from(direction)),
        to: snapshot.nodeId(snapshot.to(direction)),
        capacitySat: BigInt(snapshot.columns.capacitySat[direction >> 1]!),
        policy: announced && { ...announced, timeLockDelta },
        inboundFee: { inboundFeeBaseMsat, inboundFeeRatePpm },
      };
    });
  }
}

function sameTerms(one: ChannelPolicy, other: ChannelPolicy): boolean {
  return TERMS.every((name) => one[name] === other[name]);
}

const TERMS = [
  'feeBaseMsat',
  'feeRatePpm',
  'timeLockDelta',
  'minHtlcMsat',
  'maxHtlcMsat',
  'disabled',
  'inboundFeeBaseMsat',
  'inboundFeeRatePpm',
] as const satisfies readonly (keyof ChannelPolicy)[];
