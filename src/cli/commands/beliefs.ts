/** `ballast beliefs`: what attempts have taught about the balances of others, and its exchange with the node's own memory. */
import { existsSync } from 'node:fs';
import { LiquidityBook } from '../../liquidity/liquidity-book.ts';
import type { BeliefRow, LightningNode, Store } from '../../ports.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { openJournalFile, openJournalThatIs, openNamedJournal } from '../journal-file.ts';
import { type AccessOptions, OPTION_NAMES } from '../node-access/access-options.ts';
import { chosenAccess, systemOf } from '../node-access/chosen-access.ts';
import { SYSTEM_NAMES } from '../node-access/node-system.ts';
import { openNode } from '../node-access/open-node.ts';
import type { Output } from '../output.ts';
import { grouped, nodeName, satFromMsat } from '../render/figures.ts';
import { table } from '../render/table.ts';

export interface ShowBeliefsOptions {
  readonly store: string;
  /** Most rows to print; `--json` has all. */
  readonly most: number;
}

export async function showBeliefs(options: ShowBeliefsOptions, output: Output): Promise<ExitCode> {
  if (!existsSync(options.store))
    throw new UsageError(`--store: there is no file ${options.store}`);
  const store = await openNamedJournal(options.store);
  try {
    const { rows } = await store.beliefs();
    const known = rows
      .filter((row) => latestMs(row) > 0)
      .sort((a, b) => latestMs(b) - latestMs(a) || b.lowMsat - a.lowMsat);
    output.answer({ beliefs: known });
    print(known, options.most, output);
    return EXIT.success;
  } finally {
    await store.close();
  }
}

const latestMs = ({ lowAtMs, highAtMs, suspectAtMs }: BeliefRow): number =>
  Math.max(lowAtMs, highAtMs, suspectAtMs);

function print(known: readonly BeliefRow[], most: number, output: Output): void {
  if (known.length === 0) {
    output.print('Nothing is believed yet: attempts teach it, or `ballast beliefs import`.');
    return;
  }
  output.print(
    ...table(
      ['from', 'to', 'carried, sat', 'at', 'lacked, sat', 'at', 'suspect since'],
      ['left', 'left', 'right', 'left', 'right', 'left', 'left'],
      known.slice(0, most).map((row) => {
        const { lowMsat, lowAtMs, highMsat, highAtMs, suspectAtMs } = row;
        return [
          nodeName({ nodeId: row.from, alias: '' }),
          nodeName({ nodeId: row.to, alias: '' }),
          lowAtMs > 0 ? sat(lowMsat) : '',
          date(lowAtMs),
          highAtMs > 0 && Number.isFinite(highMsat) ? sat(highMsat) : '',
          date(highAtMs),
          date(suspectAtMs),
        ];
      }),
    ),
  );
  if (known.length > most) {
    output.print(`... and ${grouped(known.length - most)} more; --json lists all`);
  }
}

const sat = (msat: number): string => satFromMsat(BigInt(Math.floor(msat)));

const date = (atMs: number): string =>
  atMs > 0 ? `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC` : '';

export interface ExchangeOptions extends AccessOptions {
  readonly store?: string;
}

/** From what the node's own payments have taught into the store: what is newer than what is known. */
export function importBeliefs(options: ExchangeOptions, output: Output): Promise<ExitCode> {
  return exchange(options, { output, open: openJournalFile }, async ({ node, store, name }) => {
    const book = await bookOf(store);
    const pairs = await node.missionControl();
    book.importMissionControl(pairs);
    await store.keepBeliefs(book.takeChanged());
    output.answer({ read: pairs.length, known: book.state().rows.length });
    output.print(`${name} knows ${grouped(pairs.length)} pairs of nodes; what was news is kept.`);
  });
}

/** From the store to the node's own payments, as far as it takes what others have learnt. */
export function exportBeliefs(options: ExchangeOptions, output: Output): Promise<ExitCode> {
  return exchange(options, { output, open: openJournalThatIs }, async ({ node, store, name }) => {
    const { importMissionControl: takes, reasons } = node.capabilities;
    if (!takes)
      throw new UsageError(`beliefs cannot be given to this node: ${reasons.importMissionControl}`);
    const book = await bookOf(store);
    const { imported, leftOut } = await node.importMissionControl(book.exportMissionControl());
    output.answer({ given: imported, leftOut });
    output.print(
      `${grouped(imported)} pairs of nodes were given to ${name}, which takes what is news to it${name === SYSTEM_NAMES.lnd ? ' and forgets it when it is restarted' : ''}.`,
    );
  });
}

async function bookOf(store: Store): Promise<LiquidityBook> {
  const book = new LiquidityBook();
  book.load(await store.beliefs());
  return book;
}

interface Exchange {
  readonly node: LightningNode;
  readonly store: Store;
  /** Of what the node runs. */
  readonly name: string;
}

async function exchange(
  options: ExchangeOptions,
  { output, open }: { readonly output: Output; readonly open: typeof openJournalFile },
  work: (parts: Exchange) => Promise<void>,
): Promise<ExitCode> {
  const access = chosenAccess(options, OPTION_NAMES);
  const node = await openNode(access, output);
  let store: Store | undefined;
  try {
    const { nodeId } = await node.info();
    store = await open(options.store, nodeId);
    await work({ node, store, name: SYSTEM_NAMES[systemOf(access)] });
    return EXIT.success;
  } finally {
    await Promise.allSettled([node.close(), store?.close()]);
  }
}
