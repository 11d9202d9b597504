/** A mainnet-shaped network on virtual time with our node in it, and everybody else's payments. */
import { mineOnClock } from '../../../src/sim/block-arrivals.ts';
import { generateNetwork } from '../../../src/sim/generator.ts';
import type { SimulatedNetwork } from '../../../src/sim/network.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import { Traffic, type TrafficTally } from '../../../src/sim/traffic.ts';
import type { TrafficFlow } from '../../../src/sim/traffic-demand.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import type { NodeId } from '../../../src/units/ids.ts';
import { openOurNode } from './our-node.ts';
import type { WorldTerms } from './terms.ts';

/** Amounts of payments: a mean of 46,000 sat, and one in a hundred above 320,000. */
const MEDIAN_SAT = 25_000;
const SPREAD = 1.1;
const MOST_SAT = 1_000_000;
/** Each sink is paid by so many, and each source pays so many. */
const ENDS_PER_FLOW = 12;

export interface OperatorWorld {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly ours: NodeId;
  /** Begins to pay and to mine; ends both when the signal aborts, and resolves when they have. */
  run(signal: AbortSignal): Promise<TrafficTally>;
}

export function operatorWorld(terms: WorldTerms): OperatorWorld {
  const { seed, nodes, paymentsPerDay } = terms;
  const clock = new VirtualClock();
  const network = generateNetwork({ nodes, seed: `operator ${seed}`, clock });
  const others = network.nodeIds();
  const ours = openOurNode(network, terms);
  const traffic = new Traffic(network, {
    seed: `operator ${seed}`,
    paymentsPerDay,
    flows: flowsOf(network, { ours, others, terms }),
    bystanders: [ours],
    medianSat: MEDIAN_SAT,
    spread: SPREAD,
    mostSat: MOST_SAT,
  });
  const run = async (signal: AbortSignal): Promise<TrafficTally> => {
    await Promise.all([traffic.run(signal), mineOnClock(network, { seed, signal })]);
    return traffic.tally;
  };
  return { clock, network, ours, run };
}

/** To and from peers of ours; the other ends are anybody. */
function flowsOf(
  network: SimulatedNetwork,
  at: { readonly ours: NodeId; readonly others: readonly NodeId[]; readonly terms: WorldTerms },
): TrafficFlow[] {
  const { sinks, sources, flowPerDay, seed } = at.terms;
  const random = new SeededRandom(seed).fork('flows');
  const peers = network
    .node(at.ours)
    .listChannels()
    .map(({ peer }) => peer);
  random.shuffle(peers);
  // Those with few other channels depend on us most.
  const degrees = new Map<NodeId, number>();
  for (const { node1, node2 } of network.description().channels) {
    for (const end of [node1, node2]) degrees.set(end, (degrees.get(end) ?? 0) + 1);
  }
  peers.sort((a, b) => degrees.get(a)! - degrees.get(b)!);
  peers.length = Math.ceil(peers.length / 2);
  random.shuffle(peers);
  const paymentsPerDay = flowPerDay / ENDS_PER_FLOW;
  const anybody = (but: NodeId): NodeId[] =>
    Array.from({ length: ENDS_PER_FLOW }, () =>
      random.pick(at.others.filter((node) => node !== but)),
    );
  const flows: TrafficFlow[] = [];
  for (const to of peers.slice(0, sinks)) {
    for (const from of anybody(to)) flows.push({ from, to, paymentsPerDay });
  }
  for (const from of peers.slice(sinks, sinks + sources)) {
    for (const to of anybody(from)) flows.push({ from, to, paymentsPerDay });
  }
  return flows;
}
