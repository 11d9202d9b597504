/** Rebalancing while a forward waits, over lnd's gRPC, in real time, with the thread that answers for forwards. */
import { expect, onTestFinished, test } from 'vitest';
import { type JustInTimeEvent, Rebalancer } from '../../src/engine/index.ts';
import { bakeMacaroonCommand, connectLnd } from '../../src/node/lnd/index.ts';
import { serveLnd } from '../../src/sim/index.ts';
import { memoryStore } from '../../src/store/index.ts';
import { JustInTimeStage } from './just-in-time-stage.ts';

test('saves a forward, and lets another go when its rebalance hangs', async () => {
  // Nothing waits for virtual time: without delays the network takes none.
  const stage = new JustInTimeStage(0);
  const lnd = await serveLnd(stage.network, stage.self);
  onTestFinished(() => lnd.close());
  const permissions = bakeMacaroonCommand({ planning: true, justInTime: true })
    .split(' ')
    .filter((word) => word.startsWith('uri:'));
  const node = await connectLnd({
    address: lnd.address,
    tlsCert: lnd.tlsCertPem,
    macaroon: lnd.bakeMacaroon(permissions).macaroonBytes,
  });
  onTestFinished(() => node.close());
  const rebalancer = new Rebalancer({ node, store: memoryStore() });
  // A busy machine takes its time; what is tested is not how fast it is.
  const justInTime = rebalancer.justInTime({ holdMs: 20_000, claimMs: 5000 });
  const events: JustInTimeEvent[] = [];
  void (async () => {
    for await (const event of justInTime.events) events.push(event);
  })();
  const stop = new AbortController();
  const ended = justInTime.run(stop.signal);
  const kinds = (): string[] => events.map(({ kind }) => kind);
  const until = async (kind: JustInTimeEvent['kind']): Promise<void> => {
    while (!kinds().includes(kind)) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await until('interception_connected');
  // The first orders follow the first reading of the graph.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const before = stage.ourMsat(stage.target);
  expect((await stage.pay()).state).toBe('settled');
  await until('forward_saved');
  expect(kinds()).toEqual(
    expect.arrayContaining(['forward_held', 'forward_paid_for', 'forward_released']),
  );
  expect(stage.ourMsat(stage.target)).toBeLessThan(before);
  expect(justInTime.figures).toMatchObject({ held: 1, saved: 1, earnedMsat: 500_005n });
  expect(justInTime.figures.spentMsat).toBeLessThanOrEqual(20_000n);

  stage.network.holdHtlcsAt(stage.ross);
  const lost = stage.pay();
  while (justInTime.figures.held < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  stop.abort();
  // Stopped, it lets everything go: without the liquidity the node fails it.
  expect((await lost).state).toBe('failed');
  stage.network.releaseHtlcs(stage.ross);
  await ended;
  expect(stage.network.pendingHtlcs()).toEqual([]);
});
