/** What an attempt's end is to lnd's mission control. */
import type { Verdict } from '../../../../src/executor/verdict.ts';
import type { LiquidityFact } from '../../../../src/liquidity/liquidity-fact.ts';
import type { InterpretedResult } from '../../../../src/liquidity/mission-control/mission-control.ts';
import type { AttemptResult } from '../../arm.ts';

/** The verdict follows lnd's own table, but that our own node, as the receiver, is never blamed. */
export function interpretedResult(result: AttemptResult): InterpretedResult {
  if (result.kind === 'settled') {
    return { pairs: result.facts.map(pairResult), failedNode: null, policyPair: null };
  }
  const { blame, facts } = result.verdict;
  const policy = blame.kind === 'channel' && blame.cause === 'policy' ? blame.at : null;
  return {
    pairs: facts.map(pairResult),
    failedNode: failedNode(result.verdict),
    policyPair: policy && { from: policy.from, to: policy.to },
  };
}

function failedNode({ blame, otherwise }: Verdict): InterpretedResult['failedNode'] {
  if (otherwise?.kind === 'node') return otherwise.nodeId;
  return blame.kind === 'node' ? blame.nodeId : null;
}

function pairResult(fact: LiquidityFact): InterpretedResult['pairs'][number] {
  const { from, to } = fact;
  switch (fact.kind) {
    case 'carried':
    case 'moved':
      return { from, to, kind: 'success', amountMsat: Number(fact.amountMsat) };
    case 'lacked':
      return { from, to, kind: 'failure', amountMsat: Number(fact.amountMsat) };
    case 'suspect':
      return { from, to, kind: 'failure', amountMsat: 0 };
  }
}
