/** Puts together what a Rebalancer is made of, from its options. */
import type { AttemptCost } from '../executor/attempt-cost.ts';
import type { EngineParts } from './answer-command.ts';
import { DemandWatch } from './demand-watch.ts';
import { callersGraph, nodesGraph } from './graph-source.ts';
import { GroundReader } from './ground-reader.ts';
import { guardedLog } from './guarded-log.ts';
import { KeptBeliefs } from './kept-beliefs.ts';
import { KeptPast } from './kept-past.ts';
import { systemEntropy } from './payment-secret.ts';
import { DEFAULTS, type RebalancerOptions } from './rebalancer-options.ts';
import { Reservations } from './reservations.ts';
import { SteadyClock } from './steady-clock.ts';
import { systemClock } from './system-clock.ts';

export function engineParts(options: RebalancerOptions): {
  readonly parts: EngineParts;
  readonly attemptCost: AttemptCost;
  readonly maxConcurrent: number;
} {
  const { node, store, graph, budget = {} } = options;
  const {
    graceMs,
    maxConcurrent,
    maxAttemptsPerMinute,
    graphMaxAgeMs,
    attemptCostMsat,
    attemptCostPpm,
    ...limits
  } = {
    ...DEFAULTS,
    ...withoutUndefined(options),
  };
  const clock = options.clock ?? systemClock;
  const log = guardedLog(options.log);
  const dates = new SteadyClock(clock);
  const beliefs = new KeptBeliefs({ store, dates, log }, options.beliefs);
  const reservations = new Reservations({ budget, limits, maxAttemptsPerMinute, beliefs });
  const entropy = options.entropy ?? systemEntropy;
  const parts: EngineParts = {
    node,
    store,
    clock,
    dates,
    beliefs,
    past: new KeptPast({ store, dates }),
    demand: new DemandWatch({ node, store, clock, entropy, log }),
    log,
    entropy,
    graceMs,
    cleanUp: options.cleanUp ?? false,
    reservations,
    ground: new GroundReader({
      node,
      clock,
      reservations,
      graph:
        graph === undefined
          ? nodesGraph({ node, clock, log, maxAgeMs: graphMaxAgeMs })
          : callersGraph(graph),
    }),
  };
  return { parts, attemptCost: { attemptCostMsat, attemptCostPpm }, maxConcurrent };
}

/** An option that is given as `undefined` is not given. */
function withoutUndefined(options: RebalancerOptions): Partial<typeof DEFAULTS> {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== undefined && name in DEFAULTS),
  );
}
