/** Rebalances between random channels of random networks: whatever happens, the books agree with the network. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RebalanceReport, Rebalancer } from '../../src/engine/index.ts';
import type { LightningNode, OwnChannel } from '../../src/ports.ts';
import { generateNetwork } from '../../src/sim/generator.ts';
import { inProcessNode } from '../../src/sim/in-process-node.ts';
import { memoryStore } from '../../src/store/index.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';

const NETWORKS = 6;
const REBALANCES = 8;
const MAX_FEE_PPM = 3000;

test('random networks', async () => {
  const outcomes = new Map<string, number>();
  const property = fc.asyncProperty(fc.noShrink(fc.integer()), async (seed) => {
    await rebalanceAround(new SeededRandom(seed), (kind) => {
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
    });
  });
  await fc.assert(property, { seed: testSeed(4711), numRuns: NETWORKS });
  // The networks are of no use if nothing ever works, or all does.
  expect(outcomes.get('settled')).toBeGreaterThan(NETWORKS);
  expect(outcomes.size).toBeGreaterThan(1);
});

/** Rebalances of one node of one network, and what must be true after each of them and at the end. */
async function rebalanceAround(random: SeededRandom, told: (outcome: string) => void) {
  const network = generateNetwork({ nodes: 60, seed: random.between(0, 2 ** 31 - 1) });
  const totalMsat = network.totalMsat();
  const { nodes } = network.description();
  const counted = nodes.map(({ nodeId }) => ({
    nodeId,
    count: network.node(nodeId).listChannels().length,
  }));
  counted.sort((a, b) => b.count - a.count);
  const node = inProcessNode(network, random.pick(counted.slice(0, 10)).nodeId);
  const store = memoryStore();
  const rebalancer = new Rebalancer({ node, store });
  for (let i = 0; i < REBALANCES; i++) {
    const channels = await node.ownChannels();
    const from = random.pick(channels);
    const to = random.pick(channels.filter((channel) => channel !== from));
    const report = await rebalancer.rebalance({
      from: from.channelId,
      to: to.channelId,
      amountMsat: BigInt(random.between(1_000, 1_000_000)) * 1000n,
      minAmountMsat: 1_000_000n,
      maxFeePpm: MAX_FEE_PPM,
    }).result;
    told(report.outcome.kind);
    await checkReport(node, { report, before: channels });
  }
  expect(network.pendingHtlcs()).toEqual([]);
  expect(network.totalMsat()).toBe(totalMsat);
  const records = await store.records();
  const count = (kind: string): number => records.filter((record) => record.kind === kind).length;
  expect(count('outcome')).toBe(count('intent'));
}

async function checkReport(
  node: LightningNode,
  { report, before }: { report: RebalanceReport; before: readonly OwnChannel[] },
): Promise<void> {
  const { kind } = report.outcome;
  const message = 'message' in report.outcome ? report.outcome.message : '';
  expect(kind, message).not.toBe('internal_error');
  expect(kind, message).not.toBe('node_error');
  expect(report.feePaidMsat * 1_000_000n).toBeLessThanOrEqual(
    report.movedMsat * BigInt(MAX_FEE_PPM),
  );
  expect(report.movedMsat > 0n).toBe(kind === 'settled');
  const lost = ownMsat(before) - ownMsat(await node.ownChannels());
  // Balances are told in whole sat, each rounded down.
  expect(Math.abs(Number(lost - report.feePaidMsat))).toBeLessThan(1000 * before.length);
  for (const [i, { paymentHash, state }] of report.invoices.entries()) {
    expect((await node.lookupInvoice(paymentHash))?.state).toBe(state);
    const paid = kind === 'settled' && i === report.invoices.length - 1;
    expect(state).toBe(paid ? 'settled' : 'canceled');
  }
}

const ownMsat = (channels: readonly OwnChannel[]): bigint =>
  channels.reduce((sum, channel) => sum + channel.localBalanceSat * 1000n, 0n);
