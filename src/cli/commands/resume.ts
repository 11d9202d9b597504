/** `ballast resume`: follows what earlier commands have left unfinished to its end. */
import { type RebalanceReport, Rebalancer } from '../../engine/index.ts';
import { connectLnd } from '../../node/lnd/index.ts';
import type { Store } from '../../ports.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { openJournalFile } from '../journal-file.ts';
import type { Output } from '../output.ts';
import { type Access, checkAccess } from '../rebalance/check-access.ts';
import { showRun } from '../rebalance/show-run.ts';
import { outcomeSentence } from '../render/report.ts';
import { warningLog } from '../warning-log.ts';

export interface ResumeOptions extends Access {
  readonly store?: string;
}

/** Ends when the end of everything is known, or has been waited for in vain; then it may be asked again later. */
export async function resumeCommand(options: ResumeOptions, output: Output): Promise<ExitCode> {
  await checkAccess(options);
  const node = await connectLnd({
    address: options.lnd,
    tlsCert: options.tls,
    macaroon: options.macaroon,
  });
  let store: Store | undefined;
  try {
    const { nodeId } = await node.info();
    store = await openJournalFile(options.store, nodeId);
    const rebalancer = new Rebalancer({ node, store, log: warningLog(output) });
    const runs = await rebalancer.resume();
    const reports = await Promise.all(
      runs.map((run) => showRun(run, { output, prefix: `${run.rebalanceId}: ` })),
    );
    show(reports, output);
    const open = reports.some(({ outcome }) => exitCodeOf(outcome) === EXIT.inFlight);
    return open ? EXIT.inFlight : EXIT.success;
  } finally {
    await Promise.allSettled([node.close(), store?.close()]);
  }
}

function show(reports: readonly RebalanceReport[], output: Output): void {
  output.answer({ resumed: reports });
  if (reports.length === 0) output.print('Nothing was left unfinished.');
  for (const report of reports) {
    output.print(`${report.rebalanceId}: ${outcomeSentence(report)}`);
  }
}
