/**
 * What is worth moving between the channels of a node, and why the rest is not. Sends nothing and writes nothing.
 *
 *     BALLAST_LND_ADDRESS=127.0.0.1:10009 BALLAST_LND_TLS=tls.cert BALLAST_LND_MACAROON=plan.macaroon node plan-only.ts
 *
 * The macaroon: `bakeMacaroonCommand({ planning: true })` of ballast/lnd prints how to bake it.
 */
import { Rebalancer } from 'ballast/engine';
import { connectLnd } from 'ballast/lnd';
import { memoryStore } from 'ballast/store';

const {
  BALLAST_LND_ADDRESS: address = '127.0.0.1:10009',
  BALLAST_LND_TLS: tlsCert = 'tls.cert',
  BALLAST_LND_MACAROON: macaroon = 'plan.macaroon',
} = process.env;
const sat = (msat: bigint): string => (msat / 1000n).toLocaleString('en');

// A file, the node or the request will not do: its message says what to change.
process.on('uncaughtException', (error) => {
  console.error(String(error));
  process.exit(1);
});

const node = await connectLnd({ address, tlsCert, macaroon });
try {
  const { moves, leftOut, channels } = await new Rebalancer({ node, store: memoryStore() }).plan();
  const names = new Map(channels.map(({ channelId, peerAlias }) => [channelId, peerAlias]));

  for (const { outChannelId, inChannelId, amountMsat, feePpm, maxFeeMsat, netMsat } of moves) {
    console.log(
      `${names.get(outChannelId)} -> ${names.get(inChannelId)}: ${sat(amountMsat)} sat at ${feePpm.toFixed(0)} ppm,`,
      `at most ${sat(maxFeeMsat)} sat, expected to gain ${sat(netMsat)} sat`,
    );
  }
  // Each side has a reason of its own, with the figures behind it: see `LeftOutReason`.
  for (const { channelId, asSource, asTarget } of leftOut) {
    console.log(
      `${names.get(channelId)}: no source (${asSource.code}), no target (${asTarget.code})`,
    );
  }
} finally {
  await node.close();
}
