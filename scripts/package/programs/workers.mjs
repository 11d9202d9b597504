// What runs in threads finds its files in the package: searches, plans, the store, and forwards that wait.
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import threads from 'node:worker_threads';

const online = new Set();
const broken = [];
threads.Worker = class extends threads.Worker {
  constructor(file, ...rest) {
    super(file, ...rest);
    const name = basename(String(file));
    this.on('online', () => online.add(name));
    this.on('error', (error) => broken.push(`${name}: ${error.message}`));
  }
};
syncBuiltinESMExports();

const { NetworkGraph } = await import('ballast');
const { openSearchPool, Rebalancer } = await import('ballast/engine');
const { connectLnd } = await import('ballast/lnd');
const { generateNetwork, serveLnd } = await import('ballast/sim');
const { openSqliteStore } = await import('ballast/sqlite');

const network = generateNetwork({ nodes: 40, seed: 2 });
const self = network.nodeIds()[0];
const lnd = await serveLnd(network, self);
const { address, tlsCertPem: tlsCert, macaroonBytes: macaroon } = lnd;
const node = await connectLnd({ address, tlsCert, macaroon });
const store = await openSqliteStore(process.argv[2]);

const { graph } = NetworkGraph.fromDescription(network.description());
const pool = openSearchPool(graph.snapshot(), { threads: 1 });
const plan = await pool.planCircularRoutes({ self, amountsMsat: [1_000_000n], maxFeePpm: 50_000 });
if (plan.circles.length === 0) throw new Error('the pool found no circle');
await pool.close();

const stop = new AbortController();
const rebalancer = new Rebalancer({ node, store });
const run = rebalancer.run({ dryRun: true, signal: stop.signal });
for await (const { kind, message } of run) {
  if (kind === 'round_failed') throw new Error(message);
  if (kind === 'planned') break;
}
const forwards = rebalancer.justInTime();
const ended = forwards.run(stop.signal);
for await (const { kind } of forwards.events) if (kind === 'interception_connected') break;
stop.abort();
await Promise.all([run.ended, ended]);
await node.close();
await store.close();
await lnd.close();

for (const name of ['plan-worker.js', 'sqlite-worker.js', 'interceptor-worker.js']) {
  if (!online.has(name)) throw new Error(`${name} did not start, only ${[...online].join(', ')}`);
}
if (broken.length > 0) throw new Error(broken.join('\n'));
console.log(
  `workers: ${[...online].sort().join(', ')}; ${plan.circles.length} circles in the pool`,
);
