/**
 * Moves an amount from one channel to another, for at most so many ppm, and tells what happens meanwhile.
 *
 *     BALLAST_LND_ADDRESS=127.0.0.1:10009 BALLAST_LND_TLS=tls.cert BALLAST_LND_MACAROON=ballast.macaroon \
 *       BALLAST_STORE=ballast.db node one-rebalance.ts FROM TO AMOUNT_SAT MAX_FEE_PPM
 *
 * FROM and TO are channel ids or keys of peers. The macaroon: `bakeMacaroonCommand()` of ballast/lnd.
 */
import { satToMsat } from 'ballast';
import { Rebalancer } from 'ballast/engine';
import { connectLnd } from 'ballast/lnd';
import { openSqliteStore } from 'ballast/sqlite';

const {
  BALLAST_LND_ADDRESS: address = '127.0.0.1:10009',
  BALLAST_LND_TLS: tlsCert = 'tls.cert',
  BALLAST_LND_MACAROON: macaroon = 'ballast.macaroon',
  BALLAST_STORE: journal = 'ballast.db',
} = process.env;
const [from, to, amountSat, maxFeePpm] = process.argv.slice(2);
if (from === undefined || to === undefined || amountSat === undefined || maxFeePpm === undefined) {
  console.error('usage: node one-rebalance.ts FROM TO AMOUNT_SAT MAX_FEE_PPM');
  process.exit(2);
}

// A file, the node or the request will not do: its message says what to change.
process.on('uncaughtException', (error) => {
  console.error(String(error));
  process.exit(1);
});

const node = await connectLnd({ address, tlsCert, macaroon });
const store = await openSqliteStore(journal);
try {
  const run = new Rebalancer({ node, store }).rebalance({
    from,
    to,
    amountMsat: satToMsat(BigInt(amountSat)),
    maxFeePpm: Number(maxFeePpm),
  });
  for await (const event of run) {
    if (event.kind === 'attempt_failed') {
      console.log(`attempt ${event.report.attempt} failed: ${event.verdict.reason}`);
    } else {
      console.log(event.kind);
    }
  }
  const { outcome, movedMsat, feePaidMsat } = await run.result;
  if (outcome.kind === 'settled') {
    console.log(`moved ${movedMsat} msat for ${feePaidMsat} msat`);
  } else if (outcome.kind === 'in_flight') {
    console.log(`not over: follow payment ${outcome.paymentHash}, and do not pay again`);
    process.exitCode = 5;
  } else {
    console.log('message' in outcome ? outcome.message : outcome.kind);
    process.exitCode = 3;
  }
} finally {
  await node.close();
  await store.close();
}
