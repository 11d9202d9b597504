/**
 * The backward search with exact amounts. It starts at the target with the amount to deliver and works toward the
 * source, so that every fee is charged on the amount that really crosses the channel. Labels are kept per node, not
 * one per node: inbound discounts pair the fee of the channel left by with that of the channel arrived on.
 *
 * Amounts only grow backwards, whatever the discounts (a node never keeps less than nothing), so a label's amount
 * bounds the price of all its completions from below, and labels settle in order of that bound.
 */

import { inboundFeeNumber, outboundFeeNumber } from '../units/fee-number.ts';
import { forwardingPayloadBytes, hopPayloadBytes } from '../units/onion-size.ts';
import { type DominanceRules, isDominated } from './dominance.ts';
import { type Critical, isOnPath, type Label, LabelHeap } from './label.ts';
import { NodeFees } from './node-fees.ts';
import type { SearchLimits, SearchSpace } from './search-space.ts';

/** How a search treats the limits on time lock, hops and onion bytes. */
export type ResourceMode =
  /** Not at all: the cheapest path, which may break them. */
  | 'ignored'
  /** Exactly: labels are compared in them too. */
  | 'compared'
  /** Paths that break them are cut off, but labels are compared by amount alone: quick, and may miss the best. */
  | 'pruned';

export interface Completion {
  /** Directions from source to target. */
  readonly directions: readonly number[];
  readonly sentMsat: number;
}

export interface SearchOutcome {
  readonly best: Completion | undefined;
  /** False where the budget ended the search, or a discount was met under which amounts are not monotone. */
  readonly complete: boolean;
}

/** Below -100 % a discount can grow faster than the amount, and comparing labels by amount proves nothing. */
const MONOTONE_RATE_PPM = -1_000_000;

export class LabelSearch {
  readonly #space: SearchSpace;
  readonly #limits: SearchLimits;
  readonly #mode: ResourceMode;
  readonly #fees: NodeFees;
  readonly #heap = new LabelHeap();
  readonly #settled = new Map<number, Label[]>();
  /** Smallest `pMsat` generated at a node, among labels that beat any other by it alone. */
  readonly #leastPMsat: Float64Array;
  #budget: number;
  #monotone = true;
  #bestMsat: number;
  #best: { label: Label | undefined; direction: number } | undefined;

  constructor(
    space: SearchSpace,
    options: { limits: SearchLimits; mode: ResourceMode; labelBudget: number },
  ) {
    this.#space = space;
    this.#limits = options.limits;
    this.#mode = options.mode;
    this.#budget = options.labelBudget;
    this.#fees = new NodeFees(space.snapshot, space.amountMsat);
    this.#leastPMsat = new Float64Array(space.snapshot.nodeCount).fill(Number.POSITIVE_INFINITY);
    // One more than the limit, so that a completion exactly at the limit is still an improvement.
    this.#bestMsat = options.limits.maxSentMsat + 1;
  }

  run(): SearchOutcome {
    this.#start();
    for (;;) {
      const label = this.#heap.pop();
      if (label === undefined || label.keyMsat >= this.#bestMsat) break;
      if (this.#budget <= 0) return this.#outcome(false);
      this.#settle(label);
    }
    return this.#outcome(this.#monotone);
  }

  #outcome(complete: boolean): SearchOutcome {
    if (this.#best === undefined) return { best: undefined, complete };
    const directions = [this.#best.direction];
    for (let at = this.#best.label; at !== undefined; at = at.parent) directions.push(at.direction);
    return { best: { directions, sentMsat: this.#bestMsat }, complete };
  }

  #start(): void {
    const { lastDirections, snapshot, source, target, amountMsat, finalCltvDelta, blockHeight } =
      this.#space;
    const finalBytes = hopPayloadBytes({
      amountToForwardMsat: BigInt(amountMsat),
      expiry: blockHeight + finalCltvDelta,
      hasNextChannel: false,
      mppTotalMsat: BigInt(amountMsat),
    });
    for (const direction of lastDirections) {
      const node = snapshot.from(direction);
      if (node !== source) {
        const end = { cltvBlocks: finalCltvDelta, onionBytes: finalBytes };
        this.#generate(direction, { amountMsat, parent: undefined, critical: undefined, end });
      } else if (source !== target && amountMsat < this.#bestMsat) {
        const reach = { cltvBlocks: finalCltvDelta, hops: 0, onionBytes: finalBytes };
        if (this.#withinLimits(reach)) this.#improve(amountMsat, undefined, direction);
      }
    }
  }

  #settle(label: Label): void {
    const { node } = label;
    let settled = this.#settled.get(node);
    if (settled === undefined) {
      settled = [];
      this.#settled.set(node, settled);
    }
    if (isDominated(label, settled, this.#rules(node))) return;
    settled.push(label);
    const { snapshot, source } = this.#space;
    const { offsets, outgoing } = snapshot.adjacency;
    for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
      const direction = outgoing[i]! ^ 1;
      const from = snapshot.from(direction);
      if (from === source) continue;
      const amountMsat = this.#arriving(label, direction);
      if (amountMsat === undefined || isOnPath(label, from)) continue;
      const critical = this.#criticalAfter(label, amountMsat);
      this.#generate(direction, { amountMsat, parent: label, critical, end: label });
    }
  }

  #rules(node: number): DominanceRules {
    const { source, target, maxima, amountMsat } = this.#space;
    return {
      comparesAmounts: this.#fees.hasDiscount(node),
      comparesResources: this.#mode === 'compared',
      couldLeaveBy: (direction) => source === target && maxima[direction ^ 1]! >= amountMsat,
    };
  }

  /** What must arrive at the label's node over the direction, or `undefined` where it cannot cross it. */
  #arriving(label: Label, direction: number): number | undefined {
    const maximum = this.#space.maxima[direction]!;
    if (maximum < label.xMsat) return undefined;
    const { columns } = this.#space.snapshot;
    // The inbound fee stands in the receiving node's own policy, that of the opposite direction.
    const rate = columns.inboundFeeRatePpm[direction ^ 1]!;
    const base = columns.inboundFeeBaseMsat[direction ^ 1]!;
    if (rate < MONOTONE_RATE_PPM) this.#monotone = false;
    const asked = rate === 0 && base === 0 ? 0 : inboundFeeNumber(base, rate, label.pMsat);
    // A node never pays for forwarding, and an amount below the channel's minimum is raised to it.
    const amountMsat = Math.max(label.xMsat, label.pMsat + asked, columns.minHtlcMsat[direction]!);
    return amountMsat <= maximum && amountMsat < this.#bestMsat ? amountMsat : undefined;
  }

  /** The node is critical when it granted a discount that later labels could not do without. */
  #criticalAfter(label: Label, arrivingMsat: number): Critical | undefined {
    if (arrivingMsat >= label.pMsat) return label.critical;
    const thresholdMsat = label.pMsat - this.#fees.leastOutbound(label.node);
    if (thresholdMsat <= arrivingMsat) return label.critical;
    return { node: label.node, thresholdMsat, rest: label.critical };
  }

  /** A label for the node at the start of `direction`, and at once all circles that this node completes. */
  #generate(
    direction: number,
    way: {
      amountMsat: number;
      parent: Label | undefined;
      critical: Critical | undefined;
      end: { readonly cltvBlocks: number; readonly onionBytes: number };
    },
  ): void {
    const { snapshot, blockHeight } = this.#space;
    const { columns } = snapshot;
    const { amountMsat: xMsat, parent, critical, end } = way;
    const node = snapshot.from(direction);
    const pMsat =
      xMsat +
      outboundFeeNumber(columns.feeBaseMsat[direction]!, columns.feeRatePpm[direction]!, xMsat);
    const discounts = this.#fees.hasDiscount(node);
    const label: Label = {
      node,
      direction,
      xMsat,
      pMsat,
      keyMsat: discounts ? xMsat : pMsat,
      cltvBlocks: end.cltvBlocks + columns.timeLockDelta[direction]!,
      hops: parent === undefined ? 1 : parent.hops + 1,
      onionBytes: end.onionBytes + forwardingPayloadBytes(xMsat, blockHeight + end.cltvBlocks),
      parent,
      critical,
      lastDirection: parent === undefined ? direction : parent.lastDirection,
    };
    if (label.keyMsat >= this.#bestMsat || !this.#withinLimits(label)) return;
    this.#complete(label);
    if (this.#isPlainlyBeaten(label, discounts)) return;
    this.#budget--;
    this.#heap.push(label);
  }

  /** Every label has one more channel before it; its own figures are already those of the whole route. */
  #withinLimits(reach: { cltvBlocks: number; hops: number; onionBytes: number }): boolean {
    if (this.#mode === 'ignored') return true;
    const { maxCltvBlocks, maxHops, maxOnionBytes } = this.#limits;
    return (
      reach.cltvBlocks <= maxCltvBlocks &&
      reach.hops + 1 <= maxHops &&
      reach.onionBytes <= maxOnionBytes
    );
  }

  /** Spares the heap labels that one of the same node beats by `pMsat` alone, without any condition. */
  #isPlainlyBeaten(label: Label, discounts: boolean): boolean {
    if (discounts || this.#mode === 'compared' || label.critical !== undefined) return false;
    if (this.#space.source === this.#space.target && this.#isReturnOpen(label)) return false;
    if (label.pMsat >= this.#leastPMsat[label.node]!) return true;
    this.#leastPMsat[label.node] = label.pMsat;
    return false;
  }

  #isReturnOpen(label: Label): boolean {
    return this.#space.maxima[label.lastDirection ^ 1]! >= this.#space.amountMsat;
  }

  /** Tries every first channel that leads to the label's node, except the one that the path comes back over. */
  #complete(label: Label): void {
    for (const direction of this.#space.firstInto.get(label.node) ?? []) {
      if (direction >> 1 === label.lastDirection >> 1) continue;
      const sentMsat = this.#arriving(label, direction);
      if (sentMsat !== undefined) this.#improve(sentMsat, label, direction);
    }
  }

  #improve(sentMsat: number, label: Label | undefined, direction: number): void {
    this.#bestMsat = sentMsat;
    this.#best = { label, direction };
  }
}
