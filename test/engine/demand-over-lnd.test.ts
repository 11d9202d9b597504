/** Demand watched over lnd's own protocol, with events that come late, twice or never, and streams that break. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { DemandWatch } from '../../src/engine/demand-watch.ts';
import { guardedLog } from '../../src/engine/guarded-log.ts';
import { systemEntropy } from '../../src/engine/payment-secret.ts';
import { systemClock } from '../../src/engine/system-clock.ts';
import { RouterService } from '../../src/generated/services/router.ts';
import { bakeMacaroonCommand, connectLnd } from '../../src/node/lnd/index.ts';
import type { DemandRow } from '../../src/ports.ts';
import { type ServedLnd, SimulatedNetwork, serveLnd } from '../../src/sim/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';
import { payThrough } from '../sim/pay-through.ts';

const FREE = { feeBaseMsat: 0n, feeRatePpm: 1000 };

class World {
  readonly network: SimulatedNetwork;
  readonly us: NodeId;
  readonly ann: NodeId;
  readonly bob: NodeId;
  readonly channels: readonly [ChannelId, ChannelId];
  readonly watch: DemandWatch;
  readonly lnd: ServedLnd;
  /** Sat, of payments that Ann has tried. */
  served = 0;
  missed = 0;

  static async open(): Promise<World> {
    const network = new SimulatedNetwork({ seed: 'watched over lnd' });
    const [ann, us, bob] = [network.addNode(), network.addNode(), network.addNode()];
    const open = (node1: NodeId, node2: NodeId, balance1Msat: bigint): ChannelId =>
      network.openChannel({
        node1,
        node2,
        capacitySat: 16_000_000n,
        balance1Msat,
        policy1: FREE,
        policy2: FREE,
      });
    const channels = [open(ann, us, 15_000_000_000n), open(us, bob, 2_500_000_000n)] as const;
    const lnd = await serveLnd(network, us);
    onTestFinished(() => lnd.close());
    const permissions = bakeMacaroonCommand({ planning: true })
      .split(' ')
      .filter((word) => word.startsWith('uri:'));
    const node = await connectLnd({
      address: lnd.address,
      tlsCert: lnd.tlsCertPem,
      macaroon: lnd.bakeMacaroon(permissions).macaroonBytes,
    });
    const watch = new DemandWatch({
      node,
      store: memoryStore(),
      clock: systemClock,
      entropy: systemEntropy,
      log: guardedLog(undefined),
    });
    const stop = new AbortController();
    const running = watch.start(stop.signal);
    onTestFinished(async () => {
      stop.abort();
      await running;
      await node.close();
    });
    return new World({ network, ann, us, bob, channels, lnd, watch });
  }

  private constructor(
    parts: Pick<World, 'network' | 'ann' | 'us' | 'bob' | 'channels' | 'lnd' | 'watch'>,
  ) {
    ({
      network: this.network,
      ann: this.ann,
      us: this.us,
      bob: this.bob,
      channels: this.channels,
      lnd: this.lnd,
      watch: this.watch,
    } = parts);
  }

  /** Payments that are all too unlike to be taken for one: some that we can pass on, and some that are too large. */
  async pay(count: number, from = 0): Promise<void> {
    for (let n = from; n < from + count; n++) {
      await this.#pay(Math.round(10_250 * 1.07 ** n));
      await this.#pay(Math.round(2_600_000 * 1.07 ** n));
    }
  }

  async #pay(sat: number): Promise<void> {
    const { network, ann: from, bob: to, channels } = this;
    const payment = { from, to, channels, amountMsat: BigInt(sat) * 1000n };
    const settled = await payThrough(network, payment).then(
      () => true,
      () => false,
    );
    if (settled) this.served += sat;
    else this.missed += sat;
  }

  /** Thousandths of a sat do not count, nor what has decayed within seconds. */
  known(kind: DemandRow['kind']): number {
    const { rows } = this.watch.ledger.state(Date.now());
    const row = rows.find((each) => each.kind === kind && each.side === 'out');
    return (row?.msat ?? 0) / 1000;
  }

  async expectKnown(expected: Partial<Record<DemandRow['kind'], number>>): Promise<void> {
    await expect
      .poll(
        () =>
          Object.entries(expected).map(([kind, sat]) =>
            (this.known(kind as DemandRow['kind']) / sat).toFixed(4),
          ),
        { timeout: 20_000 },
      )
      .toEqual(Object.keys(expected).map(() => '1.0000'));
  }
}

describe('over served lnd', () => {
  it('is the truth though events come late, twice or never, and streams break', async () => {
    const world = await World.open();
    await expect.poll(() => world.watch.listening, { timeout: 20_000 }).toBe(true);
    const faults = (htlcEvents: object): void =>
      world.network.setStreamFaults(world.us, { htlcEvents });

    faults({ late: 0.4, repeated: 0.4 });
    await world.pay(8);
    // What was kept back comes out now.
    faults({});
    expect(world.served).toBeGreaterThan(100_000);
    expect(world.missed).toBeGreaterThan(20_000_000);
    await world.expectKnown({ served: world.served, missed: world.missed });

    // Of what was missed while nobody was told, nobody can know; what was served is in the history.
    const { missed } = world;
    faults({ lost: 1 });
    await world.pay(4, 8);
    faults({ lost: 0.3, late: 0.2 });
    await world.pay(4, 12);
    faults({});
    expect(world.lnd.cutStreams(RouterService.subscribeHtlcEvents.path)).toBe(1);
    await world.expectKnown({ served: world.served });
    expect(world.known('missed')).toBeGreaterThanOrEqual(missed * 0.999);
    expect(world.known('missed')).toBeLessThan(world.missed);
  }, 60_000);
});
