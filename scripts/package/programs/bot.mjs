// A bot as a user begins it: a served lnd in the place of a real one, and the journal in a file.
import { Rebalancer } from 'ballast/engine';
import { connectLnd } from 'ballast/lnd';
import { generateNetwork, serveLnd } from 'ballast/sim';
import { openSqliteStore } from 'ballast/sqlite';

const network = generateNetwork({ nodes: 40, seed: 1 });
const lnd = await serveLnd(network, network.nodeIds()[0]);
const { address, tlsCertPem: tlsCert, macaroonBytes: macaroon } = lnd;
const node = await connectLnd({ address, tlsCert, macaroon });
const store = await openSqliteStore(process.argv[2]);
const rebalancer = new Rebalancer({ node, store });
const ids = (await node.ownChannels()).map(({ channelId }) => channelId);
const pairs = ids.flatMap((from) => ids.map((to) => ({ from, to })));
let moved = 0n;
for (const { from, to } of pairs.filter((pair) => pair.from !== pair.to)) {
  const run = rebalancer.rebalance({ from, to, amountMsat: 10_000_000n, maxFeePpm: 20_000 });
  const { movedMsat, feePaidMsat, rebalanceId } = await run.result;
  moved = movedMsat;
  if (moved === 0n) continue;
  const records = await store.recordsOf({ rebalanceId });
  if (records.length === 0) throw new Error('the journal tells nothing of the rebalance');
  console.log(`bot: moved ${moved} msat for ${feePaidMsat} msat, ${records.length} records`);
  break;
}
await node.close();
await store.close();
await lnd.close();
if (moved !== 10_000_000n) throw new Error('no rebalance settled');
