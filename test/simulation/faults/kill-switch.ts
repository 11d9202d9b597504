/**
 * Kills the process at a moment that is counted in its own steps: at the n-th commit or call to the node, before that
 * takes effect or after it, but before the answer. What the engine does between two such moments nobody sees from
 * outside, so these are all instructions at which a crash makes a difference.
 */
import type { SeededRandom } from '../../../src/sim/random.ts';

export interface KillMoment {
  readonly port: 'node' | 'store';
  readonly method: string;
  readonly phase: 'before' | 'after';
}

export interface KillTrigger {
  /** What is left out matches everything. */
  readonly at: Partial<KillMoment>;
  /** Strikes at the matching moment after this many others. */
  readonly skip: number;
}

export class KillSwitch {
  readonly #triggers: KillTrigger[];
  #passed = 0;
  #armed = true;
  /** Moments seen in all, whatever matched. */
  moments = 0;

  constructor(triggers: readonly KillTrigger[]) {
    this.#triggers = [...triggers];
  }

  /** Faults have stopped. */
  disarm(): void {
    this.#armed = false;
  }

  /** Whether the process dies here. The next trigger counts from then on. */
  strikes(moment: KillMoment): boolean {
    if (!this.#armed) return false;
    this.moments++;
    const trigger = this.#triggers[0];
    if (trigger === undefined || !matches(moment, trigger.at)) return false;
    if (this.#passed++ < trigger.skip) return false;
    this.#triggers.shift();
    this.#passed = 0;
    return true;
  }
}

function matches(moment: KillMoment, at: Partial<KillMoment>): boolean {
  return (
    (at.port === undefined || at.port === moment.port) &&
    (at.method === undefined || at.method === moment.method) &&
    (at.phase === undefined || at.phase === moment.phase)
  );
}

/** The calls around which a crash is worth most. */
const MONEY_METHODS = [
  'sendToRoute',
  'addInvoice',
  'addHoldInvoice',
  'settleInvoice',
  'cancelInvoice',
  'trackPayment',
] as const;

export function drawKills(random: SeededRandom): KillTrigger[] {
  return Array.from({ length: 1 + random.below(4) }, (): KillTrigger => {
    const phase = random.pick(['before', 'after'] as const);
    const draw = random.unit();
    if (draw < 0.5)
      return { at: { port: 'store', method: 'commit', phase }, skip: random.below(8) };
    if (draw < 0.8) {
      return {
        at: { port: 'node', method: random.pick(MONEY_METHODS), phase },
        skip: random.below(3),
      };
    }
    return { at: {}, skip: random.below(60) };
  });
}
