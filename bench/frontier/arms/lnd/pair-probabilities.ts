/** Mission control's probabilities by node index, quick where nothing is known of a node. */
import type { GraphSnapshot } from '../../../../src/graph/snapshot.ts';
import { NO_EVIDENCE } from '../../../../src/liquidity/evidence.ts';
import type { CorridorQuery } from '../../../../src/liquidity/liquidity-model.ts';
import {
  type InterpretedResult,
  MissionControl,
} from '../../../../src/liquidity/mission-control/mission-control.ts';
import type { LndEstimator } from '../../../../src/liquidity/models/lnd-estimator.ts';
import type { NodeId } from '../../../../src/units/ids.ts';
import type { PairProbability } from './lnd-pathfinder.ts';

export class PairProbabilities {
  readonly #snapshot: GraphSnapshot;
  readonly #estimator: LndEstimator;
  readonly #control: MissionControl;
  /** By node: 1 where pairs that leave it are known. */
  readonly #known: Uint8Array;

  constructor(
    snapshot: GraphSnapshot,
    { self, estimator }: { self: NodeId; estimator: LndEstimator },
  ) {
    this.#snapshot = snapshot;
    this.#estimator = estimator;
    this.#control = new MissionControl({ self, estimator });
    this.#known = new Uint8Array(snapshot.nodeCount);
    this.#known[snapshot.nodeIndex(self)!] = 1;
  }

  report(result: InterpretedResult, nowMs: number): void {
    if (!this.#control.report(result, nowMs)) return;
    for (const { from } of result.pairs) this.#known[this.#snapshot.nodeIndex(from)!] = 1;
  }

  at(nowMs: number): PairProbability {
    const snapshot = this.#snapshot;
    const known = this.#known;
    const estimator = this.#estimator;
    const control = this.#control;
    const capacitiesMsat = [0];
    const unknown: CorridorQuery = { ...UNKNOWN, capacitiesMsat };
    return (from, to, amountMsat, capacityMsat) => {
      if (known[from] === 0) {
        capacitiesMsat[0] = capacityMsat;
        return estimator.probability(unknown, amountMsat, nowMs);
      }
      const pair = { from: snapshot.nodeId(from), to: snapshot.nodeId(to) };
      return control.probability({ ...pair, amountMsat, capacityMsat }, nowMs);
    };
  }
}

const NOTHING: readonly [] = [];
const UNKNOWN = {
  leans: NOTHING,
  evidence: NO_EVIDENCE,
  reverse: NO_EVIDENCE,
  neighbours: () => NOTHING,
};
