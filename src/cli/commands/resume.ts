/** `ballast resume`: follows what earlier commands have left unfinished to its end. */
import { type RebalanceReport, Rebalancer } from '../../engine/index.ts';
import type { Store } from '../../ports.ts';
import type { PaymentHash } from '../../units/ids.ts';
import { EXIT, type ExitCode, exitCodeOf, followUp } from '../exit-codes.ts';
import { openJournalThatIs } from '../journal-file.ts';
import { type AccessOptions, OPTION_NAMES } from '../node-access/access-options.ts';
import { chosenAccess, systemOf } from '../node-access/chosen-access.ts';
import type { NodeSystem } from '../node-access/node-system.ts';
import { openNode } from '../node-access/open-node.ts';
import type { Output } from '../output.ts';
import { showRun } from '../rebalance/show-run.ts';
import { outcomeSentence } from '../render/report.ts';
import { type Left, NOTHING_LEFT, stoppable } from '../stoppable.ts';
import { warningLog } from '../warning-log.ts';

export interface ResumeOptions extends AccessOptions {
  readonly store?: string;
}

/** Ends when the end of everything is known, or has been waited for in vain; then it may be asked again later. */
export async function resumeCommand(options: ResumeOptions, output: Output): Promise<ExitCode> {
  const access = chosenAccess(options, OPTION_NAMES);
  const system = systemOf(access);
  let rebalancer: Rebalancer | undefined;
  const work = async (): Promise<ExitCode> => {
    const node = await openNode(access, output);
    let store: Store | undefined;
    try {
      const { nodeId } = await node.info();
      store = await openJournalThatIs(options.store, nodeId);
      rebalancer = new Rebalancer({ node, store, log: warningLog(output) });
      const runs = await rebalancer.resume();
      const reports = await Promise.all(
        runs.map((run) => showRun(run, { output, prefix: `${run.rebalanceId}: ` })),
      );
      show(reports, system, output);
      const open = reports.some(({ outcome }) => exitCodeOf(outcome) === EXIT.inFlight);
      return open ? EXIT.inFlight : EXIT.success;
    } finally {
      await Promise.allSettled([node.close(), store?.close()]);
    }
  };
  return stoppable(output, work, () => leftBehind(rebalancer?.status().underWay ?? [], system));
}

/** What is followed is in the journal, and nothing of it is lost when this command ends. */
function leftBehind(underWay: readonly PaymentHash[], system: NodeSystem): Left {
  const [first] = underWay;
  if (first === undefined) return { ...NOTHING_LEFT, message: 'stopped; no payment is under way' };
  const count = underWay.length === 1 ? 'a payment is' : `${underWay.length} payments are`;
  return {
    exit: EXIT.inFlight,
    code: 'in_flight',
    message: `stopped while ${count} under way (${underWay.join(', ')}); \`ballast resume\` goes on with it; until then: ${followUp(first, system)}`,
  };
}

function show(reports: readonly RebalanceReport[], system: NodeSystem, output: Output): void {
  output.answer({ resumed: reports });
  if (reports.length === 0) output.print('Nothing was left unfinished.');
  for (const report of reports) {
    output.print(`${report.rebalanceId}: ${outcomeSentence(report, system)}`);
  }
}
