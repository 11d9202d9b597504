/** The channels that a path may begin and end with, and the most that each can carry in this request. */
import { DISABLED, HAS_POLICY } from '../../graph/columns.ts';
import type { OwnLiquidity } from '../../graph/overlay.ts';
import type { GraphSnapshot } from '../../graph/snapshot.ts';
import type { ChannelId } from '../../units/ids.ts';
import type { NodePair } from '../request.ts';
import { capacityMsat, carriesAmount, type EdgeTerms, raiseToSibling } from '../view/edge-terms.ts';
import type { SpaceTerms } from './space-terms.ts';

export interface EndDirection {
  readonly direction: number;
  /** Largest amount that it can take part with. */
  readonly maximum: number;
}

export const largest = (found: readonly EndDirection[]): number =>
  found.reduce((most, { maximum }) => Math.max(most, Math.min(maximum, 2 ** 52)), 0);

/** Directions that leave a node over its own channels: those named, or all. */
function ownDirections(
  snapshot: GraphSnapshot,
  node: number,
  named: readonly ChannelId[] | undefined,
): Iterable<number> {
  if (named === undefined) {
    const { offsets, outgoing } = snapshot.adjacency;
    return outgoing.subarray(offsets[node]!, offsets[node + 1]!);
  }
  const directions: number[] = [];
  for (const channelId of named.length < 2 ? named : new Set(named)) {
    const slot = snapshot.channelSlot(channelId);
    if (slot === undefined) continue;
    if (snapshot.from(2 * slot) === node) directions.push(2 * slot);
    else if (snapshot.to(2 * slot) === node) directions.push(2 * slot + 1);
  }
  return directions;
}

/** Looks up the ends of one request. What it needs of the whole node is gathered once, when first asked for. */
export class EndDirections {
  readonly #snapshot: GraphSnapshot;
  readonly #terms: SpaceTerms;
  #own: ReadonlyMap<ChannelId, OwnLiquidity> | undefined;
  #intoTarget: ReadonlyMap<number, readonly number[]> | undefined;

  constructor(snapshot: GraphSnapshot, terms: SpaceTerms) {
    this.#snapshot = snapshot;
    this.#terms = terms;
  }

  /**
   * Own channels that the payment may leave by. Our own `disabled` flag does not bind us (lnd: `unified_edges.go`),
   * and a channel whose policy of ours is unknown can be used where its balance is known.
   */
  first(): EndDirection[] {
    const [snapshot, terms] = [this.#snapshot, this.#terms];
    const found: EndDirection[] = [];
    for (const direction of ownDirections(snapshot, terms.source, terms.outChannels)) {
      const hasPolicy = (snapshot.columns.flags[direction]! & HAS_POLICY) !== 0;
      if (!hasPolicy && terms.overlay?.ownChannels === undefined) continue;
      const policyMax = hasPolicy
        ? snapshot.columns.maxHtlcMsat[direction]!
        : Number.POSITIVE_INFINITY;
      const announced = Math.min(policyMax, capacityMsat(snapshot, direction));
      const maximum = this.#maximum({ direction, sense: 'spendable', announced });
      if (maximum >= 0) found.push({ direction, maximum });
    }
    return found;
  }

  /** Channels that the payment may arrive by. */
  last(): EndDirection[] {
    const { target, inChannels } = this.#terms;
    const found: EndDirection[] = [];
    for (const outwards of ownDirections(this.#snapshot, target, inChannels)) {
      const direction = outwards ^ 1;
      const maximum = this.#lastMaximum(direction);
      if (maximum >= 0) found.push({ direction, maximum });
    }
    return found;
  }

  /** The last peer may hand the payment over on any of its channels to us that has the room. */
  raiseToSiblings(endTerms: EdgeTerms, edge: number, direction: number): void {
    const snapshot = this.#snapshot;
    const { amountMsat } = this.#terms;
    for (const sibling of this.#siblings(direction)) {
      if (sibling === direction || !carriesAmount(snapshot, sibling, amountMsat)) continue;
      if (this.#lastMaximum(sibling) < amountMsat) continue;
      raiseToSibling(endTerms, edge, { snapshot, direction: sibling });
    }
  }

  #siblings(direction: number): readonly number[] {
    const snapshot = this.#snapshot;
    if (this.#intoTarget === undefined) {
      const { offsets, outgoing } = snapshot.adjacency;
      const { target } = this.#terms;
      const own = Array.from(outgoing.subarray(offsets[target]!, offsets[target + 1]!));
      this.#intoTarget = Map.groupBy(
        own.map((outwards) => outwards ^ 1),
        (inwards) => snapshot.from(inwards),
      );
    }
    return this.#intoTarget.get(snapshot.from(direction)) ?? [];
  }

  /** Largest amount that can arrive at the target over a direction, or -1 where it is closed. */
  #lastMaximum(direction: number): number {
    const { columns } = this.#snapshot;
    if ((columns.flags[direction]! & (HAS_POLICY | DISABLED)) !== HAS_POLICY) return -1;
    const announced = Math.min(
      columns.maxHtlcMsat[direction]!,
      capacityMsat(this.#snapshot, direction),
    );
    const sense = this.#terms.source === this.#terms.target ? 'receivable' : 'announced';
    return this.#maximum({ direction, sense, announced });
  }

  /** The announced maximum, narrowed by our own balance, by exclusions and by what is known about the pair. */
  #maximum(at: {
    readonly direction: number;
    readonly sense: 'spendable' | 'receivable' | 'announced';
    readonly announced: number;
  }): number {
    const snapshot = this.#snapshot;
    const { overlay, exclude } = this.#terms;
    const channelId = snapshot.channelId(at.direction >> 1);
    if (exclude?.channels?.includes(channelId) === true) return -1;
    let maximum = at.announced;
    if (overlay?.ownChannels !== undefined && at.sense !== 'announced') {
      this.#own ??= new Map(overlay.ownChannels.map((channel) => [channel.channelId, channel]));
      const own = this.#own.get(channelId);
      if (own === undefined || !own.active) return -1;
      const liquidMsat = at.sense === 'spendable' ? own.spendableMsat : own.receivableMsat;
      maximum = Math.min(maximum, Number(liquidMsat));
    }
    const isPair = ({ from, to }: NodePair): boolean =>
      snapshot.nodeIndex(from) === snapshot.from(at.direction) &&
      snapshot.nodeIndex(to) === snapshot.to(at.direction);
    if (exclude?.pairs?.some(isPair) === true) return -1;
    for (const ceiling of overlay?.ceilings ?? []) {
      if (isPair(ceiling)) maximum = Math.min(maximum, Number(ceiling.atLeastMsat) - 1);
    }
    return maximum;
  }
}
