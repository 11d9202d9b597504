/** Whether a payment of ours was left to itself, by a crash or a second Ctrl-C. */
import type { JournalRecord } from '../../../ports.ts';
import type { PaymentHash } from '../../../units/ids.ts';
import { plural } from '../../render/figures.ts';
import { type Check, ok, skipped, warning } from '../check.ts';

export const unfinished: Check = {
  id: 'unfinished',
  needs: ['store'],
  look: async (setUp) => {
    if (!(await setUp.hasJournal())) return skipped('there is no journal yet');
    const { unfinished: records, hasLog } = await setUp.journalFacts();
    const ids = [...new Set(records.map(({ rebalanceId }) => rebalanceId))];
    if (ids.length === 0) return ok('no rebalance is left unfinished');
    const hashes = openPayments(records);
    const says = `${plural(ids.length, 'rebalance')} without an end (${ids.join(', ')}), with ${plural(hashes.length, 'payment')}${hashes.length === 0 ? '' : ` (${hashes.join(', ')})`}`;
    return hasLog
      ? warning(says, 'a command may be at it now; where none runs, `ballast resume` follows them')
      : warning(says, '`ballast resume` follows them to their end; do not pay again meanwhile');
  },
};

/** Those whose fate is not in the journal. */
function openPayments(records: readonly JournalRecord[]): readonly PaymentHash[] {
  const open = new Set<PaymentHash>();
  for (const record of records) {
    if (record.kind === 'intent') open.add(record.paymentHash);
    if (record.kind === 'outcome' && record.outcome.kind !== 'unknown') {
      open.delete(record.paymentHash);
    }
  }
  return [...open];
}
