/** The rows of a report as CSV (RFC 4180), for spreadsheets. */
import type { StatementRow } from '../../accounts/statement.ts';
import { type ChannelId, formatChannelId } from '../../units/ids.ts';
import { plainText } from '../render/plain-text.ts';
import type { ReportData } from './gather.ts';

type Cell = string | number | bigint | null;

/**
 * Amounts are whole msat. Nothing stands where a figure is unknown or has no meaning. Channels are named by their block
 * form: as whole numbers, spreadsheets would round them to fifteen digits.
 */
export function reportCsv({ statement, names }: ReportData): string {
  const alias = (id: ChannelId | null): string =>
    id === null ? '' : (names.get(id)?.peerAlias ?? '');
  const place = (id: ChannelId | null): string => (id === null ? '' : formatChannelId(id));
  const columns: readonly (readonly [string, (row: StatementRow) => Cell])[] = [
    ['period', ({ period }) => period?.label ?? null],
    ['channel_id', ({ channelId }) => place(channelId)],
    ['channel_alias', ({ channelId }) => alias(channelId)],
    ['out_channel_id', ({ outChannelId }) => place(outChannelId)],
    ['out_alias', ({ outChannelId }) => alias(outChannelId)],
    ['in_channel_id', ({ inChannelId }) => place(inChannelId)],
    ['in_alias', ({ inChannelId }) => alias(inChannelId)],
    ['moved_msat', ({ movedMsat }) => movedMsat],
    ['moved_out_msat', ({ movedOutMsat }) => movedOutMsat],
    ['fee_msat', ({ feeMsat }) => feeMsat],
    ['fee_ppm', ({ feePpm }) => feePpm],
    ['attempts', ({ attempts }) => attempts],
    ['settled', ({ settled }) => settled],
    ['failed', ({ failed }) => failed],
    ['open', ({ open }) => open],
    ['probes', ({ probes }) => probes],
    ['success_rate', ({ successRate }) => successRate],
    ['attempts_per_success', ({ attemptsPerSuccess }) => attemptsPerSuccess],
    ['used_msat', ({ usedMsat }) => usedMsat],
    ['earned_msat', ({ earnedMsat }) => earnedMsat],
    ['net_msat', ({ netMsat }) => netMsat],
  ];
  const lines = [
    columns.map(([name]) => name),
    ...statement.rows.map((row) => columns.map(([, cell]) => cell(row))),
  ];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/**
 * Foreign text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection). Numbers
 * are ours, and may be negative.
 */
export function csvCell(value: Cell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const plain = plainText(value);
  const text = /^[\s\p{P}]*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20]/u.test(plain) ? `'${plain}` : plain;
  return /[",\r\n']|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
