/**
 * Rebalances by itself until SIGTERM or Ctrl-C, inside a bot: plans, makes the moves, waits, and begins again.
 *
 *     BALLAST_LND_ADDRESS=127.0.0.1:10009 BALLAST_LND_TLS=tls.cert BALLAST_LND_MACAROON=plan.macaroon \
 *       BALLAST_STORE=ballast.db BALLAST_SAT_PER_DAY=2000 node daemon.ts
 *
 * The macaroon: `bakeMacaroonCommand({ planning: true })` of ballast/lnd prints how to bake it.
 */
import { satToMsat } from 'ballast';
import { Rebalancer } from 'ballast/engine';
import { connectLnd } from 'ballast/lnd';
import { openSqliteStore } from 'ballast/sqlite';

const {
  BALLAST_LND_ADDRESS: address = '127.0.0.1:10009',
  BALLAST_LND_TLS: tlsCert = 'tls.cert',
  BALLAST_LND_MACAROON: macaroon = 'plan.macaroon',
  BALLAST_STORE: journal = 'ballast.db',
  BALLAST_SAT_PER_DAY: satPerDay = '2000',
} = process.env;

const stop = new AbortController();
// Nothing new is begun then; what is under way is given some seconds, and the next start follows the rest.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

// A file, the node or the request will not do: its message says what to change.
process.on('uncaughtException', (error) => {
  console.error(String(error));
  process.exit(1);
});

const node = await connectLnd({ address, tlsCert, macaroon });
const store = await openSqliteStore(journal);
try {
  const budget = { perDay: { allMsat: satToMsat(BigInt(satPerDay)) } };
  const run = new Rebalancer({ node, store, budget }).run({
    plan: { settings: { maxFeePpm: 500 } },
    signal: stop.signal,
  });
  for await (const event of run) {
    if (event.kind === 'planned') {
      console.log(`planned ${event.plan.moves.length} moves`);
    } else if (event.kind === 'move_ended') {
      const { outcome, movedMsat, feePaidMsat } = event.report;
      console.log(`${outcome.kind}: moved ${movedMsat} msat for ${feePaidMsat} msat`);
    } else if (event.kind === 'waiting') {
      console.log(`waiting until ${new Date(event.untilMs).toISOString()}`);
    } else if (event.kind === 'round_failed') {
      console.log(`no plan: ${event.message}; again at ${new Date(event.retryAtMs).toISOString()}`);
    }
  }
  const { endedBy, rounds, movedMsat, feePaidMsat } = await run.ended;
  console.log(
    `ended by ${endedBy} after ${rounds} rounds: ${movedMsat} msat for ${feePaidMsat} msat`,
  );
} finally {
  await node.close();
  await store.close();
}
