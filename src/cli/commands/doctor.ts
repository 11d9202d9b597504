/** `ballast doctor`: whether a set-up would work, and what is to be done where it would not. */
import { CHECKS } from '../doctor/checks.ts';
import { type Examined, examine } from '../doctor/examine.ts';
import { SetUp, type SetUpOptions } from '../doctor/set-up.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { OPTION_NAMES } from '../node-access/access-options.ts';
import { chosenAccess, namesNode } from '../node-access/chosen-access.ts';
import type { Output } from '../output.ts';
import { plural } from '../render/figures.ts';

/** Ends with what the first thing that failed would have ended another command with. */
export async function doctorCommand(options: SetUpOptions, output: Output): Promise<ExitCode> {
  if (options.config === undefined) chosenAccess(options, OPTION_NAMES);
  else if (namesNode(options) || options.store !== undefined) {
    throw new UsageError(
      'the configuration names the node and the journal; leave the other options out, or leave out --config',
    );
  }
  const setUp = new SetUp(options, { output, now: () => Date.now() });
  try {
    const found = await examine(CHECKS, setUp, (examined) => {
      if (!needsWhatFailed(examined)) output.print(...linesOf(examined));
    });
    output.print(...summaryOf(found.filter(needsWhatFailed)));
    const failures = found.filter((each) => each.status === 'failed');
    output.answer({ ok: failures.length === 0, checks: found.map(forScripts) });
    output.print(sentenceOf(found));
    return failures[0]?.exit ?? EXIT.success;
  } finally {
    await setUp.close();
  }
}

/** The exit code is the command's alone. */
const forScripts = ({ id, status, says, ...rest }: Examined): object => ({
  id,
  status,
  says,
  ...('fix' in rest && { fix: rest.fix }),
});

/** Told of one by one only to scripts: there is nothing to be learnt from it. */
const needsWhatFailed = (found: Examined): boolean =>
  found.status === 'skipped' && found.blocks === true;

function summaryOf(unmade: readonly Examined[]): string[] {
  if (unmade.length === 0) return [];
  const says = `${plural(unmade.length, 'check')} not made, which ${unmade.length === 1 ? 'needs' : 'need'} what has failed`;
  return linesOf({ id: '', status: 'skipped', says });
}

const STATUS_WIDTH = 9;
const ID_WIDTH = 23;

function linesOf({ id, status, says, ...rest }: Examined): string[] {
  const indent = ' '.repeat(STATUS_WIDTH + ID_WIDTH);
  const [first = '', ...more] = says.split('\n');
  return [
    `${status.padEnd(STATUS_WIDTH)}${id.padEnd(ID_WIDTH)}${first}`,
    ...more.map((line) => indent + line),
    ...('fix' in rest && rest.fix !== undefined ? [`${indent}-> ${rest.fix}`] : []),
  ];
}

function sentenceOf(found: readonly Examined[]): string {
  const count = (status: Examined['status']): number =>
    found.filter((each) => each.status === status).length;
  const [failures, warnings] = [count('failed'), count('warning')];
  const rest = `${plural(warnings, 'warning')}, ${count('skipped')} skipped`;
  return failures === 0
    ? `The set-up works: ${count('ok')} checks are well, ${rest}.`
    : `The set-up does not work: ${plural(failures, 'check')} failed, ${count('ok')} ${count('ok') === 1 ? 'is' : 'are'} well, ${rest}.`;
}
