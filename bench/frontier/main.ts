/**
 * `npm run bench:frontier`: attempts against fee, for every arm. Options: `--quick`, `--tune`, `--network NAME`,
 * `--truth NAME`, `--arm NAME`, `--nodes N`, `--pairs N`, `--samples N`, `--threads N`, `--seed TEXT`, `--svg FILE`,
 * `--json FILE`.
 */
import { writeFileSync } from 'node:fs';
import {
  type BenchmarkNetwork,
  generatedNetwork,
  openBenchmarkNetwork,
} from '../network/benchmark-network.ts';
import { snapshotOf } from '../suites/setting.ts';
import { type NetworkName, readOptions } from './options.ts';
import {
  AMOUNTS_SAT,
  FEE_LIMITS_PPM,
  MOST_ATTEMPTS,
  methodLines,
  networkLines,
} from './report/head.ts';
import { reportJson } from './report/json.ts';
import { frontierSvg, type Panel } from './report/svg.ts';
import { pointTable, verdictTable } from './report/table.ts';
import { type FrontierResult, runFrontier } from './run-frontier.ts';

const GENERATED_NODES = 3000;

const options = readOptions(process.argv.slice(2));
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

async function openNetwork(name: NetworkName): Promise<BenchmarkNetwork> {
  return name === 'real'
    ? openBenchmarkNetwork()
    : generatedNetwork({ nodes: GENERATED_NODES, seed: options.tuning ? 1 : 2 });
}

console.log(methodLines(options).join('\n'));
const origins: string[] = [];
const results: FrontierResult[] = [];
for (const name of options.networks) {
  const network = await openNetwork(name);
  try {
    const snapshot = snapshotOf(network.description);
    const result = await runFrontier(snapshot, {
      ...options,
      tasks: { pairs: options.pairs, amountsSat: AMOUNTS_SAT, capsPpm: FEE_LIMITS_PPM },
      maxAttempts: MOST_ATTEMPTS,
      suffix: name === 'real' ? '' : `@${name}`,
      progress: (line) => progress(`${name}: ${line}`),
    });
    origins.push(network.origin);
    results.push(result);
    console.log(`\n${networkLines(snapshot, { ...result, origin: network.origin }).join('\n')}`);
    for (const { title, points } of panelsOf(result))
      console.log(`\n${title}\n${pointTable(points)}`);
    if (result.verdicts.length > 0) {
      console.log(
        `\n${options.arms[0]} over each arm; below 1 is better, but for the last column:`,
      );
      console.log(verdictTable(result.verdicts));
    }
  } finally {
    network.dispose();
  }
}

const points = results.flatMap((result) => result.points);
const verdicts = results.flatMap((result) => result.verdicts);
const head = `${options.tuning ? 'TUNING RUN, no results. ' : ''}Attempts against fee, seed "${options.seed}"`;
writeFileSync(options.svg, frontierSvg(head, results.flatMap(panelsOf), 2));
console.log(`\nplot: ${options.svg}`);
if (options.json !== undefined) {
  writeFileSync(options.json, reportJson(options, { networks: origins, points, verdicts }));
}

/** One for each truth and belief. */
function panelsOf(result: FrontierResult): Panel[] {
  const byTitle = Map.groupBy(result.points, ({ truth, belief }) => `${truth}, ${belief}`);
  return [...byTitle].map(([title, own]) => ({ title, points: own }));
}
