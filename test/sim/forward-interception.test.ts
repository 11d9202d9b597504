/** Ballast's port for held forwards over a simulated node, without a wire. */
import { describe, expect, test } from 'vitest';
import type { ForwardInterception, HoldTerms, InterceptionNews } from '../../src/ports.ts';
import { inProcessNode } from '../../src/sim/in-process-node.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { attemptOf, type Circle, circle, HEIGHT, payAround } from './circle.ts';

const TERMS: HoldTerms = { holdMs: 6000, claimMs: 500, cltvMarginBlocks: 6, mostHeld: 5 };

interface Setting {
  readonly world: Circle;
  readonly clock: VirtualClock;
  readonly news: InterceptionNews[];
  readonly interception: ForwardInterception;
  readonly stop: AbortController;
  readonly kinds: () => string[];
}

/** bob keeps what leaves to carol. */
async function setting(): Promise<Setting> {
  const clock = new VirtualClock();
  const world = circle({ clock });
  const stop = new AbortController();
  const node = inProcessNode(world.network, world.bob.nodeId);
  const interception = node.interceptForwards!({ terms: TERMS, signal: stop.signal });
  const news: InterceptionNews[] = [];
  void (async () => {
    for await (const item of interception) news.push(item);
  })();
  const watched = [
    { peer: world.carol.nodeId, channelIds: [world.channels[1]], fromMsat: 100_000n },
  ];
  interception.order({ watched, blockHeight: HEIGHT, validMs: 60_000 });
  await clock.advance(10);
  return { world, clock, news, interception, stop, kinds: () => news.map(({ kind }) => kind) };
}

const offerOf = ({ news }: Setting) =>
  news.find(
    (item): item is Extract<InterceptionNews, { kind: 'offered' }> => item.kind === 'offered',
  )!.forward;

describe('interceptForwards of a simulated node', () => {
  test('keeps a forward that is claimed until it is told to let it go', async () => {
    const set = await setting();
    const paid = payAround(set.world, { amountMsat: 500_000n });
    await set.clock.advance(10);
    set.interception.claim(offerOf(set).circuit);
    await set.clock.advance(3000);
    expect(set.world.network.pendingHtlcs()).toHaveLength(1);
    set.interception.resume(offerOf(set).circuit);
    await set.clock.advance(10);
    expect((await attemptOf(paid)).state).toBe('settled');
    expect(set.news.at(-1)).toMatchObject({ kind: 'released', cause: 'resumed', heldMs: 3010 });
    set.stop.abort();
    await set.clock.advance(5000);
    // Nobody intercepts any more.
    expect(set.world.bob.interceptForwards({ offer: () => true }).kind).toBe('connected');
  });

  test('answers what was kept before it connected anew', async () => {
    const set = await setting();
    const { network, bob } = set.world;
    network.setInterception(bob.nodeId, { required: true });
    const paid = payAround(set.world, { amountMsat: 500_000n });
    await set.clock.advance(10);
    expect(network.cutInterceptor(bob.nodeId)).toBe(true);
    expect(network.cutInterceptor(bob.nodeId)).toBe(false);
    await set.clock.advance(100);
    expect(network.pendingHtlcs()).toHaveLength(1);
    await set.clock.advance(1500);
    expect((await attemptOf(paid)).state).toBe('settled');
    expect(set.kinds()).toEqual([
      'connected',
      'offered',
      'released',
      'disconnected',
      'connected',
      'passed',
    ]);
    expect(set.news.at(-1)).toMatchObject({ forwards: { repeated: 1 } });
  });

  test('tries again while another one intercepts', async () => {
    const set = await setting();
    const { network, bob } = set.world;
    network.cutInterceptor(bob.nodeId);
    const other = bob.interceptForwards({ offer: () => true });
    await set.clock.advance(3000);
    expect(set.news.at(-1)).toMatchObject({
      kind: 'disconnected',
      reason: 'interceptor already exists',
    });
    if (other.kind === 'connected') other.connection.disconnect();
    await set.clock.advance(1000);
    expect(set.news.at(-1)).toEqual({ kind: 'connected' });
  });
});
