/** Counts what the summary of a run tells. */
import type { RebalanceReport } from '../executor/rebalance-report.ts';
import type { OperatorSummary } from './operator-run.ts';

type Figures = Omit<OperatorSummary, 'endedBy' | 'startedAtMs' | 'endedAtMs'>;

export class OperatorTally {
  figures: Figures = {
    rounds: 0,
    failedRounds: 0,
    moves: 0,
    settledMoves: 0,
    inFlightMoves: 0,
    movedMsat: 0n,
    feePaidMsat: 0n,
  };

  planned(): void {
    this.figures = { ...this.figures, rounds: this.figures.rounds + 1 };
  }

  failed(): void {
    this.figures = { ...this.figures, failedRounds: this.figures.failedRounds + 1 };
  }

  begun(): void {
    this.figures = { ...this.figures, moves: this.figures.moves + 1 };
  }

  ended({ outcome, movedMsat, feePaidMsat }: RebalanceReport): void {
    const { figures } = this;
    this.figures = {
      ...figures,
      settledMoves: figures.settledMoves + (outcome.kind === 'settled' ? 1 : 0),
      inFlightMoves: figures.inFlightMoves + (outcome.kind === 'in_flight' ? 1 : 0),
      movedMsat: figures.movedMsat + movedMsat,
      feePaidMsat: figures.feePaidMsat + feePaidMsat,
    };
  }
}
