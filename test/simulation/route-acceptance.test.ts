/** What the pathfinder finds, the simulator takes, to the millisatoshi and to the block. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure_FailureCode as Code } from '../../src/generated/messages/failure.ts';
import type { Route } from '../../src/generated/messages/route.ts';
import { NetworkGraph } from '../../src/graph/network-graph.ts';
import { ownLiquidity } from '../../src/graph/overlay.ts';
import { buildRoute } from '../../src/pathfinder/build-route.ts';
import { checkRoute } from '../../src/pathfinder/check-route.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import type { ChannelPolicy, SendOutcome } from '../../src/ports.ts';
import { inProcessNode, SimulatedNetwork } from '../../src/sim/index.ts';
import type { NodeId } from '../../src/units/ids.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';

const NETWORKS = 150;
const FINAL_DELTA = 43;
const INVOICE_DELTA = 40;

/** A network with one channel per pair, so that a refusal cannot be dodged over a sibling, and ample balances. */
function randomNetwork(
  random: SeededRandom,
  amount: number,
): { network: SimulatedNetwork; nodes: NodeId[] } {
  const network = new SimulatedNetwork({ seed: random.between(0, 2 ** 30), blockHeight: 900_000 });
  const nodes = Array.from({ length: random.between(4, 8) }, () => network.addNode());
  const policy = (): Partial<ChannelPolicy> => ({
    feeBaseMsat: BigInt(random.pick([0, 1, 1000, random.between(0, 5000)])),
    feeRatePpm: random.pick([0, 1, random.between(1, 3000), random.between(1, 100_000)]),
    timeLockDelta: random.pick([0, 14, 40, 80, 144]),
    minHtlcMsat: BigInt(random.chance(0.2) ? Math.floor(amount * (0.9 + 0.11 * random.next())) : 1),
    inboundFeeRatePpm: random.chance(0.4) ? -random.between(0, 4000) : 0,
    inboundFeeBaseMsat: BigInt(random.chance(0.3) ? random.between(-2000, 500) : 0),
  });
  for (let one = 0; one < nodes.length; one++) {
    for (let other = 0; other < one; other++) {
      if (other !== one - 1 && random.chance(0.5)) continue;
      const ends = { node1: nodes[one]!, node2: nodes[other]! };
      network.openChannel({
        ...ends,
        capacitySat: 50_000_000n,
        policy1: policy(),
        policy2: policy(),
      });
    }
  }
  return { network, nodes };
}

interface Circle {
  readonly network: SimulatedNetwork;
  readonly self: NodeId;
  readonly build: () => Route;
  readonly check: (route: Route) => ReturnType<typeof checkRoute>;
  readonly send: (route: Route) => Promise<SendOutcome>;
  readonly feeMsat: bigint;
}

async function findCircle(random: SeededRandom): Promise<Circle | undefined> {
  const amount = random.pick([random.between(1_000_000, 10_000_000), random.between(1e8, 1e9)]);
  const { network, nodes } = randomNetwork(random, amount);
  const self = nodes[0]!;
  const node = inProcessNode(network, self);
  const { graph } = NetworkGraph.fromDescription(await node.describeGraph());
  const snapshot = graph.snapshot();
  const overlay = { ownChannels: (await node.ownChannels()).map(ownLiquidity) };
  const amountMsat = BigInt(amount);
  const result = findCircularRoute(snapshot, {
    self,
    amountMsat,
    overlay,
    outChannels: [random.pick(overlay.ownChannels).channelId],
    finalCltvDelta: FINAL_DELTA,
    blockHeight: network.blockHeight,
  });
  if (result.kind === 'no_route') return undefined;
  const preimage = Uint8Array.from({ length: 32 }, () => random.between(0, 255));
  const invoice = await node.addInvoice({
    preimage,
    memo: '',
    valueMsat: 0n,
    cltvDelta: INVOICE_DELTA,
    expirySeconds: 3600,
  });
  const { paymentAddr, paymentHash } = invoice;
  const { blockHeight } = network;
  return {
    network,
    self,
    send: (route) => node.sendToRoute({ paymentHash, route }),
    feeMsat: result.quote.feeMsat,
    build: () => buildRoute(result.path, { paymentAddr, blockHeight, finalCltvDelta: FINAL_DELTA }),
    check: (route) =>
      checkRoute(route, snapshot, {
        self,
        amountMsat,
        paymentAddr,
        blockHeight,
        invoiceCltvDelta: INVOICE_DELTA,
        overlay,
      }),
  };
}

const refusal = (outcome: SendOutcome): string =>
  outcome.kind === 'failed'
    ? `${outcome.failure.code}@${outcome.failure.failureSourceIndex}`
    : outcome.kind;

/** The worlds of a property are drawn from a seed each, which says nothing that shrinking could make plainer. */
const seeds = fc.noShrink(fc.integer());

/** Runs a property on networks that have a circle, and tells how many had. */
async function onCircles(
  fixedSeed: number,
  property: (circle: Circle) => Promise<void>,
): Promise<number> {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const circle = await findCircle(new SeededRandom(seed));
      if (circle === undefined) return;
      found++;
      await property(circle);
    }),
    { seed: testSeed(fixedSeed), numRuns: NETWORKS },
  );
  return found;
}

describe('routes found on simulated networks', () => {
  it('are sound to the check, and settle for their quoted fee where balances suffice', async () => {
    const settled = await onCircles(31_337, async (circle) => {
      expect(circle.check(circle.build())).toEqual([]);
      const before = ownedMsat(circle);
      expect(refusal(await circle.send(circle.build()))).toBe('settled');
      expect(before - ownedMsat(circle)).toBe(circle.feeMsat);
    });
    expect(settled).toBeGreaterThan(NETWORKS / 2);
  });

  it('are refused with 1 msat less at any hop, there, by the network and by the check', async () => {
    let refused = 0;
    await onCircles(31_338, async ({ build, check, send }) => {
      for (let hop = 0; hop < build().hops.length - 1; hop++, refused++) {
        const cheaper = build();
        if (hop === 0) cheaper.totalAmtMsat -= 1n;
        else cheaper.hops[hop - 1]!.amtToForwardMsat -= 1n;
        const defect = check(cheaper).find(
          ({ code }) => code === 'fee_insufficient' || code === 'below_minimum',
        );
        // Whoever sends below its own channel's minimum refuses before the next node can miss its fee.
        const blamed =
          defect?.code === 'below_minimum'
            ? `${Code.AMOUNT_BELOW_MINIMUM}@${hop}`
            : `${Code.FEE_INSUFFICIENT}@${hop + 1}`;
        expect(defect?.hop).toBe(hop);
        expect(refusal(await send(cheaper))).toBe(blamed);
      }
    });
    expect(refused).toBeGreaterThan(NETWORKS);
  });

  it('are refused with 1 block less at any hop, there, by the network and by the check', async () => {
    let refused = 0;
    await onCircles(31_339, async ({ build, check, send }) => {
      for (let hop = 0; hop < build().hops.length - 1; hop++, refused++) {
        const faster = build();
        if (hop === 0) faster.totalTimeLock -= 1;
        else faster.hops[hop - 1]!.expiry -= 1;
        expect(check(faster).map((d) => `${d.code}@${d.hop}`)).toContain(`incorrect_cltv@${hop}`);
        expect(refusal(await send(faster))).toBe(`${Code.INCORRECT_CLTV_EXPIRY}@${hop + 1}`);
      }
    });
    expect(refused).toBeGreaterThan(NETWORKS);
  });
});

/** What the node owns to the millisatoshi, by the network's own books. */
function ownedMsat({ network, self }: Circle): bigint {
  const balances = network
    .description()
    .channels.map(({ channelId }) => network.balances(channelId));
  return balances.reduce(
    (sum, b) =>
      sum + (b.node1 === self ? b.balance1Msat : 0n) + (b.node2 === self ? b.balance2Msat : 0n),
    0n,
  );
}
