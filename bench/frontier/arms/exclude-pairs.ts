/**
 * rebalance-lnd's loop (b378a2d of December 2025): QueryRoutes with mission control and `time_pref` -1, which makes fees
 * count nineteen times as much against attempts, and within a run pairs that failed are left out. It asks again and
 * skips what it has tried; a hundred questions are the most.
 */
import { aprioriModel } from '../../../src/liquidity/models/apriori.ts';
import type { Path } from '../../../src/pathfinder/path.ts';
import type { Arm, ArmKind, ArmSetting, AttemptResult, Task } from '../arm.ts';
import { type ExcludedPair, LndArm } from './lnd/lnd-arm.ts';

export const excludePairsArm: ArmKind = {
  name: 'exclude-pairs',
  weights: [0.1, 0.3, 1, 3, 10, 30],
  open: (setting) => new ExcludePairs(setting),
};

const MOST_QUESTIONS = 100;
/** Codes after which the tool leaves the pair behind the failing node out. Fees it expects lnd to have put right. */
const EXCLUDED: readonly string[] = [
  'TEMPORARY_CHANNEL_FAILURE',
  'UNKNOWN_NEXT_PEER',
  'CHANNEL_DISABLED',
  'INCORRECT_CLTV_EXPIRY',
];

class ExcludePairs implements Arm {
  readonly #lnd: LndArm;
  readonly #tried = new Set<string>();
  #questions = 0;

  constructor(setting: ArmSetting) {
    this.#lnd = new LndArm(setting, {
      estimator: aprioriModel(),
      attemptCost: { timePreference: -1 },
      exclude: excludedPair,
    });
  }

  begin(task: Task): void {
    this.#lnd.begin(task);
    this.#tried.clear();
    this.#questions = 0;
  }

  next(nowMs: number): Path | null {
    if (this.#questions++ >= MOST_QUESTIONS) return null;
    const path = this.#lnd.next(nowMs);
    if (path === null) return null;
    const route = path.hops.map((hop) => `${hop.channelId} ${hop.amountInMsat}`).join();
    // lnd would answer the questions that are left the same way.
    if (this.#tried.has(route)) return null;
    this.#tried.add(route);
    return path;
  }

  learn(result: AttemptResult, nowMs: number): void {
    this.#lnd.learn(result, nowMs);
  }
}

/** The pair that the failing node was to forward over; none where the first or the last node failed. */
function excludedPair(result: AttemptResult): ExcludedPair | null {
  if (result.kind === 'settled') return null;
  const { code, sourceIndex } = result.verdict;
  if (sourceIndex === null || sourceIndex === 0 || !EXCLUDED.includes(code)) return null;
  const hop = result.path.hops[sourceIndex];
  return hop === undefined ? null : { from: hop.from, to: hop.to };
}
