/** What goes wrong around a node that keeps forwards waiting. */
import { holdTermsOf, resolvedJustInTime } from '../../../src/engine/just-in-time-options.ts';
import type { SeededRandom } from '../../../src/sim/random.ts';
import type { ChannelId } from '../../../src/units/ids.ts';
import type { JustInTimeWorld } from './world.ts';

export const HOLD_MS: number = holdTermsOf(resolvedJustInTime({})).holdMs;

export const DISTURBANCES = [
  'stream cut',
  'process killed',
  'link restarted',
  'offered from the chain',
  'block found',
  'payment held up',
  'peer offline',
  'other version',
  'interceptor required',
] as const;

export type Disturbance = (typeof DISTURBANCES)[number];

export class Chaos {
  readonly counts: Map<Disturbance, number> = new Map();
  readonly #world: JustInTimeWorld;
  readonly #random: SeededRandom;
  readonly #kill: () => void;
  readonly #down = new Set<ChannelId>();
  readonly #weights: readonly (readonly [Disturbance, number])[];

  constructor(world: JustInTimeWorld, random: SeededRandom, kill: () => void) {
    this.#world = world;
    this.#random = random;
    this.#kill = kill;
    // Each seed has its own mix, and some of them nothing of a kind.
    this.#weights = DISTURBANCES.map((kind) => [kind, random.chance(0.6) ? random.unit() : 0]);
  }

  /** One disturbance, perhaps. */
  strike(): void {
    const total = this.#weights.reduce((sum, [, weight]) => sum + weight, 0);
    let draw = this.#random.unit() * total;
    for (const [kind, weight] of this.#weights) {
      draw -= weight;
      if (weight === 0 || draw > 0) continue;
      if (this.#act(kind)) this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
      return;
    }
  }

  /** Whether anything happened. */
  #act(kind: Disturbance): boolean {
    const { network, self, ownChannels } = this.#world;
    const random = this.#random;
    switch (kind) {
      case 'stream cut':
        return network.cutInterceptor(self);
      case 'process killed':
        this.#kill();
        return true;
      case 'link restarted':
        return this.#restartLink(random.pick(ownChannels));
      case 'offered from the chain':
        return this.#goOnChain();
      case 'block found':
        network.mineBlocks(1);
        return true;
      case 'payment held up': {
        const nodeId = random.pick(network.nodeIds().filter((id) => id !== self));
        if (random.chance(0.5)) network.holdHtlcsAt(nodeId);
        for (const other of network.nodeIds()) {
          if (other !== nodeId) network.releaseHtlcs(other, random.pick(['resume', 'fail']));
        }
        return true;
      }
      case 'peer offline': {
        const nodeId = random.pick(network.nodeIds().filter((id) => id !== self));
        network.setOnline(nodeId, !network.isOnline(nodeId));
        return true;
      }
      case 'other version': {
        const version = random.pick(['0.18.5-beta', '0.20.1-beta', '0.20.3-beta', '0.21.1-beta']);
        network.setInterception(self, { version: () => version });
        return true;
      }
      case 'interceptor required':
        network.setInterception(self, { required: random.chance(0.5) });
        return true;
    }
  }

  #restartLink(channelId: ChannelId): boolean {
    const { network } = this.#world;
    const isDown = this.#down.has(channelId);
    network.setLinkUp(channelId, isDown);
    if (isDown) this.#down.delete(channelId);
    else this.#down.add(channelId);
    // Mostly it is back at once, and what lay on it is offered again.
    if (!isDown && this.#random.chance(0.7)) this.#restartLink(channelId);
    return true;
  }

  #goOnChain(): boolean {
    const { network, self } = this.#world;
    const incoming = network
      .node(self)
      .listChannels()
      .flatMap(({ channelId, pendingHtlcs }) =>
        pendingHtlcs
          .filter((htlc) => htlc.incoming)
          .map(({ htlcIndex }) => ({ channelId, index: htlcIndex })),
      );
    if (incoming.length === 0) return false;
    try {
      network.offerOnChain(self, this.#random.pick(incoming));
      return true;
    } catch (error) {
      // It ends here, or has not reached the switch yet.
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  /** Everything works again. */
  heal(): void {
    const { network, self, ownChannels } = this.#world;
    network.setInterception(self, { required: false });
    for (const nodeId of network.nodeIds()) {
      network.setOnline(nodeId, true);
      network.releaseHtlcs(nodeId);
    }
    for (const channelId of ownChannels) {
      network.setLinkUp(channelId, false);
      network.setLinkUp(channelId, true);
    }
  }
}
