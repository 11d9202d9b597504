/** A verdict as lnd's mission control would book it, for comparing with lnd's own interpretation. */
import type { Verdict } from '../../src/executor/verdict.ts';
import type { LiquidityFact } from '../../src/liquidity/liquidity-fact.ts';
import { nodeName } from './routes.ts';

export interface MissionControlView {
  /** From, to, outcome, msat; sorted, a later booking of a pair having replaced an earlier one. */
  readonly pairs: readonly string[];
  readonly nodeFailure: string | null;
  readonly finalReason: string | null;
  readonly policyPair: string | null;
}

export function pairLines(facts: readonly LiquidityFact[]): string[] {
  const pairs = new Map<string, string>();
  for (const fact of facts) {
    const pair = `${nodeName(fact.from)}>${nodeName(fact.to)}`;
    const outcome = fact.kind === 'carried' || fact.kind === 'moved' ? 'success' : 'fail';
    pairs.set(pair, `${pair} ${outcome} ${fact.kind === 'suspect' ? 0 : fact.amountMsat}`);
  }
  return [...pairs.values()].sort();
}

export function missionControlView(verdict: Verdict): MissionControlView {
  const { blame, otherwise } = verdict;
  const node = otherwise?.kind === 'node' ? otherwise : blame.kind === 'node' ? blame : null;
  return {
    pairs: pairLines(verdict.facts),
    nodeFailure: node === null ? null : nodeName(node.nodeId),
    finalReason: finalReason(verdict),
    policyPair:
      blame.kind === 'channel' && blame.cause === 'policy'
        ? `${nodeName(blame.at.from)}>${nodeName(blame.at.to)}`
        : null,
  };
}

/** lnd stops where our own node refused the arrival; Ballast may go on with a new invoice. */
function finalReason(verdict: Verdict): string | null {
  if (verdict.next === 'retry' || verdict.code === 'MPP_TIMEOUT') return null;
  const details = [
    'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS',
    'INCORRECT_PAYMENT_AMOUNT',
    'FINAL_EXPIRY_TOO_SOON',
  ];
  return details.includes(verdict.code) ? 'INCORRECT_PAYMENT_DETAILS' : 'ERROR';
}
