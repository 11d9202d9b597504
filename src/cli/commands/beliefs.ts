/** `ballast beliefs`: what attempts have taught about the balances of others, and its exchange with lnd's own memory. */
import { existsSync } from 'node:fs';
import { LiquidityBook } from '../../liquidity/liquidity-book.ts';
import { connectLnd } from '../../node/lnd/index.ts';
import type { BeliefRow, LightningNode, Store } from '../../ports.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { openJournalFile, openNamedJournal } from '../journal-file.ts';
import type { Output } from '../output.ts';
import { type Access, checkAccess } from '../rebalance/check-access.ts';
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
          highAtMs > 0 ? sat(highMsat) : '',
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

export interface ExchangeOptions extends Access {
  readonly store?: string;
}

/** From lnd's mission control into the store: what is newer than what is known. */
export function importBeliefs(options: ExchangeOptions, output: Output): Promise<ExitCode> {
  return exchange(options, async (node, store) => {
    const book = await bookOf(store);
    const pairs = await node.missionControl();
    book.importMissionControl(pairs);
    await store.keepBeliefs(book.takeChanged());
    output.answer({ read: pairs.length, known: book.state().rows.length });
    output.print(`lnd knows ${grouped(pairs.length)} pairs of nodes; what was news is kept.`);
  });
}

/** From the store into lnd's mission control, where it lasts until lnd is restarted. */
export function exportBeliefs(options: ExchangeOptions, output: Output): Promise<ExitCode> {
  return exchange(options, async (node, store) => {
    const book = await bookOf(store);
    const { imported, leftOut } = await node.importMissionControl(book.exportMissionControl());
    output.answer({ given: imported, leftOut });
    output.print(
      `${grouped(imported)} pairs of nodes were given to lnd, which takes what is news to it and forgets it when it is restarted.`,
    );
  });
}

async function bookOf(store: Store): Promise<LiquidityBook> {
  const book = new LiquidityBook();
  book.load(await store.beliefs());
  return book;
}

async function exchange(
  options: ExchangeOptions,
  work: (node: LightningNode, store: Store) => Promise<void>,
): Promise<ExitCode> {
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
    await work(node, store);
    return EXIT.success;
  } finally {
    await Promise.allSettled([node.close(), store?.close()]);
  }
}
