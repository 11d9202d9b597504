/** An account of rebalancing for people: a row for each part of it, and the sum in a sentence. */
import type { Figures } from '../../accounts/figures.ts';
import type { Statement, StatementRow } from '../../accounts/statement.ts';
import type { ChannelId } from '../../units/ids.ts';
import type { NamedChannel } from '../report/gather.ts';
import { grouped, nodeName, ratio, satFromMsat } from './figures.ts';
import { type Align, table } from './table.ts';

type Names = ReadonlyMap<ChannelId, NamedChannel>;

interface Column {
  readonly head: string;
  readonly align: Align;
  readonly cell: (row: StatementRow) => string;
}

export function statementTable(statement: Statement, names: Names): readonly string[] {
  const columns = columnsOf(statement, (id) => channelName(id, names));
  return table(
    columns.map(({ head }) => head),
    columns.map(({ align }) => align),
    statement.rows.map((row) => columns.map(({ cell }) => cell(row))),
  );
}

function columnsOf({ request, earnings }: Statement, named: (id: ChannelId) => string): Column[] {
  const { period, place } = request;
  const left = (head: string, cell: Column['cell']): Column => ({ head, align: 'left', cell });
  const right = (head: string, cell: Column['cell']): Column => ({ head, align: 'right', cell });
  const name = (id: ChannelId | null): string => (id === null ? '' : named(id));
  const columns: Column[] = [];
  if (period !== undefined) {
    columns.push(left(period === 'week' ? 'week of' : period, (row) => row.period?.label ?? ''));
  }
  if (place === 'channel') columns.push(left('into', (row) => name(row.channelId)));
  if (place === 'pair') {
    columns.push(left('from', (row) => name(row.outChannelId)));
    columns.push(left('into', (row) => name(row.inChannelId)));
  }
  columns.push(right('moved, sat', (row) => satFromMsat(row.movedMsat)));
  if (place === 'channel') {
    columns.push(right('moved out, sat', (row) => satFromMsat(row.movedOutMsat ?? 0n)));
  }
  columns.push(
    right('paid, sat', (row) => satFromMsat(row.feeMsat)),
    right('ppm', (row) => orNothing(row.feePpm, ratio)),
    right('attempts', (row) => grouped(row.attempts)),
    right('success', (row) => orNothing(row.successRate, percent)),
    right('each', (row) => orNothing(row.attemptsPerSuccess, ratio)),
  );
  if (earnings === null) return columns;
  return [
    ...columns,
    right('earned since, sat', (row) => orNothing(row.earnedMsat, signedSat)),
    right('net, sat', (row) => orNothing(row.netMsat, signedSat)),
  ];
}

function channelName(channelId: ChannelId, names: Names): string {
  const known = names.get(channelId);
  if (known === undefined) return channelId;
  return `${nodeName({ nodeId: known.peer, alias: known.peerAlias })} ${channelId}`;
}

/** What it all comes to. */
export function statementSentence({ request, totals }: Statement): string {
  const time = `${moment(request.fromMs)} to ${moment(request.toMs)}`;
  if (totals.attempts === 0) return `${time}: nothing was sent to rebalance.`;
  const { settled, failed, open } = totals;
  const tries =
    `${grouped(settled)} of ${grouped(settled + failed)} attempts settled` +
    (totals.attemptsPerSuccess === null ? '' : `, ${ratio(totals.attemptsPerSuccess)} for each`) +
    (open === 0 ? '' : `, ${grouped(open)} not known to have ended`);
  return `${time}: ${movedText(totals)}; ${earnedText(totals)}${tries}.`;
}

function movedText({ movedMsat, feeMsat, feePpm }: Figures): string {
  const rate = feePpm === null ? '' : ` (${ratio(feePpm)} ppm)`;
  return `${satFromMsat(movedMsat)} sat moved for ${satFromMsat(feeMsat)} sat${rate}`;
}

function earnedText({ earnedMsat, netMsat, usedMsat }: Figures): string {
  if (earnedMsat === null || netMsat === null || usedMsat === null) return '';
  return (
    `forwards have used ${satFromMsat(usedMsat)} sat of it and earned ${signedSat(earnedMsat)} sat, ` +
    `net ${signedSat(netMsat)} sat; `
  );
}

/** `2026-02-03 15:30 UTC`. */
export const moment = (atMs: number): string =>
  `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Also of an amount below nothing. */
export const signedSat = (msat: bigint): string =>
  msat < 0n ? `-${satFromMsat(-msat)}` : satFromMsat(msat);

export const percent = (share: number): string => `${ratio(100 * share)} %`;

const orNothing = <T>(value: T | null, text: (value: T) => string): string =>
  value === null ? '' : text(value);
