/** Last peers that hand payments over on other channels than asked for. */
import type { NodeId } from '../units/ids.ts';
import { withoutPair } from './learnt.ts';
import type { Run } from './rebalance-state.ts';

/** Of payments that one peer hands over as it likes. More would hardly find another whim: most peers follow a rule. */
const MAX_STRAYED = 2;

/** After one more of this peer's: it is left out once that happens too often. */
export function withStray(run: Run, peer: NodeId): Run {
  const after: Run = { ...run, strayed: [...run.strayed, peer] };
  if (!unsteerablePeers(after).includes(peer)) return after;
  return { ...after, learnt: withoutPair(run.learnt, { from: peer, to: run.terms.self }) };
}

/** Those that are left out. */
export const unsteerablePeers = ({ strayed }: Pick<Run, 'strayed'>): readonly NodeId[] =>
  [...new Set(strayed)].filter(
    (peer) => strayed.filter((nodeId) => nodeId === peer).length >= MAX_STRAYED,
  );
