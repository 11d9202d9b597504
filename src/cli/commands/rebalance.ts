/** `ballast rebalance`: one rebalance on a real lnd. */
import {
  type RebalanceReport,
  type RebalanceRequest,
  RebalanceRequestError,
  Rebalancer,
} from '../../engine/index.ts';
import { connectLnd } from '../../node/lnd/index.ts';
import type { LightningNode, OwnChannel, Store } from '../../ports.ts';
import { memoryStore } from '../../store/index.ts';
import { resolveSelection } from '../channel-names.ts';
import {
  type ExitCode,
  exitCodeOf,
  followUp,
  UnresolvedPaymentError,
  UsageError,
} from '../exit-codes.ts';
import { openJournalFile } from '../journal-file.ts';
import type { Output } from '../output.ts';
import { balancesAfter } from '../rebalance/balances-after.ts';
import { type Access, checkAccess } from '../rebalance/check-access.ts';
import { PaymentWatch } from '../rebalance/payment-watch.ts';
import { showRun } from '../rebalance/show-run.ts';
import { rebalanceTerms, type TermsOptions } from '../rebalance/terms.ts';
import { attemptsTable, balancesTable, outcomeSentence } from '../render/report.ts';
import { type StopSignals, stopSignals } from '../stop-signals.ts';
import { warningLog } from '../warning-log.ts';

export interface RebalanceOptions extends Access, TermsOptions {
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
  await checkAccess(options);
  const node = await connectLnd({
    address: options.lnd,
    tlsCert: options.tls,
    macaroon: options.macaroon,
  });
  const watch = new PaymentWatch();
  const stops = watchForStop(watch, output);
  let store: Store | undefined;
  try {
    const before = await node.ownChannels();
    const request = { ...terms, ...selections(options, before), signal: stops.signal };
    const { nodeId } = await node.info();
    // What is only shown needs no journal, and may be asked for while another command holds it.
    store = options.dryRun ? memoryStore() : await openJournalFile(options.store, nodeId);
    const report = await follow({ node, store }, request, { watch, output });
    const exit = exitCodeOf(report.outcome);
    watch.reported(exit);
    await showEnd(node, { report, before, stops, output });
    return exit;
  } finally {
    stops.release();
    // Whatever closing brings up, the outcome stands.
    await Promise.allSettled([node.close(), store?.close()]);
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

/** Runs the rebalance and shows its progress. */
async function follow(
  parts: { node: LightningNode; store: Store },
  request: RebalanceRequest,
  { watch, output }: { watch: PaymentWatch; output: Output },
): Promise<RebalanceReport> {
  const rebalancer = new Rebalancer({ ...parts, log: warningLog(output) });
  await showResumed(rebalancer, output);
  try {
    const run = rebalancer.rebalance(request);
    return await showRun(run, { output, see: (event) => watch.see(event) });
  } catch (error) {
    if (watch.underWay !== undefined) {
      throw new UnresolvedPaymentError(watch.underWay, { cause: error });
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
    readonly stops: StopSignals;
    readonly output: Output;
  },
): Promise<void> {
  const { report, before, stops, output } = end;
  output.answer(report);
  if (report.attempts.length > 0) output.print(...attemptsTable(report.attempts));
  await output.tell(outcomeSentence(report));
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
function watchForStop(watch: PaymentWatch, output: Output): StopSignals {
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
            : `stopped while payment ${underWay} is under way; ${followUp(underWay)}`;
        output.fail({ code: underWay === undefined ? 'aborted' : 'in_flight', message });
      }
      process.exit(exit);
    },
  });
}
