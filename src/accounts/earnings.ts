/** What liquidity that was moved has earned since: which forwards used it up. */
import type { Forward } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';

/** A payment to ourselves that settled: it filled the one channel from the other. */
export interface Move {
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly outChannelId: ChannelId;
  readonly inChannelId: ChannelId;
  /** What came in. */
  readonly amountMsat: bigint;
  /** What left is more by this. */
  readonly feeMsat: bigint;
}

/** A part of a forward that used a part of what was moved. */
interface Earning {
  /** Place of the move in the list that was given. */
  readonly move: number;
  /** When the forward settled. */
  readonly atMs: number;
  readonly amountMsat: bigint;
  /** The forward's fee, by the share of it that this is. */
  readonly feeMsat: bigint;
}

export interface Earnings {
  /** By date. */
  readonly earnings: readonly Earning[];
  /** Of each move, in the order given, what no forward has used and no later move has taken away. */
  readonly unusedMsat: readonly bigint[];
}

/**
 * First in, first out: a forward that leaves over a channel uses what was moved into it, the oldest first, and earns its
 * fee for that, in proportion where it uses several or more than there is. A later move out of a channel takes away
 * likewise, its own fee included, and earns nothing for it. So nothing is counted twice, and never more than was moved. What the channel had of
 * its own is taken to be used last: earnings are the most that may be credited to the moves.
 *
 * @param given.moves in any order
 * @param given.forwards in any order; those at the moment of a move came before it
 * @param given.listed the id under which moves name the channel, for every other id that forwards may use
 */
export function earningsOf(given: {
  readonly moves: readonly Move[];
  readonly forwards: readonly Forward[];
  readonly listed?: ReadonlyMap<ChannelId, ChannelId>;
}): Earnings {
  const { moves, listed } = given;
  const lots = new Map<ChannelId, Lots>();
  const unusedMsat = moves.map(({ amountMsat }) => amountMsat);
  const earnings: Earning[] = [];
  const forwards = given.forwards.toSorted((a, b) => a.settledAtMs - b.settledAtMs);
  let next = 0;
  const earnUpTo = (atMs: number): void => {
    for (; next < forwards.length && forwards[next]!.settledAtMs <= atMs; next++) {
      const forward = forwards[next]!;
      const outChannelId = listed?.get(forward.outChannelId) ?? forward.outChannelId;
      earnings.push(...earned(forward, lots.get(outChannelId)?.take(forward.amountOutMsat) ?? []));
    }
  };
  const byDate = moves.map((_, i) => i).sort((a, b) => moves[a]!.atMs - moves[b]!.atMs);
  for (const i of byDate) {
    const { atMs, outChannelId, inChannelId, amountMsat, feeMsat } = moves[i]!;
    earnUpTo(atMs);
    lots.get(outChannelId)?.take(amountMsat + feeMsat);
    let filled = lots.get(inChannelId);
    if (filled === undefined) {
      filled = new Lots(unusedMsat);
      lots.set(inChannelId, filled);
    }
    filled.add(i);
  }
  earnUpTo(Number.POSITIVE_INFINITY);
  return { earnings, unusedMsat };
}

interface Taken {
  readonly move: number;
  readonly amountMsat: bigint;
}

/** What moves have brought into one channel, the oldest first. */
class Lots {
  readonly #leftMsat: bigint[];
  readonly #moves: number[] = [];
  #oldest = 0;

  /** @param leftMsat of all moves, kept up to date here */
  constructor(leftMsat: bigint[]) {
    this.#leftMsat = leftMsat;
  }

  add(move: number): void {
    this.#moves.push(move);
  }

  take(amountMsat: bigint): Taken[] {
    const taken: Taken[] = [];
    for (let wanted = amountMsat; wanted > 0n && this.#oldest < this.#moves.length; ) {
      const move = this.#moves[this.#oldest]!;
      const left = this.#leftMsat[move]!;
      const part = left < wanted ? left : wanted;
      this.#leftMsat[move] = left - part;
      wanted -= part;
      if (part > 0n) taken.push({ move, amountMsat: part });
      if (part === left) this.#oldest++;
    }
    return taken;
  }
}

/** Shares are rounded so that those of a whole forward add up to its whole fee. */
function earned(forward: Forward, taken: readonly Taken[]): Earning[] {
  const feeMsat = forward.amountInMsat - forward.amountOutMsat;
  let usedMsat = 0n;
  return taken.map(({ move, amountMsat }) => {
    const before = (feeMsat * usedMsat) / forward.amountOutMsat;
    usedMsat += amountMsat;
    const share = (feeMsat * usedMsat) / forward.amountOutMsat - before;
    return { move, atMs: forward.settledAtMs, amountMsat, feeMsat: share };
  });
}
