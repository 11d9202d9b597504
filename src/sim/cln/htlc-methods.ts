/** listhtlcs (Core Lightning: `lightningd/htlc_end.c`, `wallet/wallet.c`). */
import { formatChannelId } from '../../units/ids.ts';
import type { HtlcRow } from './htlc-table.ts';
import { type Json, oneOf, type Parameters, text, uint32, uint64 } from './parameters.ts';
import type { CommandTable, ServedCln } from './served-cln.ts';

export const HTLC_COMMANDS: CommandTable = {
  listhtlcs: { names: ['id', 'index', 'start', 'limit'], run: listHtlcs },
};

async function listHtlcs({ htlcs }: ServedCln, given: Parameters): Promise<Json> {
  const id = given.optional('id', text);
  const index = given.optional('index', oneOf('created', 'updated'));
  const start = given.optional('start', uint64) ?? 0n;
  const limit = given.optional('limit', uint32) ?? Number.POSITIVE_INFINITY;
  const at = (row: HtlcRow): bigint => (index === 'updated' ? row.updatedIndex : row.createdIndex);
  const meant = htlcs.rows.filter(
    (row) =>
      (id === undefined || formatChannelId(row.channelId) === id) &&
      (index === undefined || (at(row) > 0n && at(row) >= start)),
  );
  const ordered = index === 'updated' ? meant.toSorted((a, b) => (at(a) < at(b) ? -1 : 1)) : meant;
  return { htlcs: ordered.slice(0, limit).map(shownHtlc) };
}

const shownHtlc = (row: HtlcRow): Json => ({
  short_channel_id: formatChannelId(row.channelId),
  id: row.htlcId,
  expiry: row.expiryHeight,
  amount_msat: row.amountMsat,
  direction: row.direction,
  payment_hash: row.paymentHash,
  state: stateOf(row),
  created_index: row.createdIndex,
  ...(row.updatedIndex === 0n ? {} : { updated_index: row.updatedIndex }),
});

function stateOf({ direction, ended }: HtlcRow): string {
  if (direction === 'in') return ended ? 'SENT_REMOVE_ACK_REVOCATION' : 'RCVD_ADD_ACK_REVOCATION';
  return ended ? 'RCVD_REMOVE_ACK_REVOCATION' : 'SENT_ADD_ACK_REVOCATION';
}
