/** Who won on which seed, and whether Ballast keeps what is promised of it. */

/** What a strategy came to on a seed. */
export interface SeedNet {
  readonly seed: number;
  readonly arm: string;
  readonly netMsat: bigint;
}

export interface OperatorVerdict {
  readonly seeds: number;
  /** By arm: on how many seeds nobody ended higher. Those that end alike all count. */
  readonly wins: ReadonlyMap<string, number>;
  /** By arm: the nets of all seeds together, in which what chance does to a single seed counts for less. */
  readonly totalsMsat: ReadonlyMap<string, bigint>;
  /** What Ballast failed to keep, for people; empty where it won. */
  readonly losses: readonly string[];
}

const BALLAST = 'economic';
export const NOBODY = 'none';

/**
 * Ballast is to end with the highest net on every seed where any strategy earns more than no rebalancing, and nowhere
 * below no rebalancing by more than its budget.
 */
export function operatorVerdict(results: readonly SeedNet[], budgetMsat: bigint): OperatorVerdict {
  const bySeed = Map.groupBy(results, ({ seed }) => seed);
  const wins = new Map(results.map(({ arm }) => [arm, 0]));
  const totalsMsat = new Map<string, bigint>();
  for (const { arm, netMsat } of results) {
    totalsMsat.set(arm, (totalsMsat.get(arm) ?? 0n) + netMsat);
  }
  const losses: string[] = [];
  for (const [seed, ofSeed] of bySeed) {
    const most = ofSeed.reduce(
      (best, { netMsat }) => (netMsat > best ? netMsat : best),
      ofSeed[0]!.netMsat,
    );
    const winners = ofSeed.filter(({ netMsat }) => netMsat === most);
    for (const { arm } of winners) wins.set(arm, wins.get(arm)! + 1);
    const loss = lossOf(ofSeed, budgetMsat);
    if (loss !== undefined) losses.push(`seed ${seed}: ${loss}`);
  }
  return { seeds: bySeed.size, wins, totalsMsat, losses };
}

function lossOf(ofSeed: readonly SeedNet[], budgetMsat: bigint): string | undefined {
  const netOf = (name: string): bigint | undefined =>
    ofSeed.find(({ arm }) => arm === name)?.netMsat;
  const [ours, without] = [netOf(BALLAST), netOf(NOBODY)];
  if (ours === undefined) return undefined;
  const others = ofSeed.filter(({ arm, netMsat }) => arm !== BALLAST && netMsat > ours);
  const better = others.filter(({ arm }) => arm !== NOBODY).map(({ arm }) => arm);
  const anyProfits = without === undefined || ofSeed.some(({ netMsat }) => netMsat > without);
  if (anyProfits && better.length > 0) return `${better.join(', ')} ended higher`;
  if (without === undefined || without <= ours) return undefined;
  const behindMsat = without - ours;
  if (behindMsat > budgetMsat) {
    return `${behindMsat / 1000n} sat below no rebalancing, more than the budget of ${budgetMsat / 1000n} sat`;
  }
  return anyProfits ? 'no rebalancing ended higher' : undefined;
}
