/** The table of defaults in the README, held against the code that has them. */
import { expect, it } from 'vitest';
import { resolvedJustInTime } from '../../src/engine/just-in-time-options.ts';
import { PLAN_ATTEMPT_COST } from '../../src/engine/plan-attempt-cost.ts';
import { DEFAULT_DEADLINE_MS, resolveTerms } from '../../src/engine/rebalance-request.ts';
import { DEFAULTS } from '../../src/engine/rebalancer-options.ts';
import { PLAN_DEFAULTS, SETTING_DEFAULTS } from '../../src/planner/rebalance-plan-request.ts';
import { BLOCK_PADDING } from '../../src/units/cltv.ts';
import { DAY_MS, HOUR_MS } from '../../src/units/time.ts';
import { EVERY_CAPABILITY } from '../capabilities.ts';
import { nodeIdOf } from '../graph/make-graph.ts';
import { readRepositoryFile } from '../house/source-files.ts';
import { ownChannel } from '../own-channel.ts';

const sat = (msat: bigint): string => (msat / 1000n).toLocaleString('en');

/** What a rebalance goes by that asks for nothing in particular. */
const terms = (arrival: 'strict' | 'report', holdExpiryBlocks: number) =>
  resolveTerms(
    { from: '700000x1x0', to: '700000x2x0', amountMsat: 1_000_000n, maxFeePpm: 1, arrival },
    {
      rebalanceId: 'any',
      self: nodeIdOf(9),
      holdExpiryBlocks,
      attemptCost: DEFAULTS,
      channels: [ownChannel(), ownChannel({ id: '700000x2x0', peer: nodeIdOf(2) })],
      capabilities: EVERY_CAPABILITY,
    },
  );

const plain = terms('report', 18);
const jit = resolvedJustInTime({});
const EXPECTED: Readonly<Record<string, string>> = {
  'what a failed attempt costs': `${sat(DEFAULTS.attemptCostMsat)} sat + ${DEFAULTS.attemptCostPpm} ppm of the amount`,
  'the same for a move of a plan': `${Number(PLAN_ATTEMPT_COST.attemptCostMsat) / 1000} sat + ${PLAN_ATTEMPT_COST.attemptCostPpm} ppm of the amount`,
  'least probability of a circle': String(plain.minProbability),
  'attempts of a rebalance': String(plain.maxAttempts),
  'deadline of a rebalance': `${DEFAULT_DEADLINE_MS / 60_000} minutes`,
  'rebalances at once': String(DEFAULTS.maxConcurrent),
  'attempts in a minute': `${DEFAULTS.maxAttemptsPerMinute}, of all rebalances together`,
  'payments at once over one own channel, or with one peer': String(DEFAULTS.maxPerChannel),
  'HTLC slots left free on each own channel': String(DEFAULTS.freeSlots),
  'final CLTV delta': `${plain.invoiceCltvDelta} blocks + ${BLOCK_PADDING} of padding`,
  'the same, strict arrival': `${terms('strict', 18).invoiceCltvDelta} blocks + ${BLOCK_PADDING} of padding (${terms('strict', 12).invoiceCltvDelta} + ${BLOCK_PADDING} up to lnd 0.20)`,
  'longest time lock': `${plain.maxCltvBlocks} blocks`,
  'moves of a plan must gain': `${sat(PLAN_DEFAULTS.minBenefitMsat)} sat after all costs, within ${PLAN_DEFAULTS.fillAheadMs / HOUR_MS} hours, counting ${PLAN_DEFAULTS.forecastShare} of the forecast`,
  'a channel that was filled is no source':
    SETTING_DEFAULTS.coolDownMs === DAY_MS ? 'for a day' : '',
  'a pair that failed is left alone': `${PLAN_DEFAULTS.quietMs / 60_000} minutes, doubling up to ${PLAN_DEFAULTS.maxQuietMs / 60_000}`,
  'just in time': `off; with it ${sat(jit.stakeMsat)} sat a day at stake, ${jit.holdMs / 1000} s of waiting`,
};

it('the README has the defaults that the code has', () => {
  const section = readRepositoryFile('README.md')
    .split('## Costs, limits and guards')[1]!
    .split('\n## ')[0]!;
  const rows = Array.from(
    section.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm),
    ([, what, value]) => [what!, value!] as const,
  ).filter(([what]) => what !== 'what');
  const written = new Map(rows);
  for (const [what, value] of Object.entries(EXPECTED)) expect(written.get(what), what).toBe(value);
  // Two limits have no default, and the price of time lock is the search's own.
  expect(rows.length).toBe(Object.keys(EXPECTED).length + 3);
  expect(DEFAULTS.maxPerPeer).toBe(DEFAULTS.maxPerChannel);
});
