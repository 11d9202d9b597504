/** What the figures of a run rest on, for the head of its report. */
import { BUDGET_PER_DAY_SAT } from '../arms/ballast.ts';
import type { OperatorOptions } from '../options.ts';
import { ATTEMPT_MS } from '../run/run-week.ts';
import { worldTerms } from '../world/terms.ts';

export function methodLines(options: OperatorOptions): string[] {
  const { seeds, days, warmUpDays, size } = options;
  return [
    `${seeds.length} seeds from ${seeds[0]}: each a network of ${size.nodes} nodes shaped like the real one, with our node in it, through`,
    `${days} days, after ${warmUpDays} days of the same traffic in which nobody rebalances and nothing is counted. A seed decides our`,
    'channels (16 to 28, of 2 to 10 million sat, 20 to 80 % ours at first), our fees (0.35 to 1.41 times the median of what',
    'others ask for the same peer, 10 to 2,000 ppm, base 0 or 1 sat), the payments between all others (60 to 140 % of',
    `${size.paymentsPerDay.toLocaleString('en')} a day, of 46,000 sat on average), and up to three of our smaller peers that are paid a lot and that pay a lot.`,
    'The demand is the same for all strategies; payers know no balances, try the cheapest way first, and shun for an hour',
    'what failed. Others refill their empty channels by and by, and no fee changes. An attempt takes',
    `${ATTEMPT_MS / 1000} s. Nobody sees balances of others.`,
    `economic, balance: Rebalancer.run() with its defaults and a budget of ${BUDGET_PER_DAY_SAT.toLocaleString('en')} sat a day.`,
    'regolancer, rebalance-lnd: their rules and settings on the routes of lnd; see bench/operator/arms. none: no rebalancing.',
    'net: fees of our forwards less fees of rebalances, in the days that count. How the channels stand at their end is not',
    'valued. Books, journal and channels agree to the msat, or the run ends with an error.',
    ...seeds.map((seed) => {
      const terms = worldTerms(seed, size);
      const { channels, feeFactor, feeBaseMsat, paymentsPerDay, sinks, sources, flowPerDay } =
        terms;
      return (
        `seed ${seed}: ${channels} channels, fees ${feeFactor.toFixed(2)} x median + ${feeBaseMsat} msat, ` +
        `${paymentsPerDay} payments a day, ${sinks} sinks and ${sources} sources of ${flowPerDay} a day`
      );
    }),
  ];
}
