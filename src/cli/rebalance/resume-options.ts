/** The options of `ballast resume`. */
import type { Command } from 'commander';
import type { ResumeOptions } from '../commands/resume.ts';
import { addExamples } from '../examples.ts';
import { addJournal, addNodeAccess } from '../node-access/add-node-access.ts';
import type { Shell } from '../shell.ts';

export function addResume(program: Command, { output, ended }: Shell): void {
  const resume = addJournal(addNodeAccess(program.command('resume')))
    .description('follow to its end what rebalances that were broken off have left under way')
    .option('--json', 'print the reports as JSON, progress on standard error')
    .action(async (options: ResumeOptions) => {
      const { resumeCommand } = await import('../commands/resume.ts');
      ended(await resumeCommand(options, output));
    });
  addExamples(resume, [
    [
      'ballast resume --lnd 127.0.0.1:10009 --tls tls.cert --macaroon ballast.macaroon',
      'by the journal of that node',
    ],
    ['ballast resume --cln lightning-rpc --store ballast.db --json', 'by this one, for a script'],
  ]);
}
