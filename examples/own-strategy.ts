/**
 * A strategy of one's own: fill the channels to some peers up to half, whatever the rest of the node does. What a move
 * is worth is one function; the circles for all pairs of channels and all amounts come from shared searches.
 *
 *     BALLAST_LND_ADDRESS=127.0.0.1:10009 BALLAST_LND_TLS=tls.cert BALLAST_LND_MACAROON=ballast.macaroon \
 *       BALLAST_STORE=ballast.db node own-strategy.ts PPM PEER...
 *
 * PPM: what a satoshi is worth to you at these PEERs (keys). The macaroon: `bakeMacaroonCommand()` of ballast/lnd.
 */
import { type CircularMove, NetworkGraph, ownLiquidity, planCircularRoutes } from 'ballast';
import { Rebalancer } from 'ballast/engine';
import { connectLnd } from 'ballast/lnd';
import { openSqliteStore } from 'ballast/sqlite';

const {
  BALLAST_LND_ADDRESS: address = '127.0.0.1:10009',
  BALLAST_LND_TLS: tlsCert = 'tls.cert',
  BALLAST_LND_MACAROON: macaroon = 'ballast.macaroon',
  BALLAST_STORE: journal = 'ballast.db',
} = process.env;
const [worthPpm, ...peers] = process.argv.slice(2);
if (peers.length === 0) {
  console.error('usage: node own-strategy.ts PPM PEER...');
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
  const own = await node.ownChannels();
  const targets = own.filter(({ peer }) => peers.includes(peer));
  const missingMsat = new Map(
    own.map((c) => [c.graphChannelId, (c.receivableMsat - c.spendableMsat) / 2n]),
  );

  /** Worth nothing where it would fill the target beyond half, or drain the source below it. */
  function gainMsat({ outChannel, inChannel, amountMsat }: CircularMove): number {
    const fits = amountMsat <= (missingMsat.get(inChannel) ?? 0n);
    const spare = amountMsat <= -(missingMsat.get(outChannel) ?? 0n);
    return fits && spare ? (Number(amountMsat) * Number(worthPpm)) / 1e6 : 0;
  }

  const { graph } = NetworkGraph.fromDescription(await node.describeGraph());
  const { circles } = planCircularRoutes(graph.snapshot(), {
    self: (await node.info()).nodeId,
    inChannels: targets.map(({ graphChannelId }) => graphChannelId),
    amountsMsat: [250_000_000n, 500_000_000n, 1_000_000_000n],
    maxFeePpm: Number(worthPpm),
    overlay: { ownChannels: own.map(ownLiquidity) },
    gainMsat,
    minNetMsat: 1,
  });
  const [best] = circles;
  if (best === undefined) {
    console.log('nothing is worth its price');
  } else {
    const { outChannel: from, inChannel: to, amountMsat } = best;
    // The route is searched anew with what attempts have taught; the worth is the most that it may cost.
    const request = { from, to, amountMsat, maxFeePpm: Number(worthPpm) };
    const { outcome, feePaidMsat } = await new Rebalancer({ node, store }).rebalance(request)
      .result;
    console.log(`${from} -> ${to}, ${amountMsat} msat: ${outcome.kind}, paid ${feePaidMsat} msat`);
  }
} finally {
  await node.close();
  await store.close();
}
