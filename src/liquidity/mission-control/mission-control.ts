/**
 * lnd's mission control: what payments taught about directed pairs of nodes, and the probabilities that one of its two
 * estimators makes of it (lnd: `routing/missioncontrol.go`). For predicting what lnd would do, and for a sender that
 * chooses as lnd does; Ballast's own memory is the `LiquidityBook`.
 */

import type { MissionControlPair } from '../../ports.ts';
import type { NodeId } from '../../units/ids.ts';
import { type Evidence, NO_EVIDENCE } from '../evidence.ts';
import type { LndEstimator } from '../models/lnd-estimator.ts';
import { allFailed, type PairResult, withResult } from './pair-result.ts';

export interface MissionControlOptions {
  /** Whose channels are its own; their balances are known. */
  readonly self: NodeId;
  readonly estimator: LndEstimator;
  /** So long a failure of a larger amount is ignored after a smaller one's. @defaultValue one minute, as lnd */
  readonly minFailureRelaxMs?: number;
  /** How often a pair may fail by its policy unpunished. @defaultValue once in a minute, as lnd */
  readonly secondChanceMs?: number;
}

export interface DirectedPair {
  readonly from: NodeId;
  readonly to: NodeId;
}

/** What an attempt's end says in lnd's eyes (lnd: `result_interpretation.go`). */
export interface InterpretedResult {
  /** At most one per pair counts: the last. */
  readonly pairs: readonly (DirectedPair & PairResult)[];
  /** A node that is to blame as a whole: what is known of its pairs turns into failure. */
  readonly failedNode: NodeId | null;
  /** The pair whose policy the payment did not meet; its owner may get a second chance. */
  readonly policyPair: DirectedPair | null;
}

export interface PairQuestion extends DirectedPair {
  readonly amountMsat: number;
  /** Of the largest channel; 0 where unknown. */
  readonly capacityMsat: number;
}

const ONE_MINUTE_MS = 60_000;
const NO_LEANS: readonly number[] = [];

export class MissionControl {
  readonly #self: NodeId;
  readonly #estimator: LndEstimator;
  readonly #minFailureRelaxMs: number;
  readonly #secondChanceMs: number;
  readonly #known = new Map<NodeId, Map<NodeId, Evidence>>();
  /** When each pair was last let off. */
  readonly #letOffAtMs = new Map<string, number>();

  constructor(options: MissionControlOptions) {
    this.#self = options.self;
    this.#estimator = options.estimator;
    this.#minFailureRelaxMs = options.minFailureRelaxMs ?? ONE_MINUTE_MS;
    this.#secondChanceMs = options.secondChanceMs ?? ONE_MINUTE_MS;
  }

  /**
   * Books a result. Where a pair gets its second chance nothing else of the result is booked, successes included.
   *
   * @returns Whether it was booked.
   */
  report(result: InterpretedResult, nowMs: number): boolean {
    const { policyPair, failedNode } = result;
    if (policyPair !== null && this.#letOff(policyPair, nowMs)) return false;
    if (failedNode !== null) this.#failAll(failedNode, nowMs);
    const last = new Map(result.pairs.map((pair) => [keyOf(pair), pair]));
    for (const pair of last.values()) this.record(pair, nowMs);
    return true;
  }

  /** Books one pair's result. @param force Replaces what is known instead of widening it. */
  record(result: DirectedPair & PairResult, nowMs: number, force = false): void {
    const leaving = this.#known.get(result.from) ?? new Map<NodeId, Evidence>();
    this.#known.set(result.from, leaving);
    const known = leaving.get(result.to) ?? NO_EVIDENCE;
    const minFailureRelaxMs = this.#minFailureRelaxMs;
    leaving.set(result.to, withResult(known, result, { nowMs, force, minFailureRelaxMs }));
  }

  /** Whether anything is known of pairs that leave the node. */
  knows(from: NodeId): boolean {
    return this.#known.has(from);
  }

  /** Probability that the pair carries the amount now. */
  probability({ from, to, amountMsat, capacityMsat }: PairQuestion, nowMs: number): number {
    const leaving = this.#known.get(from);
    const evidence = leaving?.get(to) ?? NO_EVIDENCE;
    if (from === this.#self) return this.#estimator.ownProbability(evidence, nowMs);
    const query = {
      capacitiesMsat: [capacityMsat],
      leans: NO_LEANS,
      evidence,
      reverse: NO_EVIDENCE,
      neighbours: () => othersThan(to, leaving),
    };
    return this.#estimator.probability(query, amountMsat, nowMs);
  }

  /** All that is known, as lnd's `QueryMissionControl` lists it. */
  pairs(): MissionControlPair[] {
    const pairs: MissionControlPair[] = [];
    for (const [from, leaving] of this.#known) {
      for (const [to, { lowMsat, lowAtMs, highMsat, highAtMs }] of leaving) {
        pairs.push({
          from,
          to,
          successAmtMsat: BigInt(lowMsat),
          successAtMs: lowAtMs === 0 ? null : wholeSeconds(lowAtMs),
          failAmtMsat: highAtMs === 0 ? 0n : BigInt(highMsat),
          failAtMs: highAtMs === 0 ? null : wholeSeconds(highAtMs),
        });
      }
    }
    return pairs;
  }

  #letOff(pair: DirectedPair, nowMs: number): boolean {
    const lastMs = this.#letOffAtMs.get(keyOf(pair));
    if (lastMs !== undefined && nowMs - lastMs <= this.#secondChanceMs) return false;
    this.#letOffAtMs.set(keyOf(pair), nowMs);
    return true;
  }

  #failAll(node: NodeId, nowMs: number): void {
    for (const [from, leaving] of this.#known) {
      for (const to of leaving.keys()) {
        if (from === node || to === node) leaving.set(to, allFailed(nowMs));
      }
    }
  }
}

const keyOf = ({ from, to }: DirectedPair): string => from + to;

const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000;

function* othersThan(
  to: NodeId,
  leaving: ReadonlyMap<NodeId, Evidence> | undefined,
): Iterable<Evidence> {
  for (const [other, evidence] of leaving ?? []) if (other !== to) yield evidence;
}
