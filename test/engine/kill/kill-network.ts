/** The network that a process under test is let loose on, and what goes wrong in it by itself. */
import type { ChannelPolicy } from '../../../src/ports.ts';
import { SimulatedNetwork } from '../../../src/sim/network.ts';
import type { SeededRandom } from '../../../src/sim/random.ts';
import type { ChannelId, NodeId } from '../../../src/units/ids.ts';

export interface OwnEnd {
  readonly channelId: ChannelId;
  readonly peer: NodeId;
}

export interface KillNetwork {
  readonly network: SimulatedNetwork;
  readonly self: NodeId;
  readonly others: readonly NodeId[];
  readonly ownChannels: readonly OwnEnd[];
  readonly channelIds: readonly ChannelId[];
}

const CAPACITY_SAT = 5_000_000n;
/** By peer. Where there are two, the peer chooses, so arrivals are looked at before they are taken. */
const CHANNELS_WITH_PEERS = [2, 2, 1, 1];
const FURTHER_NODES = 3;

/** Every other node has a channel with every other; each takes a while over a message, so that kills fall in between. */
export function killNetwork(random: SeededRandom): KillNetwork {
  const network = new SimulatedNetwork({ seed: random.uint32() });
  const self = network.addNode({ alias: 'us' });
  const count = CHANNELS_WITH_PEERS.length + FURTHER_NODES;
  const others = Array.from({ length: count }, () => network.addNode());
  for (const nodeId of [self, ...others]) network.setDelay(nodeId, random.below(6));
  const open = (node1: NodeId, node2: NodeId): ChannelId =>
    network.openChannel({
      node1,
      node2,
      capacitySat: CAPACITY_SAT,
      balance1Msat: (CAPACITY_SAT * 1000n * BigInt(20 + random.below(61))) / 100n,
      policy1: drawPolicy(random),
      policy2: drawPolicy(random),
    });
  const ownChannels = CHANNELS_WITH_PEERS.flatMap((channels, i) =>
    Array.from({ length: channels }, () => ({
      channelId: open(self, others[i]!),
      peer: others[i]!,
    })),
  );
  const foreign = others.flatMap((one, i) => others.slice(0, i).map((other) => open(one, other)));
  network.setForwarding(others[0]!, { prefersSiblings: true });
  const channelIds = [...ownChannels.map(({ channelId }) => channelId), ...foreign];
  return { network, self, others, ownChannels, channelIds };
}

const drawPolicy = (random: SeededRandom): Partial<ChannelPolicy> => ({
  feeBaseMsat: BigInt(random.below(1000)),
  feeRatePpm: random.below(400),
  timeLockDelta: random.pick([10, 40, 80]),
});

const LONGEST_CALM_MS = 150;
const LONGEST_HOLD_MS = 400;

/** Peers that hold HTLCs for a while, links that fail, and fees that rise unannounced. Returns what ends it all. */
export function startWeather({ network, others }: KillNetwork, random: SeededRandom): () => void {
  const repairs = new Map<NodeJS.Timeout, () => void>();
  const until = (milliseconds: number, repair: () => void): void => {
    const timer = setTimeout(() => {
      repairs.delete(timer);
      repair();
    }, milliseconds);
    repairs.set(timer, repair);
  };
  const strike = (): void => {
    const nodeId = random.pick(others);
    const span = random.below(LONGEST_HOLD_MS);
    switch (random.pick(['hold', 'hold', 'offline', 'fees'] as const)) {
      case 'hold': {
        const end = random.pick(['resume', 'fail'] as const);
        network.holdHtlcsAt(nodeId);
        until(span, () => network.releaseHtlcs(nodeId, end));
        break;
      }
      case 'offline':
        network.setOnline(nodeId, false);
        until(span / 4, () => network.setOnline(nodeId, true));
        break;
      case 'fees': {
        const channel = random.pick(network.description().channels);
        const policy = drawPolicy(random);
        const announce = random.chance(0.5);
        const { channelId, node1: from } = channel;
        network.updatePolicy({ channelId, from, policy, announce });
        break;
      }
    }
  };
  let next: NodeJS.Timeout;
  const wait = (): void => {
    next = setTimeout(() => {
      strike();
      wait();
    }, random.below(LONGEST_CALM_MS));
  };
  wait();
  return () => {
    clearTimeout(next);
    for (const [timer, repair] of repairs) {
      clearTimeout(timer);
      repair();
    }
  };
}
