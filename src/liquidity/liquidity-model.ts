/** The small interface behind which every model of hidden balances stands: types only. */
import type { Evidence } from './evidence.ts';

/** One directed corridor, as a model is asked about it. */
export interface CorridorQuery {
  /** Capacity of each channel that leads from the one node to the other and could forward; msat, at least one. */
  readonly capacitiesMsat: readonly number[];
  /**
   * How the fee of each of these channels compares with the fee back, from -2, far cheaper, to 2, far dearer. Traffic takes
   * the cheaper way until nothing is left there.
   */
  readonly leans: readonly number[];
  readonly evidence: Evidence;
  /** Of the same channels in the opposite direction. */
  readonly reverse: Evidence;
  /** Of the other corridors that leave the same node, without this one: what lnd's estimators mix in. */
  readonly neighbours: () => Iterable<Evidence>;
}

/**
 * What is believed of balances nobody can see: a probability for each corridor, by what attempts have shown of it.
 */
export interface LiquidityModel {
  /** For messages and stored state: `uniform`, `bimodal`, `apriori`, ... */
  readonly name: string;
  /**
   * Probability from 0 to 1 that the corridor carries the amount now.
   *
   * @param nowMs Milliseconds since the Unix epoch; evidence fades with its age.
   */
  probability(query: CorridorQuery, amountMsat: number, nowMs: number): number;
  /** What it makes of a test whose result is about to join the evidence. Models without memory have none. */
  readonly learning?: ModelLearning;
}

/** The memory of a model that learns from attempts what balances are like in general. */
export interface ModelLearning {
  /** Rises when probabilities without evidence have changed enough to be reckoned anew. */
  readonly epoch: number;
  /**
   * What a test showed, weighed against what was believed when it was made. `nowMs`: milliseconds since the Unix epoch.
   */
  learn(query: CorridorQuery, test: CorridorTest, nowMs: number): void;
  /** As if nothing had been learnt. */
  forget(): void;
  /** All that was learnt, as plain numbers for a store. */
  state(): readonly number[];
  /** Takes back what `state` gave; whatever is not that leaves it as it is. */
  restore(state: readonly number[]): void;
}

/** That a corridor was tried with an amount, and whether it carried it. */
export interface CorridorTest {
  readonly amountMsat: number;
  readonly passed: boolean;
}
