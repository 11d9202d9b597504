/** Brings together what a report is made of: the journal, past balances, and the node where it may be asked. */

import { type Statement, type StatementRequest, statementOf } from '../../accounts/statement.ts';
import { Route } from '../../generated/messages/route.ts';
import { listedIds } from '../../planner/listed-ids.ts';
import type {
  BalanceSample,
  ForwardingHistory,
  JournalRecord,
  LightningNode,
  NodeInfo,
  OwnChannel,
  Store,
} from '../../ports.ts';
import type { ChannelId, NodeId } from '../../units/ids.ts';
import { DAY_MS } from '../../units/time.ts';

/** A channel as it is called. */
export interface NamedChannel {
  readonly channelId: ChannelId;
  readonly peer: NodeId;
  readonly peerAlias: string;
}

export interface ReportData {
  readonly statement: Statement;
  /** Oldest first, of the time of the report. */
  readonly balances: readonly BalanceSample[];
  readonly names: ReadonlyMap<ChannelId, NamedChannel>;
  /** What a reader must know to take the figures for what they are. */
  readonly notes: readonly string[];
}

/** What was moved longer before the time of the report counts as used up. */
const LOOK_BACK_MS = 90 * DAY_MS;

export interface ReportSources {
  readonly store: Store;
  readonly node: LightningNode | undefined;
}

/** @param step is told of each part that is done */
export async function gather(
  { store, node }: ReportSources,
  request: StatementRequest,
  step: () => void,
): Promise<ReportData> {
  const done = <T>(value: T): T => {
    step();
    return value;
  };
  const { fromMs, toMs } = request;
  const sinceMs = Math.max(0, fromMs - LOOK_BACK_MS);
  const [records, samples, info, channels, history] = await Promise.all([
    recordsWithoutRoutes(store, { sinceMs, untilMs: toMs }).then(done),
    store.balances().then(done),
    node?.info(),
    node?.ownChannels().then(done),
    node?.forwardingHistory({ sinceMs }).then(done),
  ]);
  const forwards = history?.forwards ?? null;
  const listed = listedIds(channels ?? []);
  const statement = done(statementOf({ records, forwards, listed }, request));
  return {
    statement,
    balances: samples.filter(({ atMs }) => atMs >= fromMs && atMs < toMs),
    names: namesOf(samples, channels ?? []),
    notes: [...notesOnOwner(records, info), ...notesOn(history, sinceMs)],
  };
}

/** Read at a time, so that few routes are in memory together. */
const SLICE_MS = DAY_MS;
const NO_ROUTE = Route.fromPartial({});

/** Routes are nearly all of a journal, and no account needs them. */
async function recordsWithoutRoutes(
  store: Store,
  { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number },
): Promise<readonly JournalRecord[]> {
  const kept: JournalRecord[] = [];
  for (let fromMs = sinceMs; fromMs < untilMs; fromMs += SLICE_MS) {
    const slice = { sinceMs: fromMs, untilMs: Math.min(fromMs + SLICE_MS, untilMs) };
    for (const record of await store.records(slice)) {
      kept.push(record.kind === 'intent' ? { ...record, route: NO_ROUTE } : record);
    }
  }
  return kept;
}

/** Parts that `gather` tells of. */
export const stepsOf = (node: LightningNode | undefined): number => (node === undefined ? 3 : 5);

/** Whoever has two nodes may name the journal of one and the address of the other. */
function notesOnOwner(records: readonly JournalRecord[], info: NodeInfo | undefined): string[] {
  const other = records.find((record) => record.kind === 'start' && record.self !== info?.nodeId);
  if (info === undefined || other?.kind !== 'start') return [];
  return [
    `The journal is that of ${other.self}, and the node is ${info.nodeId}: what the journal's channels earned is not known. Name both of one node.`,
  ];
}

function notesOn(history: ForwardingHistory | undefined, sinceMs: number): string[] {
  if (history === undefined) {
    return [
      'What was earned is not known: the node was not asked (--lnd, --cln, --clnrest or --ldk-server names it).',
    ];
  }
  if (history.sinceMs <= sinceMs) return [];
  const from = new Date(history.sinceMs).toISOString().slice(0, 16);
  return [
    `Earnings are known from ${from}Z on: the node does not tell of earlier forwards, or has more than can be held in memory.`,
  ];
}

/** As the node calls them now; what it has closed, as it was called last. */
function namesOf(
  samples: readonly BalanceSample[],
  channels: readonly OwnChannel[],
): ReadonlyMap<ChannelId, NamedChannel> {
  const names = new Map<ChannelId, NamedChannel>();
  for (const known of [...samples.map((sample) => sample.channels), channels]) {
    for (const { channelId, peer, peerAlias } of known) {
      names.set(channelId, { channelId, peer, peerAlias });
    }
  }
  return names;
}
