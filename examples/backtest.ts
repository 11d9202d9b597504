/**
 * Settings for `Rebalancer.run`, tried on days of simulated traffic before they meet real money. Needs no node.
 *
 *     node backtest.ts DAYS SEED
 *
 * Prints what the node earned and paid with these settings and with no rebalancing at all, by the network's own books.
 */
import { type PlanRequest, Rebalancer } from 'ballast/engine';
import { addRoutingNode, generateNetwork, inProcessNode, Traffic, VirtualClock } from 'ballast/sim';
import { memoryStore } from 'ballast/store';

const [days = '2', seed = '1'] = process.argv.slice(2);
if (!(Number(days) > 0)) {
  console.error('usage: node backtest.ts DAYS SEED');
  process.exit(2);
}
const DAY_MS = 86_400_000;
const TRIED: PlanRequest = { settings: { maxFeePpm: 300 }, horizonMs: 3 * DAY_MS };

async function simulate(plan: PlanRequest | undefined): Promise<string> {
  const clock = new VirtualClock();
  const network = generateNetwork({ nodes: 60, seed, clock });
  const policy = { feeBaseMsat: 0n, feeRatePpm: 400, timeLockDelta: 80 };
  const ours = addRoutingNode(network, { seed, channels: 12, capacitySat: 3_000_000n, policy });
  const books = network.node(ours);
  const ownMsat = (): bigint =>
    books.listChannels().reduce((sum, { channelId }) => {
      const { node1, balance1Msat, balance2Msat } = network.balances(channelId);
      return sum + (node1 === ours ? balance1Msat : balance2Msat);
    }, 0n);
  const startedWithMsat = ownMsat();

  const stop = new AbortController();
  const traffic = new Traffic(network, { seed, paymentsPerDay: 4_000, bystanders: [ours] });
  const paying = traffic.run(stop.signal);
  const rebalancer = new Rebalancer({
    node: inProcessNode(network, ours),
    store: memoryStore(),
    clock,
  });
  // In simulated time all has to happen in one thread.
  const run =
    plan &&
    rebalancer.run({ plan, planInThread: false, intervalMs: 3_600_000, signal: stop.signal });
  await clock.advance(Number(days) * DAY_MS);
  stop.abort();
  await clock.advance(60_000);
  await paying;
  const { settledMoves = 0, feePaidMsat = 0n } = (await run?.ended) ?? {};

  const forwards = books.forwardingHistory({});
  const earnedMsat = forwards.reduce((sum, { feeMsat }) => sum + feeMsat, 0n);
  const gainedMsat = ownMsat() - startedWithMsat;
  return `${forwards.length} forwards, earned ${earnedMsat} msat; ${settledMoves} moves, paid ${feePaidMsat} msat; balances ${gainedMsat} msat`;
}

console.log(`without: ${await simulate(undefined)}`);
console.log(`with: ${await simulate(TRIED)}`);
