/**
 * Recognises those who look for a channel's balance by bisection: attempts over the same two channels, none of which
 * settles, for the payments do not exist, and of which each takes the middle between the largest amount that went through
 * and the smallest that was refused.
 *
 * Three middles in a row are called a probe: chance hits a middle to within `tolerance` of the interval once in ten times,
 * so three in a row once in a thousand. Where nothing went through, they are halves of halves, as payers try them too that
 * split what they pay: then it takes five, for lnd splits into sixteen parts at most.
 *
 * What is not recognised: probers that do not take the middle, that wait for longer than `pauseMs`, or whose attempts are
 * told out of order; searches that are over before the third middle; and what others pay over the same channels meanwhile
 * may hide the beginning of one.
 */

export interface ProbeTerms {
  /** Between two attempts. @defaultValue a minute */
  readonly pauseMs: number;
  /** Distance from the middle, as part of the interval. @defaultValue 0.05 */
  readonly tolerance: number;
  /** Middles in a row. @defaultValue 3 */
  readonly steps: number;
  /** The same where nothing went through. @defaultValue 5 */
  readonly halvings: number;
  /** Runs that are remembered; the oldest go first. */
  readonly most: number;
}

const PROBE_TERMS: ProbeTerms = {
  pauseMs: 60_000,
  tolerance: 0.05,
  steps: 3,
  halvings: 5,
  most: 2_000,
};

/** An attempt that did not settle. */
export interface ProbeAttempt<Payment> {
  readonly amountMsat: number;
  readonly atMs: number;
  /** It went out, and failed further down; else our node refused it. */
  readonly passed: boolean;
  /** What to say of it where it is a probe. */
  readonly payment: Payment;
}

interface Run<Payment> {
  /** Largest that went through; 0: none did. */
  passedMsat: number;
  /** Smallest that was refused; infinite: none was. */
  refusedMsat: number;
  steps: number;
  lastAtMs: number;
  payments: Payment[];
}

export class ProbeRuns<Payment> {
  readonly #terms: ProbeTerms;
  /** By the two channels; the one that was touched last comes last. */
  readonly #runs = new Map<string, Run<Payment>>();

  constructor(terms: Partial<ProbeTerms> = {}) {
    this.#terms = { ...PROBE_TERMS, ...terms };
  }

  /** All that turns out to be a probe with this attempt, itself included. */
  observe(pair: string, attempt: ProbeAttempt<Payment>): readonly Payment[] {
    const run = this.#runOf(pair, attempt.atMs);
    if (this.#isMiddle(run, attempt.amountMsat)) {
      run.steps++;
      run[attempt.passed ? 'passedMsat' : 'refusedMsat'] = attempt.amountMsat;
      run.payments.push(attempt.payment);
    } else if (run.steps === 0) {
      begin(run, attempt);
    } else {
      // Others pay over the same channels meanwhile.
      return [];
    }
    run.lastAtMs = Math.max(run.lastAtMs, attempt.atMs);
    const { steps, halvings } = this.#terms;
    return run.steps >= (run.passedMsat > 0 ? steps : halvings) ? run.payments.splice(0) : [];
  }

  #runOf(pair: string, atMs: number): Run<Payment> {
    const { pauseMs, most } = this.#terms;
    let run = this.#runs.get(pair);
    if (run === undefined || Math.abs(atMs - run.lastAtMs) > pauseMs) {
      run = {
        passedMsat: 0,
        refusedMsat: Number.POSITIVE_INFINITY,
        steps: 0,
        lastAtMs: atMs,
        payments: [],
      };
    }
    this.#runs.delete(pair);
    this.#runs.set(pair, run);
    for (const [oldest] of this.#runs) {
      if (this.#runs.size <= most) break;
      this.#runs.delete(oldest);
    }
    return run;
  }

  #isMiddle({ passedMsat, refusedMsat }: Run<Payment>, msat: number): boolean {
    if (refusedMsat === Number.POSITIVE_INFINITY) return false;
    const off = Math.abs(msat - (passedMsat + refusedMsat) / 2);
    return off <= this.#terms.tolerance * (refusedMsat - passedMsat);
  }
}

/** Each attempt may be the one that the search begins with, until a middle has shown that it has begun. */
function begin<Payment>(run: Run<Payment>, attempt: ProbeAttempt<Payment>): void {
  const { amountMsat, passed, payment } = attempt;
  if (!passed) {
    if (amountMsat <= run.passedMsat) run.passedMsat = 0;
    run.refusedMsat = amountMsat;
    // The amount that went through before, if there is one, is the lower end.
    run.payments = run.passedMsat > 0 ? [...run.payments.slice(-1), payment] : [payment];
    return;
  }
  const below = run.passedMsat;
  run.passedMsat = amountMsat;
  run.payments = [...run.payments.slice(-1), payment];
  // After two that went through, the search is for something as far above the second as that is above the first.
  if (below > 0 && amountMsat > below) run.refusedMsat = 2 * amountMsat - below;
  else if (amountMsat >= run.refusedMsat) run.refusedMsat = Number.POSITIVE_INFINITY;
}
