/** The checkers see what they are there for: each promise is broken on purpose, and one of the seeds says so. */
import { expect, test } from 'vitest';
import type { Promised } from './checkers/evidence.ts';
import { amnesiacLedger } from './planted/amnesiac-ledger.ts';
import { blindGuard } from './planted/blind-guard.ts';
import { dearerRoute } from './planted/dearer-route.ts';
import { failureForUnknown } from './planted/failure-for-unknown.ts';
import { forgetfulProcess } from './planted/forgetful-process.ts';
import { lostIntent } from './planted/lost-intent.ts';
import type { Mutation } from './planted/mutation.ts';
import { noLedger } from './planted/no-ledger.ts';
import { onceTooOften } from './planted/once-too-often.ts';
import { takeableProbe } from './planted/takeable-probe.ts';
import { thoroughCleanUp } from './planted/thorough-clean-up.ts';
import type { SystemName } from './ports/node-system.ts';
import { type SimulationOptions, simulate } from './simulate.ts';

const SEEDS = 200;

const TIGHT: SimulationOptions['workload'] = { budget: { ever: { allMsat: 20_000n } } };

test.each<[string, Mutation, Promised, SimulationOptions['workload']?, SystemName?]>([
  ['an unknown outcome is taken for a failure', failureForUnknown, 'no double send'],
  // lightningd itself refuses a second payment while the first is under way, yet the journal is wrong.
  ['the same on Core Lightning', failureForUnknown, 'nothing forgotten', {}, 'cln'],
  ['once more than asked for', onceTooOften, 'no double send'],
  ['an intent is lost by the store', lostIntent, 'nothing forgotten'],
  ['nothing is resumed after a crash', forgetfulProcess, 'nothing forgotten'],
  ['a dearer route is paid', dearerRoute, 'never over budget'],
  ['no ledger is kept', noLedger, 'never over budget'],
  ['the ledger forgets with the process', amnesiacLedger, 'never over budget', TIGHT],
  ['arrivals are not looked at', blindGuard, 'right channel or no deal'],
  ['a probe can be taken', takeableProbe, 'probes move nothing'],
  ['clean-up takes successes too', thoroughCleanUp, 'successes stay'],
])('%s: caught', async (_, mutation, promise, workload = {}, system = 'lnd') => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { violations } = await simulate({ seed, workload, system, mutation, patient: true });
    const caught = violations.filter((violation) => violation.promise === promise);
    if (caught.length === 0) continue;
    // The same seed without the bug breaks no promise.
    expect((await simulate({ seed, workload, system })).violations).toEqual([]);
    return;
  }
  expect.fail(`no seed up to ${SEEDS} shows it`);
});
