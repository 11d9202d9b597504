import { expect, test } from 'vitest';
import { testSeed } from '../../seeded-random.ts';
import { KillRun, type KillTally } from './kill-run.ts';
import { BUGS } from './planted-bugs.ts';

const KILLS = 50;
/** Far more than any of them has needed. */
const MOST_FOR_A_BUG = 60;
const FEW = 6;
/** Starting a process takes seconds where the machine is slow and busy. */
const TIMEOUT_MS = 600_000;
const seed = testSeed(20260611);

test(`killed ${KILLS} times over a served network, no payment is sent twice, forgotten or too dear`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const tally = await new KillRun(seed).run(KILLS);
  process.stdout.write(report(tally));
  expect(tally.violations).toEqual([]);
  expect(tally.kills).toBe(KILLS);
  // Otherwise there was nothing to break.
  expect(tally.settled).toBeGreaterThan(0);
  expect([...tally.phases.keys()]).toContain('under way');
});

test.for(BUGS)('a process that %s is found out', { timeout: TIMEOUT_MS }, async ([bug, found]) => {
  // What is forgotten shows at the end.
  const kills = bug === 'forgets' ? FEW : MOST_FOR_A_BUG;
  const { violations } = await new KillRun(seed + 1, bug).run(kills, found);
  expect(violations).toContainEqual(expect.stringMatching(found));
});

function report({ kills, phases, payments, settled, rebalances }: KillTally): string {
  const found = [...phases].map(([phase, times]) => `${phase} ${times}`).join(', ');
  return `${kills} kills; ${rebalances} rebalances with ${payments} payments, ${settled} settled; found: ${found}\n`;
}
