/** `ballast report`: what was moved, what it cost, and what it has earned since. */
import type { LightningNode, Store } from '../../ports.ts';
import { openJournalCopy } from '../../store/journal-copy.ts';
import { StoreError } from '../../store/store-error.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { defaultJournalPath } from '../journal-file.ts';
import { OPTION_NAMES } from '../node-access/access-options.ts';
import { chosenAccess, namesNode } from '../node-access/chosen-access.ts';
import { openNode } from '../node-access/open-node.ts';
import type { Output } from '../output.ts';
import { statementSentence, statementTable } from '../render/statement.ts';
import { formatReport } from '../report/answer.ts';
import { reportCsv } from '../report/csv.ts';
import { gather, type ReportData, stepsOf } from '../report/gather.ts';
import { reportPage } from '../report/page/page.ts';
import { type NamedFile, ReportFiles } from '../report/report-files.ts';
import type { ReportOptions } from '../report/report-options.ts';
import { timeRange } from '../report/time-range.ts';

export async function reportCommand(options: ReportOptions, output: Output): Promise<ExitCode> {
  if (output.json && options.csv === '-') {
    throw new UsageError('--json and --csv - both write to standard output; give --csv a file');
  }
  if (options.html === '-') {
    throw new UsageError('--html writes to a file alone, such as report.html; give its name');
  }
  const request = { ...timeRange(options, Date.now()), ...options.by };
  const access = namesNode(options) ? chosenAccess(options, OPTION_NAMES) : undefined;
  const files = await ReportFiles.open(filesOf(options));
  let node: LightningNode | undefined;
  let store: Store | undefined;
  try {
    if (access !== undefined) node = await openNode(access, output);
    const path = await journalPath(options.store, node);
    store = await openCopy(path, { named: options.store !== undefined });
    const bar = output.bar('reading', stepsOf(node));
    const data = await gather({ store, node }, request, () => bar.step()).finally(() => bar.end());
    await write(data, files);
    show(data, options, output);
    return EXIT.success;
  } finally {
    await Promise.allSettled([node?.close(), store?.close(), files.close()]);
  }
}

/** @throws UsageError where neither says which journal is meant. */
async function journalPath(
  path: string | undefined,
  node: LightningNode | undefined,
): Promise<string> {
  if (path !== undefined) return path;
  if (node !== undefined) return defaultJournalPath((await node.info()).nodeId, process.env);
  throw new UsageError(
    'give the journal with --store, or name its node with --lnd, --cln, --clnrest or --ldk-server',
  );
}

/** A journal that is in use can be read all the same. @throws UsageError where it cannot. */
async function openCopy(path: string, { named }: { readonly named: boolean }): Promise<Store> {
  try {
    return await openJournalCopy(path);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (named) throw new UsageError(`--store: ${error.message}`, { cause: error });
    const hint =
      error.code === 'wrong_path'
        ? '; the first rebalance of this node makes it, or --store names another'
        : '';
    throw new UsageError(`${error.message}${hint}`, { cause: error });
  }
}

function filesOf({ csv, html }: ReportOptions): readonly NamedFile[] {
  const named = [
    { option: '--csv', path: csv },
    { option: '--html', path: html },
  ];
  return named.flatMap(({ option, path }) =>
    path === undefined || path === '-' ? [] : [{ option, path }],
  );
}

async function write(data: ReportData, files: ReportFiles): Promise<void> {
  await files.write('--csv', () => reportCsv(data));
  await files.write('--html', () => reportPage(data));
}

function show(data: ReportData, options: ReportOptions, output: Output): void {
  const { csv, html } = options;
  if (csv === '-') {
    output.plain(reportCsv(data));
    for (const note of data.notes) output.warn(note);
    return;
  }
  output.answer(formatReport(data));
  const { statement, names, notes } = data;
  if (statement.rows.length > 0) output.print(...statementTable(statement, names));
  output.print(statementSentence(statement), ...notes);
  for (const file of [csv, html]) if (file !== undefined) output.print(`${file} was written.`);
}
