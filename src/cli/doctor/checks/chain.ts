/** Whether the node knows the newest block: expiries of routes are counted from it. */
import { EXIT } from '../../exit-codes.ts';
import { grouped } from '../../render/figures.ts';
import { type Check, failed, ok } from '../check.ts';

export const chain: Check = {
  id: 'chain',
  needs: ['version'],
  look: async (setUp) => {
    const { syncedToChain, blockHeight } = await setUp.info();
    const at = `at block ${grouped(blockHeight)}`;
    if (syncedToChain) return ok(`in sync with the chain, ${at}`);
    return failed(
      `not in sync with the chain, ${at}: routes would carry expiries that are too low`,
      {
        exit: EXIT.node,
        fix: 'wait until it has caught up; where its height stands still, look after its Bitcoin node',
      },
    );
  },
};
