/**
 * How fast bounds stop being true, learnt from corridors that are tested again. Some balances change within the hour, for
 * much is paid over them, others stay for weeks: a bound is taken to belong to a corridor of each kind with a certain
 * share. Those shares are sought under which the results of tests are likeliest, by expectation maximisation; what they
 * start from counts as some tests of its own.
 */

/** Of a bound's two ends: what is true of both, of one, of neither. */
export interface Trust {
  /** Probability that the lower bound is still true, that the upper one is, and that both are. */
  readonly low: number;
  readonly high: number;
  readonly both: number;
}

export interface Ages {
  readonly lowMs: number;
  readonly highMs: number;
}

/** The latest so many tests count: what the network was like months ago is no matter. */
const TESTS_KEPT = 2048;
const STEPS = 50;
/** A result that all kinds foretell alike tells nothing about them. */
const LEAST_DIFFERENCE = 0.05;
/** No kind is refuted by a single test: a peer may have many reasons to fail. */
const LEAST_LIKELIHOOD = 0.05;

export class FadingShares {
  readonly #timesMs: readonly number[];
  readonly #start: readonly number[];
  readonly #firmness: number;
  #shares: readonly number[];
  /** Of each test's result, by kind. */
  readonly #likelihoods: Float64Array;
  #tests = 0;

  /** @param start Share of each time constant; they add up to 1, and weigh as much as `firmness` tests. */
  constructor(terms: {
    readonly timesMs: readonly number[];
    readonly start: readonly number[];
    readonly firmness: number;
  }) {
    this.#timesMs = terms.timesMs;
    this.#start = terms.start;
    this.#firmness = terms.firmness;
    this.#shares = terms.start;
    this.#likelihoods = new Float64Array(TESTS_KEPT * terms.start.length);
  }

  /** Tests ever added that told something. */
  get tests(): number {
    return this.#tests;
  }

  trust(ages: Ages): Trust {
    let [low, high, both] = [0, 0, 0];
    for (let kind = 0; kind < this.#timesMs.length; kind++) {
      const share = this.#shares[kind]!;
      const one = this.#trustOf(kind, ages);
      low += share * one.low;
      high += share * one.high;
      both += share * one.both;
    }
    return { low, high, both };
  }

  /** @param likelihood Of the test's result, where the bounds are to be trusted so far. */
  add(ages: Ages, likelihood: (trust: Trust) => number): void {
    const likelihoods = this.#timesMs.map((_, kind) =>
      Math.max(LEAST_LIKELIHOOD, likelihood(this.#trustOf(kind, ages))),
    );
    if (Math.max(...likelihoods) - Math.min(...likelihoods) < LEAST_DIFFERENCE) return;
    this.#likelihoods.set(likelihoods, (this.#tests++ % TESTS_KEPT) * likelihoods.length);
  }

  /** From now on the shares are what tests have shown. */
  settle(): void {
    this.#shares = this.sought();
  }

  /** What the shares would be now. */
  sought(): readonly number[] {
    const kept = Math.min(this.#tests, TESTS_KEPT);
    const all = this.#firmness + kept;
    let shares = this.#start;
    for (let step = 0; step < STEPS && kept > 0; step++) {
      const gained = this.#start.map((share) => this.#firmness * share);
      for (let test = 0; test < kept; test++) this.#addTest(test, shares, gained);
      shares = gained.map((tests) => tests / all);
    }
    return shares;
  }

  /** Shares a test out among the kinds by how likely each made its result. */
  #addTest(test: number, shares: readonly number[], gained: number[]): void {
    const at = test * shares.length;
    let sum = 0;
    for (let kind = 0; kind < shares.length; kind++) {
      sum += shares[kind]! * this.#likelihoods[at + kind]!;
    }
    for (let kind = 0; kind < shares.length; kind++) {
      gained[kind]! += (shares[kind]! * this.#likelihoods[at + kind]!) / sum;
    }
  }

  #trustOf(kind: number, { lowMs, highMs }: Ages): Trust {
    const timeMs = this.#timesMs[kind]!;
    const [low, high] = [Math.exp(-lowMs / timeMs), Math.exp(-highMs / timeMs)];
    return { low, high, both: low * high };
  }
}
