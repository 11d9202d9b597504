/**
 * When may a label be thrown away? Only when every completion of it can be replaced by one at least as good of a
 * label that was settled at the same node before.
 */
import { isOnPath, type Label } from './label.ts';

export interface DominanceRules {
  /** The node grants a discount on some incoming channel, so that `xMsat` and `pMsat` both matter. */
  readonly comparesAmounts: boolean;
  /** Time lock, hops and onion bytes are limited resources and compared too. */
  readonly comparesResources: boolean;
  /** Whether the payment could leave by the channel that this direction comes back over. */
  readonly couldLeaveBy: (lastDirection: number) => boolean;
}

/**
 * `settled` holds labels with keys no greater than the label's. One of them beats it when it is no worse in what is
 * compared, and every node whose discount it still depends on lies on the label's path as well.
 *
 * One more trap belongs to circles: a path that returns over channel c blocks completions that leave by c, for the
 * shortcut out and back over one channel is no circle. Such a label beats another only together with a second one
 * that returns over another channel.
 */
export function isDominated(
  label: Label,
  settled: readonly Label[],
  rules: DominanceRules,
): boolean {
  let conditional: number | undefined;
  for (const other of settled) {
    if (other.pMsat > label.pMsat) continue;
    if (rules.comparesAmounts && other.xMsat > label.xMsat) continue;
    if (rules.comparesResources && !needsNoMore(other, label)) continue;
    if (!sparesCriticalNodes(other, label)) continue;
    if (!blocksDeparture(other, label, rules)) return true;
    if (conditional !== undefined && conditional !== other.lastDirection) return true;
    conditional = other.lastDirection;
  }
  return false;
}

const needsNoMore = (left: Label, right: Label): boolean =>
  left.cltvBlocks <= right.cltvBlocks &&
  left.hops <= right.hops &&
  left.onionBytes <= right.onionBytes;

function sparesCriticalNodes(other: Label, label: Label): boolean {
  for (let at = other.critical; at !== undefined; at = at.rest) {
    if (at.thresholdMsat > label.xMsat && !isOnPath(label, at.node)) return false;
  }
  return true;
}

function blocksDeparture(other: Label, label: Label, rules: DominanceRules): boolean {
  if (other.lastDirection === label.lastDirection) return false;
  if (!rules.couldLeaveBy(other.lastDirection)) return false;
  return !isOnPath(label, endNode(other));
}

/** The node from which the path enters the target. */
function endNode(label: Label): number {
  let at = label;
  while (at.parent !== undefined) at = at.parent;
  return at.node;
}
