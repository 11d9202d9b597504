/**
 * `npm run bench:operator`: what a week of routing brings, rebalanced by Ballast, by others' rules, and not at all.
 * Options: `--quick`, `--seeds N`, `--seed FIRST`, `--days N`, `--arm NAME`, `--threads N`, `--json FILE`. Exits with 1
 * where Ballast does not win.
 */
import { writeFileSync } from 'node:fs';
import { BUDGET_PER_DAY_SAT } from './arms/ballast.ts';
import { readOptions } from './options.ts';
import { methodLines } from './report/head.ts';
import { reportJson } from './report/json.ts';
import { tableHead, tableLine, totalsLine, verdictLine } from './report/table.ts';
import { NOBODY, operatorVerdict } from './report/verdict.ts';
import { runUnits } from './run/run-units.ts';
import type { UnitResult } from './run/unit.ts';

const options = readOptions(process.argv.slice(2));
const { seeds, arms, size, warmUpDays, days, threads, json } = options;
console.log(`${methodLines(options).join('\n')}\n`);

const units = seeds.flatMap((seed) => arms.map((arm) => ({ seed, arm, size, warmUpDays, days })));
const found: UnitResult[] = [];
let printed = 0;

/** All lines of a seed as soon as they and those of the seeds before it are there. */
function print(): void {
  for (; printed < seeds.length; printed++) {
    const ofSeed = arms.flatMap((arm) =>
      found.filter((result) => result.seed === seeds[printed] && result.arm === arm),
    );
    if (ofSeed.length < arms.length) return;
    const without = ofSeed.find(({ arm }) => arm === NOBODY)?.netMsat;
    for (const result of ofSeed) console.log(tableLine(result, without));
  }
}

console.log(tableHead());
const results = await runUnits(units, {
  threads,
  finished: (result) => {
    const { seed, arm, seconds } = result;
    found.push(result);
    const took = `seed ${seed}, ${arm}, ${seconds.toFixed(0)} s`;
    process.stderr.write(`${found.length} of ${units.length}: ${took}\n`);
    print();
  },
});
const verdict = operatorVerdict(results, BUDGET_PER_DAY_SAT * 1000n * BigInt(days));
if (json !== undefined) writeFileSync(json, reportJson(options, { results, verdict }));
for (const loss of verdict.losses) console.log(`not won: ${loss}`);
console.log(totalsLine(verdict));
console.log(verdictLine(verdict));
if (verdict.losses.length > 0) process.exitCode = 1;
