/** The faults of the world around the process: they come at moments drawn in advance, and heal by themselves. */
import type { SeededRandom } from '../../../src/sim/random.ts';
import type { LndProcess } from '../ports/lnd-process.ts';
import type { Machine } from '../ports/machine.ts';
import type { WallTime } from '../ports/process-clock.ts';
import { drawPolicy, type World } from '../world.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { NetworkFaultRates } from './fault-plan.ts';

export interface Surroundings {
  readonly machine: Machine;
  readonly random: SeededRandom;
  readonly world: World;
  readonly lnd: LndProcess;
  /** Of the machine that runs Ballast. */
  readonly time: WallTime;
  readonly breakConnections: (reason: string) => void;
}

/** A node that was slowed down is as quick again as this. */
const HEALED_DELAY_MS = 5;

const JUMPS_MS: readonly number[] = [1_000, 3_600_000, 86_400_000, 86_400_000];

type Strike = (at: Surroundings) => FaultKind;

const STRIKES: Record<keyof NetworkFaultRates, Strike> = {
  connectionLoss: ({ breakConnections }) => {
    breakConnections('connection reset');
    return 'all connections lost';
  },
  restart: restartLnd,
  notSynced: ({ lnd, machine, random }) => {
    lnd.synced = false;
    later(machine, random, 8_000, () => {
      lnd.synced = true;
    });
    return 'lnd not synced';
  },
  stuck: holdHtlcs,
  slow: ({ world, machine, random }) => {
    const nodeId = random.pick(world.others);
    world.network.setDelay(nodeId, 500 + random.below(20_000));
    later(machine, random, 60_000, () => world.network.setDelay(nodeId, HEALED_DELAY_MS));
    return 'slow peer';
  },
  offline: ({ world, machine, random }) => {
    const nodeId = random.pick(world.others);
    world.network.setOnline(nodeId, false);
    later(machine, random, 60_000, () => world.network.setOnline(nodeId, true));
    return 'peer offline';
  },
  linkDown: ({ world, machine, random }) => {
    const { channelId } = random.pick([...world.ownChannels, ...world.foreignChannels]);
    world.network.setLinkUp(channelId, false);
    later(machine, random, 30_000, () => world.network.setLinkUp(channelId, true));
    return 'channel down';
  },
  policy: (at) => changePolicy(at, true),
  silentPolicy: (at) => changePolicy(at, false),
  staleGraph: ({ lnd, machine, random }) => {
    lnd.freezeGraph();
    later(machine, random, 60_000, () => lnd.thawGraph());
    return 'stale graph';
  },
  clockForward: ({ time, random }) => {
    time.jump(random.pick(JUMPS_MS));
    return 'clock jumped forward';
  },
  clockBackward: ({ time, random }) => {
    time.jump(-random.pick(JUMPS_MS));
    return 'clock jumped backward';
  },
  block: ({ world, random }) => {
    world.network.mineBlocks(random.pick([1, 1, 1, 3, 20]));
    return 'block mined';
  },
};

/** Sets every fault of the plan's network rates going, until the plan's time is over. */
export function unleash(at: Surroundings): void {
  const { machine, random } = at;
  const { plan } = machine;
  for (const [name, times] of Object.entries(plan.network)) {
    const count = random.below(Math.round(2 * times) + 1);
    for (let i = 0; i < count; i++) {
      const strike = STRIKES[name as keyof NetworkFaultRates];
      machine.scheduler.after(random.below(plan.untilMs), 'fault', () => {
        if (!machine.stormy) return;
        const kind = strike(at);
        machine.tally.count(kind);
        machine.log.add(`fault: ${kind}`);
      });
    }
  }
}

/** Ends everything that would last longer. */
export function heal({ world, lnd, machine, breakConnections }: Surroundings): void {
  const { network, self, others } = world;
  machine.calmDown();
  lnd.synced = true;
  lnd.thawGraph();
  if (lnd.needsRestart && lnd.up) {
    lnd.stop();
    breakConnections('lnd is shutting down');
  }
  if (!lnd.up) lnd.start();
  for (const nodeId of others) {
    network.setOnline(nodeId, true);
    network.setDelay(nodeId, HEALED_DELAY_MS);
    network.setForwarding(nodeId, { skimMsat: 0n, prefersSiblings: false });
    network.releaseHtlcs(nodeId, 'resume');
  }
  network.releaseHtlcs(self, 'resume');
  network.setDelay(self, HEALED_DELAY_MS);
  for (const { channelId } of [...world.ownChannels, ...world.foreignChannels]) {
    network.setLinkUp(channelId, true);
  }
}

function later(machine: Machine, random: SeededRandom, mostMs: number, undo: () => void): void {
  machine.scheduler.after(1 + random.below(mostMs), 'fault ends', () => {
    // Once everything has been healed, an old fault's end must not undo anything of that.
    if (machine.stormy) undo();
  });
}

function restartLnd({ lnd, machine, random, breakConnections }: Surroundings): FaultKind {
  if (lnd.up) {
    lnd.stop();
    breakConnections('lnd is shutting down');
    later(machine, random, random.pick([500, 5_000, 20_000]), () => {
      if (!lnd.up) lnd.start();
    });
  }
  return 'lnd restarted';
}

function holdHtlcs({ world, machine, random }: Surroundings): FaultKind {
  const { network, self, others } = world;
  const nodeId = random.chance(0.15) ? self : random.pick(others);
  const action = random.pick(['resume', 'fail'] as const);
  network.holdHtlcsAt(nodeId);
  later(machine, random, random.pick([5_000, 60_000, 600_000]), () =>
    network.releaseHtlcs(nodeId, action),
  );
  return action === 'fail' ? 'stuck HTLC, failed later' : 'stuck HTLC, forwarded later';
}

function changePolicy({ world, random }: Surroundings, announce: boolean): FaultKind {
  const { channelId, ends } = random.pick(world.foreignChannels);
  const from = random.pick(ends);
  world.network.updatePolicy({ channelId, from, policy: drawPolicy(random), announce });
  return announce ? 'policy changed' : 'policy changed unannounced';
}
