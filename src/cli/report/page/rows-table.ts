/** The rows of an account as a table of the page. */
import type { Statement, StatementRow } from '../../../accounts/statement.ts';
import type { ChannelId } from '../../../units/ids.ts';
import { grouped, ratio, satFromMsat } from '../../render/figures.ts';
import { percent, signedSat } from '../../render/statement.ts';
import type { ReportData } from '../gather.ts';
import { html, type Markup, NO_MARKUP } from './markup.ts';

interface Column {
  readonly head: string;
  readonly cell: (row: StatementRow) => Markup | string;
  readonly isText?: true;
}

export function rowsTable({ statement, names }: Pick<ReportData, 'statement' | 'names'>): Markup {
  const channel = (id: ChannelId | null): Markup => {
    if (id === null) return NO_MARKUP;
    const known = names.get(id);
    if (known === undefined) return html`${id}`;
    return html`${known.peerAlias.trim() === '' ? `${known.peer.slice(0, 10)}…` : known.peerAlias} <span class="unit">${id}</span>`;
  };
  const columns = [...keysOf(statement, channel), ...figuresOf(statement)];
  const heads = columns.map(
    ({ head, isText }) => html`<th scope="col"${isText ? TEXT : NO_MARKUP}>${head}</th>`,
  );
  const rows = statement.rows.map(
    (row) =>
      html`<tr>${columns.map(({ cell, isText }) => html`<td${isText ? TEXT : NO_MARKUP}>${cell(row)}</td>`)}</tr>`,
  );
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Figures in rows"><table><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

const TEXT: Markup = html` class="text"`;

function keysOf(
  { request }: Statement,
  channel: (id: ChannelId | null) => Markup,
): readonly Column[] {
  const { period, place } = request;
  const text = (head: string, cell: Column['cell']): Column => ({ head, cell, isText: true });
  const columns: Column[] = [];
  if (period !== undefined) {
    columns.push(text(period === 'week' ? 'week of' : period, (row) => row.period?.label ?? ''));
  }
  if (place === 'channel') columns.push(text('into', (row) => channel(row.channelId)));
  if (place === 'pair') {
    columns.push(text('from', (row) => channel(row.outChannelId)));
    columns.push(text('into', (row) => channel(row.inChannelId)));
  }
  return columns;
}

function figuresOf({ request, earnings }: Statement): readonly Column[] {
  const columns: Column[] = [
    { head: 'moved, sat', cell: (row) => satFromMsat(row.movedMsat) },
    ...(request.place === 'channel'
      ? [
          {
            head: 'moved out, sat',
            cell: (row: StatementRow) => satFromMsat(row.movedOutMsat ?? 0n),
          },
        ]
      : []),
    { head: 'paid, sat', cell: (row) => satFromMsat(row.feeMsat) },
    { head: 'ppm', cell: (row) => (row.feePpm === null ? '' : ratio(row.feePpm)) },
    { head: 'attempts', cell: (row) => grouped(row.attempts) },
    { head: 'success', cell: (row) => (row.successRate === null ? '' : percent(row.successRate)) },
  ];
  if (earnings === null) return columns;
  return [
    ...columns,
    { head: 'earned since, sat', cell: (row) => signedSat(row.earnedMsat ?? 0n) },
    { head: 'net, sat', cell: (row) => signedSat(row.netMsat ?? 0n) },
  ];
}
