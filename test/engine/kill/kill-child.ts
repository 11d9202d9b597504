/** The process that is killed: `node kill-child.ts TERMS`, with the terms as JSON. */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Rebalancer } from '../../../src/engine/index.ts';
import { connectLnd } from '../../../src/node/lnd/index.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import { openSqliteStore } from '../../../src/store/sqlite.ts';
import type { KillTerms, KillWord } from './kill-terms.ts';
import { plant } from './planted-bugs.ts';

/** Out at once: what is said is not lost with the process. */
const say = (word: KillWord): unknown => writeSync(1, `${JSON.stringify(word)}\n`);

const terms = JSON.parse(process.argv[2] ?? '') as KillTerms;
const random = new SeededRandom(terms.seed);
const AT_ONCE = 6;

const opened = await openSqliteStore(terms.path);
say({ kind: 'open' });
const { address, tlsCertPem, macaroonHex } = terms;
const connected = await connectLnd({ address, tlsCert: tlsCertPem, macaroon: macaroonHex });
const { node, store } = plant(terms.bug, { node: connected, store: opened });
const rebalancer = new Rebalancer({
  node,
  store,
  budget: { ever: { allMsat: BigInt(terms.budgetMsat) } },
  maxConcurrent: AT_ONCE,
  maxAttemptsPerMinute: 1_000_000,
  graceMs: 100,
  // The largest amount and the cheapest way, so that the budget is soon spent.
  attemptCostMsat: 0n,
  attemptCostPpm: 0,
});
const resumed = await rebalancer.resume();
say({ kind: 'resumed', unfinished: resumed.length });
switch (terms.work) {
  case 'rebalance':
    // Two more than may run, so that some wait for their turn.
    await Promise.all(Array.from({ length: AT_ONCE + 2 }, rebalanceOn));
    break;
  case 'finish':
    await Promise.all(resumed.map((run) => run.result));
    while ((await store.unfinished()).length > 0) await sleep(20);
    await node.close();
    await store.close();
    say({ kind: 'finished' });
}

async function rebalanceOn(): Promise<never> {
  for (;;) {
    const from = random.pick(terms.ownChannels);
    const to = random.pick(terms.ownChannels.filter(({ peer }) => peer !== from.peer));
    const amountMsat = BigInt(1_000 * (1_000 + random.below(300_000)));
    const maxFeePpm = random.pick([100, 1_000, 10_000]);
    const maxFeeMsat = BigInt(random.pick([20_000, 200_000]));
    const run = rebalancer.rebalance({
      from: from.channelId,
      to: to.channelId,
      amountMsat,
      minAmountMsat: amountMsat / 10n,
      maxFeePpm,
      maxFeeMsat,
      maxAttempts: 6,
      deadlineMs: random.pick([50, 1_000, 60_000]),
    });
    const { rebalanceId } = run;
    const inChannelId = to.channelId;
    say({ kind: 'asked', rebalanceId, inChannelId, maxFeePpm, maxFeeMsat: `${maxFeeMsat}` });
    const { outcome } = await run.result;
    say({ kind: 'reported', outcome: outcome.kind });
    // So that one whose budget is used up does not ask in vain all the time.
    if (outcome.kind !== 'settled') await sleep(20);
  }
}
