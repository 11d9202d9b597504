/** Whether the journal is this node's: another one knows nothing of the payments that are unfinished in it. */
import { EXIT } from '../../exit-codes.ts';
import { type Check, failed, ok, skipped, warning } from '../check.ts';

export const storeOwner: Check = {
  id: 'store_owner',
  needs: ['store', 'version'],
  look: async (setUp) => {
    if (!(await setUp.hasJournal())) return skipped('there is no journal yet');
    const { nodeId } = await setUp.info();
    const { owner, nodes, unfinished } = await setUp.journalFacts();
    const others = [...nodes].filter((id) => id !== nodeId);
    if (others.length === 0) return ok('nothing in it is of another node');
    const fix = `connect that node, or name another file with ${setUp.storeName}`;
    const open = unfinished.find((record) => record.kind === 'start' && record.self !== nodeId);
    const rest = open === undefined ? '' : `; rebalance ${open.rebalanceId} is unfinished in it`;
    if (owner !== nodeId || open !== undefined) {
      const says = `it is the journal of node ${others.join(', ')}, and this is node ${nodeId}${rest}`;
      return failed(says, { exit: EXIT.usage, fix });
    }
    return warning(
      `it has rebalances of node ${others.join(', ')} as well, whose fees count towards this node's budget`,
      fix,
    );
  },
};
