/**
 * A node's QueryRoutes with mission control, and SendToRouteV2 that teaches it: what tools on lnd choose and send routes
 * with. The search and the estimator are those of the frontier benchmark's lnd arms.
 */

import { interpretFailure } from '../../../../src/executor/interpret-failure.ts';
import type { Verdict } from '../../../../src/executor/verdict.ts';
import {
  type AttemptCostTerms,
  attemptCostMsat,
} from '../../../../src/liquidity/mission-control/attempt-cost.ts';
import { aprioriModel } from '../../../../src/liquidity/models/apriori.ts';
import { buildRoute } from '../../../../src/pathfinder/build-route.ts';
import type { Path } from '../../../../src/pathfinder/path.ts';
import {
  DEFAULT_FINAL_CLTV_DELTA,
  type PathChannel,
  pricePath,
} from '../../../../src/pathfinder/price-path.ts';
import type { InvoiceTerms, OwnChannel } from '../../../../src/ports.ts';
import type { ChannelId, NodeId } from '../../../../src/units/ids.ts';
import { finalPayloadBytes } from '../../../../src/units/onion-size.ts';
import { interpretedResult } from '../../../frontier/arms/lnd/interpreted-result.ts';
import { LndPathfinder, type LndStep } from '../../../frontier/arms/lnd/lnd-pathfinder.ts';
import { type PairGraph, pairGraph } from '../../../frontier/arms/lnd/pair-graph.ts';
import { PairProbabilities } from '../../../frontier/arms/lnd/pair-probabilities.ts';
import type { ArmSetting } from '../../arm.ts';

export interface RouteQuestion {
  readonly amountMsat: bigint;
  readonly maxFeeMsat: bigint;
  /** The channel to leave by. @defaultValue any that is active and has the balance */
  readonly outChannelId?: ChannelId;
  /** The peer to come back from. */
  readonly lastHop: NodeId;
  /** Directed pairs that are not to be used. */
  readonly ignored: Pairs;
  /** lnd's request field of this name. @defaultValue 0 */
  readonly timePreference?: number;
}

/** A set of directed pairs of nodes. */
export class Pairs {
  readonly #keys = new Set<string>();

  add(from: NodeId, to: NodeId): void {
    this.#keys.add(`${from} ${to}`);
  }

  has(from: NodeId, to: NodeId): boolean {
    return this.#keys.has(`${from} ${to}`);
  }

  get size(): number {
    return this.#keys.size;
  }
}

export type LndOutcome =
  | { readonly kind: 'settled' }
  | { readonly kind: 'failed'; readonly verdict: Verdict }
  | { readonly kind: 'not_sent'; readonly reason: string };

/** lnd's `DefaultMinRouteProbability` and `max-cltv-expiry`. */
const MIN_PROBABILITY = 0.01;
const MOST_CLTV_BLOCKS = 2016;
/** Any of the present size takes the same bytes. */
const BLOCK_HEIGHT = 800_000;

/** What a path costs beyond the amount that arrives. */
export const feeOf = ({ hops }: Path): bigint => hops[0]!.amountInMsat - hops.at(-1)!.amountOutMsat;

export class LndRoutes {
  readonly #setting: ArmSetting;
  readonly #graph: PairGraph;
  readonly #pathfinder: LndPathfinder;
  readonly #probabilities: PairProbabilities;
  readonly #self: number;
  attempts = 0;

  constructor(setting: ArmSetting) {
    const { graph, self } = setting;
    const snapshot = graph.snapshot();
    this.#setting = setting;
    this.#graph = pairGraph(snapshot);
    this.#pathfinder = new LndPathfinder(this.#graph);
    this.#self = snapshot.nodeIndex(self)!;
    this.#probabilities = new PairProbabilities(snapshot, { self, estimator: aprioriModel() });
  }

  /** `null` where lnd finds none. Priced with lnd's default final delta. */
  query(question: RouteQuestion, ownChannels: readonly OwnChannel[]): Path | null {
    const { amountMsat, maxFeeMsat, outChannelId, lastHop, ignored } = question;
    const { snapshot } = this.#graph;
    const sendable = new Map<number, number>();
    for (const { graphChannelId, channelId, active, spendableMsat } of ownChannels) {
      if (!active || (outChannelId !== undefined && channelId !== outChannelId)) continue;
      const direction = snapshot.directionFrom(graphChannelId, this.#setting.self);
      if (direction !== undefined) sendable.set(direction, Number(spendableMsat));
    }
    const last = snapshot.nodeIndex(lastHop)!;
    const probability = this.#probabilities.at(this.#setting.clock.now());
    const finalExpiry = BLOCK_HEIGHT + DEFAULT_FINAL_CLTV_DELTA;
    const cost: AttemptCostTerms = { timePreference: question.timePreference ?? 0 };
    const steps = this.#pathfinder.find(
      {
        source: this.#self,
        target: this.#self,
        amountMsat: Number(amountMsat),
        feeLimitMsat: Number(maxFeeMsat),
        maxDeltaBlocks: MOST_CLTV_BLOCKS - DEFAULT_FINAL_CLTV_DELTA,
        finalExpiry,
        lastPayloadBytes: finalPayloadBytes(amountMsat, finalExpiry),
        attemptCostMsat: attemptCostMsat(Number(amountMsat), cost),
        minProbability: MIN_PROBABILITY,
        sendableMsat: (direction) => sendable.get(direction),
        lastHop: (direction) => snapshot.from(direction) === last,
        probability: (from, to, amount, capacity) =>
          ignored.size > 0 && ignored.has(snapshot.nodeId(from), snapshot.nodeId(to))
            ? 0
            : probability(from, to, amount, capacity),
      },
      this.#graph,
    );
    if (steps === null) return null;
    const path = pricePath(this.#channels(steps), { amountMsat });
    // Labels that were improved after others had been built on them may end dearer than the search reckoned.
    return feeOf(path) <= maxFeeMsat ? path : null;
  }

  /** The same nodes and channels for another amount. */
  rebuilt(path: Path, amountMsat: bigint): Path {
    return pricePath(path.hops, { amountMsat });
  }

  /** Pays an invoice of ours along the path, or for a probe nobody's; mission control learns from the end. */
  async send(path: Path, invoice: InvoiceTerms): Promise<LndOutcome> {
    const { node, self, clock } = this.#setting;
    const { blockHeight } = await node.info();
    const route = buildRoute(path, {
      paymentAddr: invoice.paymentAddr,
      blockHeight,
      finalCltvDelta: DEFAULT_FINAL_CLTV_DELTA,
    });
    this.attempts++;
    const outcome = await node.sendToRoute({ paymentHash: invoice.paymentHash, route });
    if (outcome.kind === 'not_sent' || outcome.kind === 'unknown') {
      return { kind: 'not_sent', reason: outcome.reason };
    }
    if (outcome.kind === 'settled') {
      const facts = path.hops.map(({ from, to, amountInMsat }) => ({
        kind: 'moved' as const,
        from,
        to,
        amountMsat: amountInMsat,
      }));
      this.#probabilities.report(interpretedResult({ kind: 'settled', path, facts }), clock.now());
      return { kind: 'settled' };
    }
    const { failure } = outcome;
    const verdict = interpretFailure(route, failure, self);
    this.#probabilities.report(
      interpretedResult({ kind: 'failed', path, route, failure, verdict }),
      clock.now(),
    );
    return { kind: 'failed', verdict };
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
