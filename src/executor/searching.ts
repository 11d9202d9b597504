/** Looking for the next route to try: what is asked, and what follows from the answer. */
import type { NoRouteReason } from '../pathfinder/request.ts';
import { closeJournal, end, endStopped } from './closing.ts';
import { hopReports } from './hop-reports.ts';
import { exclusions } from './learnt.ts';
import { prepareAttempt } from './preparing.ts';
import type { RebalanceOutcome } from './rebalance-report.ts';
import { emit, type RebalanceInput, type Run, type Step } from './rebalance-state.ts';
import { feeLimit } from './rebalance-terms.ts';
import { shrinkAmount } from './shrink-amount.ts';

/** Searches a route for the present amount with all that was learnt, unless the run has to end. */
export function search(run: Run, nowMs: number): Step {
  const { terms, learnt } = run;
  if (run.stop !== null) return endStopped(run, run.stop, nowMs);
  if (run.attempts.length >= terms.maxAttempts) {
    const message = `${run.attempts.length} attempts were made, as many as allowed, and none settled`;
    return end(run, { kind: 'attempts_exhausted', message }, nowMs);
  }
  return {
    state: { phase: 'searching', run },
    commands: [
      {
        kind: 'find_route',
        request: {
          self: terms.self,
          outChannels: terms.outChannels,
          inChannels: terms.inChannels,
          amountMsat: run.amountMsat,
          maxFeeMsat: feeLimit(terms, run.amountMsat),
          maxCltvBlocks: terms.maxCltvBlocks,
          finalCltvDelta: terms.finalCltvDelta,
          exclude: exclusions(terms.exclude, learnt),
          overlay: { policies: learnt.policies, ceilings: learnt.ceilings },
        },
      },
    ],
  };
}

type Searched = Extract<RebalanceInput, { kind: 'route_searched' }>;

export function routeSearched(run: Run, input: Searched, nowMs: number): Step {
  if (run.stop !== null) return endStopped(run, run.stop, nowMs);
  const { result } = input;
  if (result.kind === 'no_route') return noRoute(run, result, nowMs);
  const { path, quote, proven } = result;
  const found = emit({
    kind: 'route_found',
    hops: hopReports({ path, ...groundOf(input) }),
    quote,
    proven,
  });
  const next = run.terms.dryRun
    ? closeJournal(run, { kind: 'dry_run', path, quote, proven }, nowMs)
    : prepareAttempt(run, { path, quote, ...groundOf(input) }, nowMs);
  return { state: next.state, commands: [found, ...next.commands] };
}

const groundOf = ({ snapshot, blockHeight, ownChannels }: Searched) => ({
  snapshot,
  blockHeight,
  ownChannels,
});

function noRoute(
  run: Run,
  result: { readonly reason: NoRouteReason; readonly message: string },
  nowMs: number,
): Step {
  const { terms, amountMsat, learnt } = run;
  const { reason, message } = result;
  const toMsat = shrinkAmount({
    amountMsat,
    minAmountMsat: terms.minAmountMsat,
    reason,
    metCeilings: learnt.ceilings.length > 0,
    feeLimitMsat: (amount) => feeLimit(terms, amount),
  });
  if (toMsat === null) return end(run, noRouteOutcome(reason, message), nowMs);
  const next = search({ ...run, amountMsat: toMsat }, nowMs);
  const shrunk = emit({ kind: 'amount_shrunk', fromMsat: amountMsat, toMsat, reason: message });
  return { state: next.state, commands: [shrunk, ...next.commands] };
}

function noRouteOutcome(reason: NoRouteReason, message: string): RebalanceOutcome {
  if (reason.code !== 'fee_limit') return { kind: 'no_route', reason, message };
  const { cheapestFeeMsat, cheapestFeePpm } = reason;
  return { kind: 'fee_limit', cheapestFeeMsat, cheapestFeePpm, message };
}

type SearchFailed = Extract<RebalanceInput, { kind: 'search_failed' }>;

export function searchFailed(run: Run, { fault, reason }: SearchFailed, nowMs: number): Step {
  if (run.stop !== null) return endStopped(run, run.stop, nowMs);
  const kind = fault === 'node' ? 'node_error' : 'internal_error';
  return end(run, { kind, message: reason }, nowMs);
}
