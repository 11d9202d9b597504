/** Many simulations of waiting forwards, one after another, and what they came to. */
import { DISTURBANCES, type Disturbance } from './chaos.ts';
import { simulateJustInTime } from './simulate.ts';

export interface JustInTimeSeeds {
  readonly seeds: number;
  readonly failures: readonly string[];
  readonly disturbances: ReadonlyMap<Disturbance, number>;
  readonly sums: Readonly<Record<Sum, number>>;
  readonly spentMsat: bigint;
  readonly earnedMsat: bigint;
  readonly longestMs: number;
}

const SUMS = [
  'offers',
  'repeated',
  'onChainOffers',
  'connections',
  'attacks',
  'held',
  'saved',
  'lost',
] as const;
type Sum = (typeof SUMS)[number];

export async function runJustInTimeSeeds(
  range: { readonly first: number; readonly count: number },
  onFailure: (text: string) => void = () => {},
): Promise<JustInTimeSeeds> {
  const failures: string[] = [];
  const disturbances = new Map<Disturbance, number>(DISTURBANCES.map((kind) => [kind, 0]));
  const sums: Record<Sum, number> = Object.fromEntries(SUMS.map((sum) => [sum, 0])) as Record<
    Sum,
    number
  >;
  let [spentMsat, earnedMsat, longestMs] = [0n, 0n, 0];
  for (let seed = range.first; seed < range.first + range.count; seed++) {
    const result = await simulateJustInTime({ seed });
    for (const [kind, count] of result.disturbances) {
      disturbances.set(kind, (disturbances.get(kind) ?? 0) + count);
    }
    for (const sum of SUMS) sums[sum] += result[sum];
    spentMsat += result.spentMsat;
    earnedMsat += result.earnedMsat;
    longestMs = Math.max(longestMs, result.longestMs);
    if (result.violations.length === 0) continue;
    const text = `seed ${seed}: ${result.violations.slice(0, 5).join('; ')}`;
    failures.push(text);
    onFailure(text);
  }
  return { seeds: range.count, failures, disturbances, sums, spentMsat, earnedMsat, longestMs };
}

export function tableOf(result: JustInTimeSeeds, seconds: number): string {
  const { seeds, failures, disturbances, sums } = result;
  const rows: [string, string | number | bigint][] = [
    ['seeds', seeds],
    ['seeds with a broken promise', failures.length],
    ['forwards offered', sums.offers],
    ['of these offered again', sums.repeated],
    ['of these from the chain', sums.onChainOffers],
    ['connections', sums.connections],
    ['payments that were never to arrive', sums.attacks],
    ['forwards that waited for a rebalance', sums.held],
    ['saved', sums.saved],
    ['helped on, and failed further on', sums.lost],
    ['rebalances cost, sat', result.spentMsat / 1000n],
    ['forwards that had waited earned, sat', result.earnedMsat / 1000n],
    ['longest wait, ms', result.longestMs],
    ...[...disturbances].map(([kind, count]): [string, number] => [kind, count]),
    ['seconds', seconds.toFixed(1)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}
