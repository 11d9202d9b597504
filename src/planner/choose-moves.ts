/**
 * The moves of a plan, one after another: always the one that gains most beside those chosen before it, or a smaller one
 * between the same channels where that and another after it gain more. Balance and room gain ever less as they grow, so
 * what is left out only loses by waiting.
 */
import type { PathHop } from '../pathfinder/path.ts';
import type { ChannelId } from '../units/ids.ts';
import { anotherCircle, type FoundMove, findMoves } from './circle-search.ts';
import { type MoveFigures, moveFigures } from './move-worth.ts';
import { isOpenPair, type PlanField } from './plan-field.ts';
import type { PlannedChannel } from './planned-channel.ts';
import type { PlannedMove } from './rebalance-plan.ts';

const FIRST_CIRCLES = 100;
const MORE_CIRCLES = 4;
/** For each amount; beyond, the order among what gains nearly the same is not worth the time. */
const MOST_CIRCLES = 400;
/** Other circles that are looked for where one costs too much, or passes what earlier moves use. */
const MOST_RETRIES = 3;
const MSAT_PER_SAT = 1000n;

export interface ChosenMoves {
  readonly moves: readonly PlannedMove[];
  /** Channels that had a move worth making at some time, whether it was chosen or not. */
  readonly offered: ReadonlySet<PlannedChannel>;
}

export function chooseMoves(field: PlanField): ChosenMoves {
  return new Choice(field).make();
}

class Candidate {
  readonly found: FoundMove;
  readonly retries: number;
  /** What it came to when the channels at its ends were as the versions say. */
  figures: MoveFigures | undefined;
  #versions = '';

  constructor(found: FoundMove, retries: number = 0) {
    this.found = found;
    this.retries = retries;
  }

  /** Whether something has moved at its ends since the last time. */
  isStale(): boolean {
    const { source, target } = this.found;
    const versions = `${source.peer.version} ${target.peer.version}`;
    if (versions === this.#versions) return false;
    this.#versions = versions;
    return true;
  }
}

interface Weighed {
  readonly candidate: Candidate;
  readonly figures: MoveFigures;
}

class Choice {
  readonly #field: PlanField;
  readonly #taken: FoundMove[] = [];
  readonly #offered = new Set<PlannedChannel>();
  /** What the moves take of others' channels, by direction. */
  readonly #used = new Map<string, bigint>();

  constructor(field: PlanField) {
    this.#field = field;
  }

  make(): ChosenMoves {
    let circles = FIRST_CIRCLES;
    while (!this.#isFull) {
      const { moves, missingBelowMsat } = findMoves(this.#field, circles);
      for (const { source, target } of moves) this.#offered.add(source).add(target);
      const isWidest = circles >= MOST_CIRCLES;
      const took = this.#takeFrom(moves, isWidest ? null : missingBelowMsat);
      if (missingBelowMsat === null || (isWidest && took === 0)) break;
      if (took === 0) circles *= MORE_CIRCLES;
    }
    return { moves: this.#ranked(), offered: this.#offered };
  }

  /**
   * The moves by their net gain, each beside those before it. What gains too little beside all the others is dropped: it
   * was worth it only before they came.
   */
  #ranked(): readonly PlannedMove[] {
    const chosen = new Set(this.#taken.map((found) => new Candidate(found)));
    for (const channel of this.#field.channels) channel.reset();
    this.#taken.length = 0;
    const moves: PlannedMove[] = [];
    for (let best = this.#best(chosen); best !== undefined; best = this.#best(chosen)) {
      const { candidate, figures } = best;
      chosen.delete(candidate);
      if (candidate.found.feeMsat > figures.maxFeeMsat) continue;
      moves.push(plannedMove(candidate.found, figures));
      this.#take(candidate.found);
    }
    return moves;
  }

  get #isFull(): boolean {
    return this.#taken.length >= this.#field.maxMoves;
  }

  /** Takes what is worth it, and not less than what may be missing. Returns how many. */
  #takeFrom(moves: readonly FoundMove[], missingBelowMsat: number | null): number {
    const candidates = new Set(moves.map((found) => new Candidate(found)));
    const before = this.#taken.length;
    while (!this.#isFull) {
      const best = this.#best(candidates);
      if (best === undefined) break;
      if (missingBelowMsat !== null && Number(best.figures.netMsat) < missingBelowMsat) break;
      const { candidate, figures } = this.#orSmaller(best, candidates);
      const { found } = candidate;
      const crowded = this.#crowded(found);
      if (found.feeMsat > figures.maxFeeMsat || crowded.length > 0) {
        this.#retry(candidate, { candidates, crowded });
      } else {
        // It stays a candidate, for there may be balance and room to make the same move again.
        this.#take(found);
      }
    }
    return this.#taken.length - before;
  }

  /** A large move may bring more than can be used, and pay for all of it. */
  #orSmaller(best: Weighed, candidates: ReadonlySet<Candidate>): Weighed {
    const { source, target, amountMsat } = best.candidate.found;
    const smaller = [...candidates].filter(
      ({ found }) =>
        found.source === source && found.target === target && found.amountMsat < amountMsat,
    );
    let [choice, mostMsat] = [best, best.figures.netMsat];
    for (const candidate of smaller) {
      const figures = this.#figures(candidate.found);
      if (figures.netMsat < this.#field.minBenefitMsat) continue;
      const sumMsat = figures.netMsat + this.#mostAfter(candidate.found, smaller);
      if (sumMsat > mostMsat) [choice, mostMsat] = [{ candidate, figures }, sumMsat];
    }
    return choice;
  }

  /** What the best of some moves between the same channels would gain after one of them. */
  #mostAfter(first: FoundMove, candidates: readonly Candidate[]): bigint {
    const { source, target, amountMsat, feeMsat } = first;
    source.drain(amountMsat + feeMsat);
    target.fill(amountMsat);
    let mostMsat = 0n;
    for (const { found } of candidates) {
      if (!this.#fits(found)) continue;
      const { netMsat } = this.#figures(found);
      if (netMsat > mostMsat) mostMsat = netMsat;
    }
    source.drain(-amountMsat - feeMsat);
    target.fill(-amountMsat);
    return mostMsat;
  }

  /** What cannot be made any more is dropped. */
  #best(candidates: Set<Candidate>): Weighed | undefined {
    const { minBenefitMsat } = this.#field;
    let best: Weighed | undefined;
    for (const candidate of candidates) {
      if (candidate.isStale()) {
        const { found } = candidate;
        candidate.figures = this.#fits(found) ? this.#figures(found) : undefined;
      }
      const { figures } = candidate;
      if (figures === undefined || figures.netMsat < minBenefitMsat) candidates.delete(candidate);
      else if (best === undefined || figures.netMsat > best.figures.netMsat) {
        best = { candidate, figures };
      }
    }
    return best;
  }

  #fits({ source, target, amountMsat, feeMsat }: FoundMove): boolean {
    return (
      isOpenPair(this.#field, { source, target }) &&
      source.surplusMsat >= amountMsat + feeMsat &&
      target.roomMsat >= amountMsat
    );
  }

  #figures(found: FoundMove): MoveFigures {
    return moveFigures(found, { ...found, ...this.#field });
  }

  /** Others' channels that cannot carry the move beside the earlier ones. */
  #crowded({ path }: FoundMove): readonly ChannelId[] {
    return path.hops
      .slice(1, -1)
      .filter((hop) => {
        const usedMsat = this.#used.get(directionOf(hop)) ?? 0n;
        return usedMsat > 0n && usedMsat + hop.amountInMsat > hop.capacitySat * MSAT_PER_SAT;
      })
      .map(({ channelId }) => channelId);
  }

  #retry(
    candidate: Candidate,
    on: { readonly candidates: Set<Candidate>; readonly crowded: readonly ChannelId[] },
  ): void {
    const { found } = candidate;
    on.candidates.delete(candidate);
    if (candidate.retries >= MOST_RETRIES) return;
    const payableMsat = BigInt(found.target.payableMsat(found.amountMsat));
    const other = anotherCircle(this.#field, found, {
      maxFeeMsat: payableMsat,
      without: on.crowded,
    });
    if (other !== undefined) on.candidates.add(new Candidate(other, candidate.retries + 1));
  }

  #take(found: FoundMove): void {
    const { source, target, amountMsat, feeMsat, path } = found;
    this.#taken.push(found);
    source.drain(amountMsat + feeMsat);
    target.fill(amountMsat);
    for (const hop of path.hops.slice(1, -1)) {
      const direction = directionOf(hop);
      this.#used.set(direction, (this.#used.get(direction) ?? 0n) + hop.amountInMsat);
    }
  }
}

const plannedMove = (found: FoundMove, figures: MoveFigures): PlannedMove => ({
  outChannelId: found.source.own.channelId,
  inChannelId: found.target.own.channelId,
  amountMsat: found.amountMsat,
  path: found.path,
  feeMsat: found.feeMsat,
  feePpm: found.feePpm,
  ...figures,
});

const directionOf = ({ channelId, from }: PathHop): string => `${channelId} ${from}`;
