/** A report for scripts. */
import type { StatementRow } from '../../accounts/statement.ts';
import type { ChannelId } from '../../units/ids.ts';
import type { ReportData } from './gather.ts';

/** What `--json` prints; amounts become decimal strings there. */
export function formatReport({ statement, balances, names, notes }: ReportData): unknown {
  const { request, rows, totals, earnings } = statement;
  const alias = (id: ChannelId | null): string | null =>
    id === null ? null : (names.get(id)?.peerAlias ?? null);
  const named = (row: StatementRow) => ({
    ...row,
    alias: alias(row.channelId),
    outAlias: alias(row.outChannelId),
    inAlias: alias(row.inChannelId),
  });
  return {
    fromMs: request.fromMs,
    toMs: request.toMs,
    period: request.period ?? null,
    place: request.place ?? null,
    knowsEarnings: earnings !== null,
    notes,
    totals,
    rows: rows.map(named),
    /** As they stood last in this time. */
    balances: balances.at(-1) ?? null,
  };
}
