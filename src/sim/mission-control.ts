/**
 * lnd's memory of what its payments showed, pair by pair (lnd: `routing/missioncontrol_state.go`). It is what
 * QueryMissionControl tells; the simulated node itself never searches a route.
 */
import type { Failure } from '../generated/messages/failure.ts';
import type { Route } from '../generated/messages/route.ts';
import type { MissionControlPair } from '../ports.ts';
import type { NodeId } from '../units/ids.ts';
import { attemptResults, type PairResult } from './pair-results.ts';

export interface KnownPair {
  readonly successAmtMsat: bigint;
  readonly successAtMs: number | null;
  readonly failAmtMsat: bigint;
  readonly failAtMs: number | null;
}

export const UNKNOWN_PAIR: KnownPair = {
  successAmtMsat: 0n,
  successAtMs: null,
  failAmtMsat: 0n,
  failAtMs: null,
};
/** lnd's `MinFailureRelaxInterval`, and its `minSecondChanceInterval`. */
const ONE_MINUTE_MS = 60_000;

interface Ended {
  readonly route: Route;
  readonly sender: NodeId;
  /** `null`: it settled. */
  readonly failure: Failure | null;
}

export class MissionControl {
  readonly #known = new Map<NodeId, Map<NodeId, KnownPair>>();
  readonly #secondChances = new Map<string, number>();

  /** An attempt has ended. */
  report({ route, sender, failure }: Ended, nowMs: number): void {
    const { pairs, failedNode, policyPair } = attemptResults({ route, sender }, failure);
    if (policyPair !== null && this.#letsOff(policyPair, nowMs)) return;
    if (failedNode !== null) this.#failAllOf(failedNode, nowMs);
    // Of a pair that is named twice the later result counts, as in lnd's map of them.
    const last = new Map(pairs.map((pair) => [`${pair.from} ${pair.to}`, pair]));
    for (const result of last.values()) this.#set(result, nowMs, { force: false });
  }

  /** Dates in whole seconds, as lnd tells them. */
  pairs(): readonly MissionControlPair[] {
    return [...this.#known].flatMap(([from, others]) =>
      [...others].map(([to, { successAmtMsat, successAtMs, failAmtMsat, failAtMs }]) => ({
        from,
        to,
        successAmtMsat,
        successAtMs: wholeSeconds(successAtMs),
        failAmtMsat,
        failAtMs: wholeSeconds(failAtMs),
      })),
    );
  }

  /** Takes from each pair what is newer than what it knows, or all of it by force; older failures come first. */
  import(pairs: readonly MissionControlPair[], force: boolean): void {
    for (const { from, to, successAmtMsat, successAtMs, failAmtMsat, failAtMs } of pairs) {
      const known = this.#of(from, to);
      if (force || isLater(failAtMs, known.failAtMs)) {
        const result = { from, to, passed: false, amountMsat: failAmtMsat };
        this.#set(result, failAtMs, { force });
      }
      if (force || isLater(successAtMs, known.successAtMs)) {
        const result = { from, to, passed: true, amountMsat: successAmtMsat };
        this.#set(result, successAtMs, { force });
      }
    }
  }

  #of(from: NodeId, to: NodeId): KnownPair {
    return this.#known.get(from)?.get(to) ?? UNKNOWN_PAIR;
  }

  #set(
    { from, to, passed, amountMsat }: PairResult,
    atMs: number | null,
    { force }: { readonly force: boolean },
  ): void {
    const known = this.#of(from, to);
    const next = withResult(known, { passed, amountMsat, atMs, force });
    const others = this.#known.get(from);
    if (others === undefined) this.#known.set(from, new Map([[to, next]]));
    else others.set(to, next);
  }

  #letsOff({ from, to }: { readonly from: NodeId; readonly to: NodeId }, nowMs: number): boolean {
    const pair = `${from} ${to}`;
    const lastMs = this.#secondChances.get(pair);
    if (lastMs !== undefined && nowMs - lastMs <= ONE_MINUTE_MS) return false;
    this.#secondChances.set(pair, nowMs);
    return true;
  }

  #failAllOf(nodeId: NodeId, nowMs: number): void {
    const failed: KnownPair = { ...UNKNOWN_PAIR, failAtMs: nowMs };
    for (const [from, others] of this.#known) {
      for (const to of others.keys()) {
        if (from === nodeId || to === nodeId) others.set(to, failed);
      }
    }
  }
}

interface Result {
  readonly passed: boolean;
  readonly amountMsat: bigint;
  readonly atMs: number | null;
  readonly force: boolean;
}

/** lnd's `setLastPairResult`. */
export const withResult = (known: KnownPair, result: Result): KnownPair =>
  result.passed ? withSuccess(known, result) : withFailure(known, result);

/** Never lowers what is known to pass; a failure at or below it moves up. */
function withSuccess(known: KnownPair, { amountMsat, atMs, force }: Result): KnownPair {
  const { successAmtMsat, failAmtMsat, failAtMs } = known;
  const collides = failAtMs !== null && (force || amountMsat >= failAmtMsat);
  return {
    successAtMs: atMs,
    successAmtMsat: force || amountMsat > successAmtMsat ? amountMsat : successAmtMsat,
    failAtMs,
    failAmtMsat: collides ? amountMsat + 1n : failAmtMsat,
  };
}

/** Of two within a minute the one that forbids more stays. */
function withFailure(known: KnownPair, { amountMsat, atMs, force }: Result): KnownPair {
  const { successAmtMsat, successAtMs, failAmtMsat, failAtMs } = known;
  const soon = failAtMs !== null && atMs !== null && atMs - failAtMs < ONE_MINUTE_MS;
  if (!force && soon && amountMsat > failAmtMsat) return known;
  const most = amountMsat === 0n ? 0n : amountMsat - 1n;
  return {
    successAtMs,
    successAmtMsat: successAmtMsat > most ? most : successAmtMsat,
    failAtMs: atMs,
    failAmtMsat: amountMsat,
  };
}

const isLater = (atMs: number | null, thanMs: number | null): boolean =>
  atMs !== null && (thanMs === null || atMs > thanMs);

const wholeSeconds = (atMs: number | null): number | null =>
  atMs === null ? null : Math.floor(atMs / 1000) * 1000;
