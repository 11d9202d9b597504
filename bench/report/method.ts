/** How the times of the table are taken, for its head. */
import type { BenchmarkOptions } from '../suites/setting.ts';

export function methodLines(options: BenchmarkOptions): string[] {
  const sat = (options.amountMsat / 1000n).toLocaleString('en');
  return [
    '',
    `Circles of ${sat} sat: seeded random nodes with at least ${options.leastChannels} channels that carry it each way, out over one`,
    'of them and back over another. All of a suite are asked the same and take turns, 20 queries at a time; each answers',
    `for ${options.warmUpMs} ms before the clock is looked at, and 20 quick queries untimed when its turn comes. A query's time is`,
    `the median of ${options.repetitions}, or the only one where it takes more than 25 ms; median, p95 and p99 are over the queries that`,
    'have a route, "no route" is the median of the others, explanation included. Arrays and views for the amount are',
    'made before, by all; "view of an amount" is what Ballast takes for that. "excess" adds up what the routes cost above',
    'the optimum: of an exact Dijkstra where discounts and prices leave one label per node exact, else the least found.',
    'ratio: median over that of the first row of the suite. graphology and ngraph know fixed weights only; their paths are',
    'priced exactly afterwards, and count as found where they can be paid. LDK runs as WebAssembly.',
    'executor: attempts over gRPC and TLS to a simulated lnd in a process of its own, where nodes answer at once, each',
    'rebalance 20 of them in vain; timed from one attempt to the next, beside bare calls that send along the same route.',
  ];
}
