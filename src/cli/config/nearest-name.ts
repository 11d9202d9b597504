/** The known name that a misspelt one was probably meant to be. */

/** `undefined` where none is near: with more than a third of it changed, it could be anything. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase().replaceAll('-', '_');
  const ranked = known
    .map((candidate) => ({ candidate, changes: changesBetween(wanted, candidate) }))
    .sort((a, b) => a.changes - b.changes);
  const [best] = ranked;
  if (best === undefined || best.changes > Math.max(1, wanted.length / 3)) return undefined;
  return best.candidate;
}

/** Letters to add, drop, replace, or swap with their neighbour. */
function changesBetween(one: string, other: string): number {
  let [beforeLast, last]: number[][] = [[], Array.from({ length: other.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      const swapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row[j] = Math.min(
        last![j]! + 1,
        row[j - 1]! + 1,
        last![j - 1]! + (same ? 0 : 1),
        swapped ? beforeLast![j - 2]! + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last!, row];
  }
  return last![other.length]!;
}
