/** What an attempt tells of the node pairs on its way, for beliefs that outlive the rebalance. */
import type { Route } from '../generated/messages/route.ts';
import type { LiquidityFact } from '../liquidity/liquidity-fact.ts';
import { finalNode, routeLinks } from './route-links.ts';
import type { Verdict } from './verdict.ts';

/**
 * A failure that could be decrypted comes from a node that the payment had reached, so all links before it carried their
 * amounts, whatever the code; lnd credits that for some codes only. Suspicions are left out where the failing node
 * named the terms that it asks: the next search knows them then.
 */
export function failureFacts(route: Route, verdict: Verdict): readonly LiquidityFact[] {
  const { sourceIndex } = verdict;
  if (sourceIndex === null) return verdict.facts;
  const carried = routeLinks(route, finalNode(route))
    .slice(0, sourceIndex)
    .map(({ from, to, amountMsat }): LiquidityFact => ({ kind: 'carried', from, to, amountMsat }));
  const others = verdict.facts.filter(
    ({ kind }) => kind === 'lacked' || (kind === 'suspect' && !verdict.repriceable),
  );
  return [...carried, ...others];
}
