/** `ballast plan`: what could be moved between own channels, and what it would be worth. */
import { existsSync } from 'node:fs';
import {
  type ChannelSettings,
  type PeerQuotes,
  type PlanRequest,
  PlanRequestError,
  type PlanStrategy,
  QuoteDesk,
  type RebalancePlan,
  Rebalancer,
} from '../../engine/index.ts';
import type { LightningNode, OwnChannel, Store } from '../../ports.ts';
import { memoryStore } from '../../store/index.ts';
import { StoreError } from '../../store/store-error.ts';
import { satToMsat } from '../../units/amounts.ts';
import type { NodeId } from '../../units/ids.ts';
import { resolveSelection } from '../channel-names.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-codes.ts';
import { defaultJournalPath, missingJournal, openJournalFile } from '../journal-file.ts';
import { type AccessOptions, OPTION_NAMES } from '../node-access/access-options.ts';
import { chosenAccess } from '../node-access/chosen-access.ts';
import { openNode } from '../node-access/open-node.ts';
import type { Output } from '../output.ts';
import { leftOutLines, movesTable, planSentence } from '../render/plan.ts';
import { channelOffers, peersOfMoves, quotesTable } from '../render/quotes.ts';
import { warningLog } from '../warning-log.ts';

export interface PlanOptions extends AccessOptions {
  readonly store?: string;
  readonly strategy?: PlanStrategy;
  readonly source?: readonly string[];
  readonly target?: readonly string[];
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly targetRatio?: number;
  readonly minRatio?: number;
  readonly maxRatio?: number;
  readonly maxFeePpm?: number;
  readonly earnedShare?: number;
  /** Hours. */
  readonly coolDown?: number;
  /** Days. */
  readonly horizon?: number;
  readonly fillAhead?: number;
  readonly history?: number;
  /** Satoshis. */
  readonly minAmount?: bigint;
  readonly minBenefit?: bigint;
  /** Millisatoshis. */
  readonly attemptCost?: bigint;
  readonly maxMoves?: number;
  readonly quotes?: boolean;
}

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** Who plans by hand does so once a day at most, and nobody fills up in between. */
const FILL_AHEAD_HOURS = 24;

export async function planCommand(options: PlanOptions, output: Output): Promise<ExitCode> {
  const { minRatio, maxRatio, strategy, source, target } = options;
  if (minRatio !== undefined && maxRatio !== undefined && minRatio > maxRatio) {
    throw new UsageError(`--min-ratio (${minRatio}) must not be above --max-ratio (${maxRatio})`);
  }
  if (strategy === 'explicit' && (source === undefined || target === undefined)) {
    throw new UsageError('--strategy explicit needs --source and --target');
  }
  const node = await openNode(chosenAccess(options, OPTION_NAMES), output);
  let store: Store | undefined;
  try {
    const [{ nodeId }, channels] = await Promise.all([node.info(), node.ownChannels()]);
    store = await openToRead(options.store, nodeId, output);
    const rebalancer = new Rebalancer({ node, store, log: warningLog(output) });
    const plan = await rebalancer.plan(requestOf(options, channels)).catch((error: unknown) => {
      if (!(error instanceof PlanRequestError)) throw error;
      throw new UsageError(error.message, { cause: error });
    });
    const quotes = options.quotes === true ? await askQuotes(plan, node) : [];
    output.answer(options.quotes === true ? { ...plan, quotes } : plan);
    if (plan.moves.length > 0) output.print(...movesTable(plan));
    if (options.quotes === true && plan.moves.length > 0) {
      output.print('By swaps, chain fees on top:', ...quotesTable(plan, quotes));
      output.print(...channelOffers(plan, quotes));
    }
    output.print(...leftOutLines(plan), planSentence(plan));
    return EXIT.success;
  } finally {
    await Promise.allSettled([node.close(), store?.close()]);
  }
}

function askQuotes(plan: RebalancePlan, node: LightningNode): Promise<readonly PeerQuotes[]> {
  return new QuoteDesk({ node }).ask(peersOfMoves(plan));
}

/** @throws UsageError where a name means none of our channels. */
function requestOf(options: PlanOptions, channels: readonly OwnChannel[]): PlanRequest {
  const named = (option: string, names: readonly string[] | undefined) =>
    names && resolveSelection({ option, names }, channels);
  const days = (count: number | undefined) => count && count * DAY_MS;
  const msat = (amountSat: bigint | undefined) =>
    amountSat === undefined ? undefined : satToMsat(amountSat);
  const { targetRatio, minRatio, maxRatio, maxFeePpm, earnedShare, coolDown } = options;
  const settings: ChannelSettings = given({
    targetRatio,
    minRatio,
    maxRatio,
    maxFeePpm,
    earnedShare,
    coolDownMs: coolDown === undefined ? undefined : coolDown * HOUR_MS,
  });
  return given({
    settings,
    strategy: options.strategy,
    sources: named('--source', options.source),
    targets: named('--target', options.target),
    include: named('--include', options.include),
    exclude: named('--exclude', options.exclude),
    horizonMs: days(options.horizon),
    fillAheadMs: (options.fillAhead ?? FILL_AHEAD_HOURS) * HOUR_MS,
    historyMs: days(options.history),
    minAmountMsat: msat(options.minAmount),
    minBenefitMsat: msat(options.minBenefit),
    attemptCostMsat: options.attemptCost,
    maxMoves: options.maxMoves,
  });
}

type Given<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };

const given = <T extends object>(fields: T): Given<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;

const PLANNED_WITHOUT = 'planned without what was lately moved, and without what was learnt';

/** A plan needs no journal, and makes none: where there is none, nothing was ever moved. */
async function openToRead(
  path: string | undefined,
  nodeId: NodeId,
  output: Output,
): Promise<Store> {
  const file = path ?? defaultJournalPath(nodeId, process.env);
  if (!existsSync(file)) {
    if (path !== undefined) output.warn(`--store: ${missingJournal(path)}; ${PLANNED_WITHOUT}`);
    return memoryStore();
  }
  try {
    return await openJournalFile(file, nodeId);
  } catch (error) {
    const isLocked =
      error instanceof UsageError &&
      error.cause instanceof StoreError &&
      error.cause.code === 'locked';
    if (!isLocked) throw error;
    output.warn(`${file} is in use by another command: ${PLANNED_WITHOUT}`);
    return memoryStore();
  }
}
