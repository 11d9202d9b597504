/**
 * Keeps a forward waiting that a channel cannot carry, and brings the balance over meanwhile, where that pays.
 *
 *     BALLAST_LND_ADDRESS=127.0.0.1:10009 BALLAST_LND_TLS=tls.cert BALLAST_LND_MACAROON=jit.macaroon \
 *       BALLAST_STORE=ballast.db node just-in-time.ts
 *
 * The macaroon: `bakeMacaroonCommand({ planning: true, justInTime: true })` of ballast/lnd. lnd must run without
 * `requireinterceptor` (its default), so that forwards flow on when this process ends. Ends with SIGTERM or Ctrl-C.
 */
import { Rebalancer } from 'ballast/engine';
import { connectLnd } from 'ballast/lnd';
import { openSqliteStore } from 'ballast/sqlite';

const {
  BALLAST_LND_ADDRESS: address = '127.0.0.1:10009',
  BALLAST_LND_TLS: tlsCert = 'tls.cert',
  BALLAST_LND_MACAROON: macaroon = 'jit.macaroon',
  BALLAST_STORE: journal = 'ballast.db',
} = process.env;

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

// A file, the node or the request will not do: its message says what to change.
process.on('uncaughtException', (error) => {
  console.error(String(error));
  process.exit(1);
});

const node = await connectLnd({ address, tlsCert, macaroon });
const store = await openSqliteStore(journal);
try {
  const justInTime = new Rebalancer({ node, store }).justInTime({
    // A rebalance for a forward that fails in the end is lost: so much in a day, and no more.
    stakeMsat: 1_000_000n,
  });
  const ended = justInTime.run(stop.signal);
  // Reading ends with the run, also where that ends by an error: `await ended` throws it.
  for await (const event of justInTime.events) {
    if (event.kind === 'forward_held') {
      console.log('forward_held', event.plan);
    } else if (event.kind === 'forward_saved') {
      console.log(`forward_saved, which earns ${event.earnedMsat} msat`);
    } else {
      console.log(event.kind);
    }
  }
  await ended;
  const { held, saved, earnedMsat, spentMsat } = justInTime.figures;
  console.log(`${held} waited, ${saved} saved: earned ${earnedMsat} msat for ${spentMsat} msat`);
} finally {
  await node.close();
  await store.close();
}
