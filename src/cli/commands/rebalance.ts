/** `ballast rebalance`: one rebalance on a real node. */
import { existsSync } from 'node:fs';
import {
  type RebalanceReport,
  type RebalanceRequest,
  RebalanceRequestError,
  Rebalancer,
} from '../../engine/index.ts';
import { assertSends } from '../../engine/rebalance-request.ts';
import type { LightningNode, NodeCapabilities, OwnChannel, Store } from '../../ports.ts';
import { memoryStore } from '../../store/index.ts';
import { resolveSelection } from '../channel-names.ts';
import {
  type ExitCode,
  exitCodeOf,
  followUp,
  UnresolvedPaymentError,
  UsageError,
} from '../exit-codes.ts';
import { missingJournal, openJournalFile } from '../journal-file.ts';
import { type AccessOptions, OPTION_NAMES } from '../node-access/access-options.ts';
import { assertPermitted } from '../node-access/assert-permitted.ts';
import { withRune } from '../node-access/check-access.ts';
import { chosenAccess, type NodeAccess, systemOf } from '../node-access/chosen-access.ts';
import type { NodeSystem } from '../node-access/node-system.ts';
import { openNode } from '../node-access/open-node.ts';
import type { Output } from '../output.ts';
import { balancesAfter } from '../rebalance/balances-after.ts';
import { PaymentWatch } from '../rebalance/payment-watch.ts';
import { showRun } from '../rebalance/show-run.ts';
import { rebalanceTerms, type TermsOptions } from '../rebalance/terms.ts';
import type { GivenFeeLimits } from '../render/no-route.ts';
import { attemptsTable, balancesTable, outcomeSentence } from '../render/report.ts';
import { type StopSignals, stopSignals } from '../stop-signals.ts';
import { stoppable } from '../stoppable.ts';
import { warningLog } from '../warning-log.ts';

export interface RebalanceOptions extends AccessOptions, TermsOptions {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Path of the journal. */
  readonly store?: string;
}

export async function rebalanceCommand(
  options: RebalanceOptions,
  output: Output,
): Promise<ExitCode> {
  const terms = rebalanceTerms(options);
  const access = chosenAccess(options, OPTION_NAMES);
  const node = await stoppable(output, () => openToRebalance(access, options, output));
  const system = systemOf(access);
  const watch = new PaymentWatch();
  const stops = watchForStop({ watch, system, output });
  let store: Store | undefined;
  try {
    const before = await node.ownChannels();
    const request = { ...terms, ...selections(options, before), signal: stops.signal };
    const { nodeId } = await node.info();
    // What is only shown needs no journal, and may be asked for while another command holds it.
    if (options.dryRun) warnOfMissing(options.store, output);
    store = options.dryRun ? memoryStore() : await openJournalFile(options.store, nodeId);
    const report = await follow({ node, store }, request, { watch, system, output });
    const exit = exitCodeOf(report.outcome);
    watch.reported(exit);
    await showEnd(node, { report, before, feeLimits: options, stops, system, output });
    return exit;
  } finally {
    stops.release();
    // Whatever closing brings up, the outcome stands.
    await Promise.allSettled([node.close(), store?.close()]);
  }
}

/** What only becomes plain when it sends is looked at before a journal is made. @throws UsageError, NodeError */
async function openToRebalance(
  chosen: NodeAccess,
  { dryRun }: RebalanceOptions,
  output: Output,
): Promise<LightningNode> {
  const access = await withRune(chosen, OPTION_NAMES);
  const node = await openNode(access, output);
  if (dryRun === true) return node;
  try {
    refuseWithoutRoutes(node.capabilities);
    await assertPermitted(access, OPTION_NAMES);
    return node;
  } catch (error) {
    await node.close();
    throw error;
  }
}

/** @throws UsageError where the node cannot send. */
function refuseWithoutRoutes(capabilities: NodeCapabilities): void {
  try {
    assertSends(capabilities);
  } catch (error) {
    if (!(error instanceof RebalanceRequestError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

/** @throws UsageError when names mean none of our channels, or the same one on both sides. */
function selections(
  options: RebalanceOptions,
  channels: readonly OwnChannel[],
): Required<Pick<RebalanceRequest, 'from' | 'to'>> {
  const from = resolveSelection({ option: '--from', names: options.from }, channels);
  const to = resolveSelection({ option: '--to', names: options.to }, channels);
  if (from.length === 1 && to.length === 1 && from[0] === to[0]) {
    throw new UsageError(
      `--from and --to both name channel ${from[0]} alone; a payment cannot leave and return over the same channel`,
    );
  }
  return { from, to };
}

/** A dry run would not notice a slip of the pen. */
function warnOfMissing(store: string | undefined, output: Output): void {
  if (store === undefined || existsSync(store)) return;
  output.warn(`--store: ${missingJournal(store)}; the dry run goes on without it`);
}

interface Told {
  readonly watch: PaymentWatch;
  readonly system: NodeSystem;
  readonly output: Output;
}

/** Runs the rebalance and shows its progress. */
async function follow(
  parts: { node: LightningNode; store: Store },
  request: RebalanceRequest,
  { watch, system, output }: Told,
): Promise<RebalanceReport> {
  const rebalancer = new Rebalancer({ ...parts, log: warningLog(output) });
  await showResumed(rebalancer, output);
  try {
    const run = rebalancer.rebalance(request);
    return await showRun(run, { output, see: (event) => watch.see(event) });
  } catch (error) {
    if (watch.underWay !== undefined) {
      throw new UnresolvedPaymentError(watch.underWay, { cause: error, system });
    }
    if (error instanceof RebalanceRequestError) {
      throw new UsageError(error.message, { cause: error });
    }
    throw error;
  }
}

/** What earlier commands have left is followed beside this one, and holds its liquidity until it ends. */
async function showResumed(rebalancer: Rebalancer, output: Output): Promise<void> {
  for (const run of await rebalancer.resume()) {
    output.progress(`rebalance ${run.rebalanceId} was left unfinished; it is followed to its end`);
    showRun(run, { output, prefix: `  ${run.rebalanceId}: ` }).catch((error: unknown) =>
      output.warn(`rebalance ${run.rebalanceId} could not be followed: ${String(error)}`),
    );
  }
}

/** Longest wait for balances, which are for information only. */
const BALANCES_MS = 5000;

/** The outcome first; balances as far as the node will still tell them. Never rejects. */
async function showEnd(
  node: LightningNode,
  end: {
    readonly report: RebalanceReport;
    readonly before: readonly OwnChannel[];
    readonly feeLimits: GivenFeeLimits;
    readonly stops: StopSignals;
    readonly system: NodeSystem;
    readonly output: Output;
  },
): Promise<void> {
  const { report, before, feeLimits, stops, system, output } = end;
  output.answer(report);
  if (report.attempts.length > 0) output.print(...attemptsTable(report));
  await output.tell(outcomeSentence(report, system, feeLimits));
  if (output.json || report.attempts.length === 0) return;
  const limits = [AbortSignal.timeout(BALANCES_MS)];
  if (!stops.signal.aborted) limits.push(stops.signal);
  // Where the payment arrived need not be on any route: the last peer chooses among its channels with us.
  const touched = new Set([
    ...report.attempts.flatMap(({ hops }) => hops.map((hop) => hop.channelId)),
    ...report.arrivals.map(({ channelId }) => channelId),
  ]);
  try {
    const after = await balancesAfter(node, { report, before, signal: AbortSignal.any(limits) });
    output.print(
      ...balancesTable(
        after.filter(({ channelId }) => touched.has(channelId)),
        before,
      ),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    output.progress(`note: the balances are not shown, for the node was not asked in time: ${why}`);
  }
}

/**
 * The first signal, or the loss of standard output, ends the rebalance in good order: no new attempts, the invoice is
 * cancelled, and what flies is followed. A Ctrl-C after that leaves it at once.
 */
function watchForStop({ watch, system, output }: Told): StopSignals {
  return stopSignals({
    also: output.broken,
    asked: () => {
      if (watch.isReported) return;
      const why = output.broken.aborted ? 'nobody reads standard output any more: ' : '';
      void output.tell(
        `${why}stopping; press Ctrl-C again to leave a payment that is under way to itself`,
      );
    },
    insisted: () => {
      const { underWay, exit, isReported } = watch;
      if (!isReported) {
        const message =
          underWay === undefined
            ? 'stopped; no payment is under way'
            : `stopped while payment ${underWay} is under way; ${followUp(underWay, system)}`;
        output.fail({ code: underWay === undefined ? 'aborted' : 'in_flight', message });
      }
      process.exit(exit);
    },
  });
}
