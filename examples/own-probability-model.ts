/**
 * A model of one's own for what others' channels can carry: balances pile up at both ends, by the arcsine law. The
 * book keeps what attempts have shown; the model says what follows from it for an amount.
 *
 *     BALLAST_LND_ADDRESS=127.0.0.1:10009 BALLAST_LND_TLS=tls.cert BALLAST_LND_MACAROON=ballast.macaroon \
 *       BALLAST_STORE=ballast.db node own-probability-model.ts FROM TO AMOUNT_SAT MAX_FEE_PPM
 */
import { LiquidityBook, type LiquidityModel, satToMsat } from 'ballast';
import { Rebalancer } from 'ballast/engine';
import { connectLnd } from 'ballast/lnd';
import { openSqliteStore } from 'ballast/sqlite';

const DAY_MS = 86_400_000;

const arcsineModel: LiquidityModel = {
  name: 'arcsine',
  probability: ({ capacitiesMsat, evidence }, amountMsat, nowMs) => {
    // Forwarding is not strict: the largest of the channels between two nodes decides.
    const capacityMsat = Math.max(...capacitiesMsat);
    const isFresh = (atMs: number): boolean => nowMs - atMs < DAY_MS;
    const lowMsat = isFresh(evidence.lowAtMs) ? evidence.lowMsat : 0;
    const highMsat = isFresh(evidence.highAtMs) ? evidence.highMsat : Number.POSITIVE_INFINITY;
    if (amountMsat <= lowMsat) return 1;
    if (amountMsat >= Math.min(highMsat, capacityMsat)) return 0;
    // The share of balances below x; of those that the evidence leaves, how many cover the amount?
    const below = (msat: number): number =>
      (2 / Math.PI) * Math.asin(Math.sqrt(Math.min(1, Math.max(0, msat / capacityMsat))));
    const [low, high] = [below(lowMsat), below(highMsat)];
    return (high - below(amountMsat)) / (high - low);
  },
};

const {
  BALLAST_LND_ADDRESS: address = '127.0.0.1:10009',
  BALLAST_LND_TLS: tlsCert = 'tls.cert',
  BALLAST_LND_MACAROON: macaroon = 'ballast.macaroon',
  BALLAST_STORE: journal = 'ballast.db',
} = process.env;
const [from, to, amountSat, maxFeePpm] = process.argv.slice(2);
if (from === undefined || to === undefined || amountSat === undefined || maxFeePpm === undefined) {
  console.error('usage: node own-probability-model.ts FROM TO AMOUNT_SAT MAX_FEE_PPM');
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
  // A book of the caller's own is the caller's to load and to keep.
  const beliefs = new LiquidityBook({ model: arcsineModel });
  beliefs.load(await store.beliefs());
  const amountMsat = satToMsat(BigInt(amountSat));
  const request = { from, to, amountMsat, maxFeePpm: Number(maxFeePpm) };
  const run = new Rebalancer({ node, store, beliefs }).rebalance(request);
  for await (const event of run) {
    if (event.kind === 'route_found') {
      console.log(`route: ${event.quote.feeMsat} msat, P = ${event.probability.toFixed(3)}`);
    }
  }
  const { outcome, attempts } = await run.result;
  console.log(
    `${outcome.kind} after ${attempts.length} attempts; ${beliefs.corridors} pairs known`,
  );
  await store.keepBeliefs(beliefs.takeChanged());
} finally {
  await node.close();
  await store.close();
}
