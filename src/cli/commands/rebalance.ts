/** `ballast rebalance`: one rebalance on a real lnd. */
import {
  type RebalanceReport,
  type RebalanceRequest,
  RebalanceRequestError,
  Rebalancer,
} from '../../engine/index.ts';
import { connectLnd } from '../../node/lnd/index.ts';
import type { LightningNode, OwnChannel } from '../../ports.ts';
import { memoryStore } from '../../store/index.ts';
import { resolveSelection } from '../channel-names.ts';
import {
  type ExitCode,
  exitCodeOf,
  followUp,
  UnresolvedPaymentError,
  UsageError,
} from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { balancesAfter } from '../rebalance/balances-after.ts';
import { type Access, checkAccess } from '../rebalance/check-access.ts';
import { PaymentWatch } from '../rebalance/payment-watch.ts';
import { rebalanceTerms, type TermsOptions } from '../rebalance/terms.ts';
import { ProgressLines } from '../render/progress.ts';
import { attemptsTable, balancesTable, outcomeSentence } from '../render/report.ts';
import { type StopSignals, stopSignals } from '../stop-signals.ts';
import { warningLog } from '../warning-log.ts';

export interface RebalanceOptions extends Access, TermsOptions {
  readonly from: readonly string[];
  readonly to: readonly string[];
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
  try {
    const before = await node.ownChannels();
    const request = { ...terms, ...selections(options, before), signal: stops.signal };
    const report = await follow(node, request, { watch, output });
    const exit = exitCodeOf(report.outcome);
    watch.reported(exit);
    await showEnd(node, { report, before, stops, output });
    return exit;
  } finally {
    stops.release();
    // Whatever closing brings up, the outcome stands.
    await node.close().catch(() => {});
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
  node: LightningNode,
  request: RebalanceRequest,
  { watch, output }: { watch: PaymentWatch; output: Output },
): Promise<RebalanceReport> {
  const rebalancer = new Rebalancer({ node, store: memoryStore(), log: warningLog(output) });
  const run = rebalancer.rebalance(request);
  const lines = new ProgressLines();
  try {
    for await (const event of run) {
      watch.see(event);
      for (const line of lines.linesOf(event)) output.progress(line);
    }
    return await run.result;
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
