/** Looking for the next route to try: what is asked, and what follows from the answer. */
import type { Quote } from '../pathfinder/path.ts';
import type { NoRouteReason } from '../pathfinder/request.ts';
import { type AmountChoice, amountsToTry } from './best-amount.ts';
import { closeJournal, end, endStopped } from './closing.ts';
import { hopReports } from './hop-reports.ts';
import { exclusions } from './learnt.ts';
import { attemptsInVain, feeLeft } from './payments-made.ts';
import { prepareAttempt } from './preparing.ts';
import { endProbing, nextProbe, probeRefused } from './probing.ts';
import type { RebalanceOutcome } from './rebalance-report.ts';
import {
  emit,
  type RebalanceCommand,
  type RebalanceInput,
  type Run,
  type Step,
} from './rebalance-state.ts';
import { shrinkAmount } from './shrink-amount.ts';
import { unsteerablePeers } from './straying.ts';

/** Searches a route for the present amount with all that was learnt, unless the run has to end. */
export function search(run: Run, nowMs: number): Step {
  const { terms, learnt } = run;
  if (run.stop !== null) return endStopped(run, run.stop, nowMs);
  if (attemptsInVain(run) >= terms.maxAttempts) {
    if (terms.probe) return endProbing(run, nowMs);
    const message = `${attemptsInVain(run)} attempts were made, as many as allowed, and none settled`;
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
          maxFeeMsat: feeLeft(run, run.amountMsat),
          maxCltvBlocks: terms.maxCltvBlocks,
          finalCltvDelta: terms.finalCltvDelta,
          exclude: exclusions(terms.exclude, learnt),
          overlay: { policies: learnt.policies, ceilings: learnt.ceilings },
        },
        smaller: smallerAmounts(run),
        attemptCost: terms,
        dryRun: terms.dryRun,
      },
    ],
  };
}

function smallerAmounts(run: Run): readonly AmountChoice[] {
  if (run.terms.probe) return [];
  return amountsToTry(run.amountMsat, run.terms.minAmountMsat)
    .slice(1)
    .map((amountMsat) => ({ amountMsat, maxFeeMsat: feeLeft(run, amountMsat) }));
}

type Searched = Extract<RebalanceInput, { kind: 'route_searched' }>;

export function routeSearched(run: Run, input: Searched, nowMs: number): Step {
  if (run.stop !== null) return endStopped(run, run.stop, nowMs);
  const { result } = input;
  if (result.kind === 'no_route') return noRoute(run, { ...result, ...input }, nowMs);
  const { path, quote, proven, probability } = result;
  const unlikely = unlikelyOutcome(run, { quote, probability });
  if (unlikely !== null) return tryLess(run, { quote, unlikely }, nowMs);
  const found = emit({
    kind: 'route_found',
    hops: hopReports({ path, ...groundOf(input) }),
    quote,
    proven,
    probability,
  });
  const next = run.terms.dryRun
    ? closeJournal(run, { kind: 'dry_run', path, quote, proven }, nowMs)
    : prepareAttempt(run, { path, quote, ...groundOf(input) }, nowMs);
  return { state: next.state, commands: [...chosenLess(run, quote), found, ...next.commands] };
}

function chosenLess(run: Run, { amountMsat }: Quote): readonly RebalanceCommand[] {
  if (amountMsat === run.amountMsat) return [];
  const reason = 'so much is expected to gain most with one attempt';
  return [emit({ kind: 'amount_shrunk', fromMsat: run.amountMsat, toMsat: amountMsat, reason })];
}

/** Half of what is hardly ever carried, while the request allows that. */
function tryLess(
  run: Run,
  found: { readonly quote: Quote; readonly unlikely: RebalanceOutcome & { message: string } },
  nowMs: number,
): Step {
  const { quote, unlikely } = found;
  const { minAmountMsat } = run.terms;
  if (quote.amountMsat <= minAmountMsat) return end(run, unlikely, nowMs);
  const half = quote.amountMsat / 2n;
  const toMsat = half - (half % 1000n) < minAmountMsat ? minAmountMsat : half - (half % 1000n);
  const next = search({ ...run, amountMsat: toMsat }, nowMs);
  const { amountMsat: fromMsat } = run;
  const shrunk = emit({ kind: 'amount_shrunk', fromMsat, toMsat, reason: unlikely.message });
  return { state: next.state, commands: [shrunk, ...next.commands] };
}

/** Probes and dry runs are there to find out, whatever is believed. */
function unlikelyOutcome(
  run: Run,
  { quote, probability }: { readonly quote: Quote; readonly probability: number },
): Extract<RebalanceOutcome, { kind: 'unlikely' }> | null {
  const { amountMsat } = quote;
  const { probe, dryRun, minProbability } = run.terms;
  if (probe || dryRun || probability >= minProbability) return null;
  const least = Number(minProbability.toPrecision(2));
  const message = `the best circle left for ${amountMsat} msat succeeds with a probability of ${probability.toPrecision(2)}, by what attempts have taught, and minProbability is ${least}; try another amount or a higher fee, try later, or lower minProbability (for the moves of a plan: what an attempt costs)`;
  return { kind: 'unlikely', probability, message };
}

const groundOf = ({ snapshot, blockHeight, ownChannels }: Searched) => ({
  snapshot,
  blockHeight,
  ownChannels,
});

function noRoute(
  run: Run,
  found: Pick<Searched, 'budgetMsat'> & {
    readonly reason: NoRouteReason;
    readonly message: string;
  },
  nowMs: number,
): Step {
  const { terms, amountMsat, learnt } = run;
  const { reason, message } = found;
  if (terms.probe) return probeOn(probeRefused(run), nowMs);
  const toMsat = shrinkAmount({
    amountMsat,
    minAmountMsat: terms.minAmountMsat,
    reason,
    metCeilings: learnt.ceilings.length > 0,
    feeLimitMsat: (amount) => feeLeft(run, amount),
  });
  if (toMsat === null) return end(run, noRouteOutcome(run, found), nowMs);
  const next = search({ ...run, amountMsat: toMsat }, nowMs);
  const shrunk = emit({ kind: 'amount_shrunk', fromMsat: amountMsat, toMsat, reason: message });
  return { state: next.state, commands: [shrunk, ...next.commands] };
}

/** With the next amount, or no further. */
export function probeOn(run: Run, nowMs: number): Step {
  const amountMsat = nextProbe(run);
  return amountMsat === null ? endProbing(run, nowMs) : search({ ...run, amountMsat }, nowMs);
}

function noRouteOutcome(run: Run, found: Parameters<typeof noRoute>[1]): RebalanceOutcome {
  const { reason, message, budgetMsat } = found;
  const peers = unsteerablePeers(run);
  if (peers.length > 0) {
    const stray = `${peers.join(', ')} handed payments over on other channels than asked for, and no other way is left (${message}); name all channels with that peer in \`to\`, or take what comes with arrival: 'report'`;
    return { kind: 'unsteerable', peers, message: stray };
  }
  if (reason.code !== 'fee_limit') return { kind: 'no_route', reason, message };
  const { cheapestFeeMsat, cheapestFeePpm } = reason;
  // Where the request's own limit is exceeded too, a larger budget would not help.
  if (budgetMsat !== null && cheapestFeeMsat <= feeLeft(run, run.amountMsat)) {
    const left = `the budget leaves ${budgetMsat} msat for fees, and the cheapest circle costs ${cheapestFeeMsat} msat`;
    return { kind: 'budget', leftMsat: budgetMsat, cheapestFeeMsat, message: left };
  }
  return { kind: 'fee_limit', cheapestFeeMsat, cheapestFeePpm, message };
}

type SearchFailed = Extract<RebalanceInput, { kind: 'search_failed' }>;

export function searchFailed(run: Run, { fault, reason }: SearchFailed, nowMs: number): Step {
  if (run.stop !== null) return endStopped(run, run.stop, nowMs);
  const kind = fault === 'node' ? 'node_error' : 'internal_error';
  return end(run, { kind, message: reason }, nowMs);
}

type SearchBlocked = Extract<RebalanceInput, { kind: 'search_blocked' }>;

export function searchBlocked(run: Run, { lost, payments }: SearchBlocked, nowMs: number): Step {
  // One that is about to be sent has no hash yet.
  const named = payments.length === 0 ? 'a payment' : `payment ${payments.join(', ')}`;
  const held = `${named} of other rebalances holds what this one needs`;
  if (lost) {
    const message = `${held}, and is not followed any more, because its node was closed or the rebalance broke off; look it up at the node, and go on with a new Rebalancer once it has ended`;
    return end(run, { kind: 'blocked', cause: 'lost', payments, message }, nowMs);
  }
  const cause = run.stop ?? 'aborted';
  const message = `${held}, and was still under way when this one had to stop; try again once it has ended`;
  return end(run, { kind: 'blocked', cause, payments, message }, nowMs);
}
