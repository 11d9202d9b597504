/**
 * A node whose outgoing balance runs short again and again. Those who pay can reach the payees cheaply only through us;
 * we can buy liquidity towards the payees' peers from a reservoir that is dear for others.
 *
 *       payers - sender peers - US - sink peers - payees
 *                        (dear) \ |  / (cheap)
 *                               reservoirs
 */
import type { ChannelPolicy, Clock } from '../../../src/ports.ts';
import { SimulatedNetwork } from '../../../src/sim/network.ts';
import type { SeededRandom } from '../../../src/sim/random.ts';
import type { TrafficFlow } from '../../../src/sim/traffic-demand.ts';
import type { ChannelId, NodeId } from '../../../src/units/ids.ts';

export interface JustInTimeWorld {
  readonly network: SimulatedNetwork;
  readonly self: NodeId;
  readonly ownChannels: readonly ChannelId[];
  readonly flows: readonly TrafficFlow[];
  /** From a payer over channels that lead through us to a payee. */
  readonly ways: readonly { readonly from: NodeId; readonly channels: readonly ChannelId[] }[];
}

/** Some two hundred in a simulation. */
const PAYMENTS_PER_DAY = 18_000;

export function makeJustInTimeWorld(random: SeededRandom, clock: Clock): JustInTimeWorld {
  const network = new SimulatedNetwork({ seed: random.uint32(), clock });
  const nodes = (count: number, alias: string): NodeId[] =>
    Array.from({ length: count }, (_, i) => network.addNode({ alias: `${alias} ${i + 1}` }));
  const self = network.addNode({ alias: 'us' });
  const senders = nodes(1 + random.below(2), 'sender');
  const sinks = nodes(1 + random.below(3), 'sink');
  const reservoirs = nodes(1 + random.below(2), 'reservoir');
  const payers = nodes(8, 'payer');
  const payees = nodes(2, 'payee');
  for (const nodeId of network.nodeIds()) network.setDelay(nodeId, 5 + random.below(250));
  const open = (
    ends: readonly [NodeId, NodeId],
    terms: {
      readonly share: number;
      readonly ppm: readonly [number, number];
      readonly sat: number;
    },
  ): ChannelId => {
    const capacitySat = BigInt(terms.sat);
    return network.openChannel({
      node1: ends[0],
      node2: ends[1],
      capacitySat,
      balance1Msat: BigInt(Math.round(terms.sat * 1000 * terms.share)),
      opener: random.chance(0.5) ? 1 : 2,
      policy1: policy(random, terms.ppm[0]),
      policy2: policy(random, terms.ppm[1]),
    });
  };
  const own: ChannelId[] = [];
  const ownSat = (): number => 1_000_000 + random.below(3_000_000);
  const ourPpm = 200 + random.below(1800);
  for (const sender of senders) {
    own.push(open([self, sender], { share: 0.2, ppm: [50, 10], sat: 5 * ownSat() }));
  }
  for (const sink of sinks) {
    const count = 1 + random.below(2);
    for (let i = 0; i < count; i++) {
      const share = 0.02 + 0.1 * random.unit();
      own.push(open([self, sink], { share, ppm: [ourPpm, random.below(100)], sat: ownSat() }));
    }
  }
  for (const reservoir of reservoirs) {
    own.push(open([self, reservoir], { share: 0.9, ppm: [100, 5000], sat: 2 * ownSat() }));
    for (const sink of sinks) {
      open([reservoir, sink], { share: 0.6, ppm: [random.below(400), 5000], sat: 10_000_000 });
    }
    for (const sender of senders) {
      const channelId = open([sender, reservoir], { share: 0.5, ppm: [10, 10], sat: 10_000_000 });
      // Dear where it comes in: what a node asks for sending on would not be weighed by those before it.
      const dear = { inboundFeeRatePpm: 8000 };
      network.updatePolicy({ channelId, from: reservoir, policy: dear });
    }
  }
  for (const payer of payers) {
    for (const sender of senders)
      open([payer, sender], { share: 0.95, ppm: [10, 10], sat: 50_000_000 });
  }
  for (const payee of payees) {
    for (const sink of sinks) open([sink, payee], { share: 0.95, ppm: [10, 10], sat: 50_000_000 });
  }
  const flows = payers.flatMap((from) =>
    payees.map((to) => ({
      from,
      to,
      paymentsPerDay: PAYMENTS_PER_DAY / (payers.length * payees.length),
    })),
  );
  const ways = waysThrough(network, { self, payer: payers[0]!, payee: payees[0]!, senders, sinks });
  return { network, self, ownChannels: own, flows, ways };
}

function waysThrough(
  network: SimulatedNetwork,
  nodes: {
    readonly self: NodeId;
    readonly payer: NodeId;
    readonly payee: NodeId;
    readonly senders: readonly NodeId[];
    readonly sinks: readonly NodeId[];
  },
): JustInTimeWorld['ways'] {
  const { self, payer, payee, senders, sinks } = nodes;
  const between = (one: NodeId, other: NodeId): ChannelId =>
    network
      .node(one)
      .listChannels()
      .find(({ peer }) => peer === other)!.channelId;
  return senders.flatMap((sender) =>
    sinks.map((sink) => ({
      from: payer,
      channels: [
        between(payer, sender),
        between(sender, self),
        between(self, sink),
        between(sink, payee),
      ],
    })),
  );
}

const policy = (random: SeededRandom, feeRatePpm: number): Partial<ChannelPolicy> => ({
  feeBaseMsat: random.chance(0.5) ? 1000n : 0n,
  feeRatePpm,
  timeLockDelta: random.pick([34, 40, 80]),
  ...(random.chance(0.2) && { inboundFeeRatePpm: -random.below(30) }),
});
