/** `npm run bench`: measures Ballast beside its peers in one run. Options: `--json FILE`, `--queries N`, `--suite NAME`. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openBenchmarkNetwork } from './network/benchmark-network.ts';
import { machineLines } from './report/machine.ts';
import { methodLines } from './report/method.ts';
import { resultJson } from './report/result.ts';
import { resultTable } from './report/table.ts';
import { runBenchmark, SUITE_NAMES, type SuiteName } from './run-benchmark.ts';
import { DEFAULT_OPTIONS } from './suites/setting.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    queries: { type: 'string', default: String(DEFAULT_OPTIONS.queries) },
    suite: { type: 'string', multiple: true, default: [...SUITE_NAMES] },
  },
});
const queries = Number(values.queries);
if (!Number.isSafeInteger(queries) || queries < 1) {
  throw new RangeError(`--queries must be a whole number above 0, not ${values.queries}`);
}
const suites = values.suite.map((name): SuiteName => {
  const known = SUITE_NAMES.find((suite) => suite === name);
  if (known !== undefined) return known;
  throw new RangeError(`there is no suite ${name}; there are ${SUITE_NAMES.join(', ')}`);
});

const network = await openBenchmarkNetwork();
try {
  const options = { ...DEFAULT_OPTIONS, queries };
  for (const line of [...machineLines(network), ...methodLines(options)]) console.log(line);
  const result = await runBenchmark(network, {
    options,
    suites,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  console.log(`\n${resultTable(result.rows)}\n`);
  for (const { label, text } of result.figures) console.log(`${label}: ${text}`);
  console.log(`hash of the results: ${result.hash}`);
  if (values.json !== undefined) writeFileSync(values.json, resultJson(result));
} finally {
  network.dispose();
}
