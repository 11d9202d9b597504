/** Whether forwards can wait for rebalances where the configuration wants that, and whether they hang on somebody. */
import { EXIT } from '../../exit-codes.ts';
import type { Rights } from '../../node-access/rights.ts';
import { type Check, type Finding, failed, ok, skipped, warning } from '../check.ts';
import type { SetUp } from '../set-up.ts';

const METHOD = 'HtlcInterceptor';

export const interceptor: Check = {
  id: 'interceptor',
  needs: ['version'],
  deadlineMs: 60_000,
  look: async (setUp) => {
    const { intercept, reasons } = (await setUp.node()).capabilities;
    const { requiresInterceptor = false } = await setUp.info();
    const wanted = await wantsToWait(setUp);
    if (!intercept) {
      const says = `this node lets no forward wait: ${reasons.intercept}`;
      return wanted
        ? failed(says, { exit: EXIT.usage, fix: 'set [just_in_time] enabled to false' })
        : skipped(says);
    }
    if (requiresInterceptor) {
      return warning(
        'lnd runs with requireinterceptor: it forwards nothing while no program intercepts, and so earns nothing when Ballast or that program ends',
        'take requireinterceptor out of lnd.conf and restart lnd, unless another program needs it',
      );
    }
    if (!wanted) return ok('lnd forwards by itself, and just_in_time is not asked for');
    return byRights(await setUp.rights());
  },
};

async function wantsToWait(setUp: SetUp): Promise<boolean> {
  const config = await setUp.config();
  return config !== undefined && config.justInTime !== false && !config.dryRun;
}

function byRights(rights: Rights): Finding {
  if (rights.kind === 'everything') return ok(rights.says);
  const verdict = rights.methods.find(({ method }) => method === METHOD)?.verdict;
  switch (verdict?.kind) {
    case 'lacking':
      return failed(`the macaroon lacks what just_in_time needs: ${METHOD}: ${verdict.ask}`, {
        exit: EXIT.node,
        fix: `make another macaroon: ${rights.make(new Set(['planning', 'justInTime']))}`,
      });
    case 'unknown':
      return warning(`just_in_time may not work: ${verdict.reason}`);
    case 'absent':
    case undefined:
      return warning(`whether ${METHOD} is allowed could not be asked`);
    case 'allowed':
      return ok('forwards can wait, and go on by themselves when Ballast ends');
  }
}
