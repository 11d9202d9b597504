/** Rebalancing while a forward waits, on the simulated network. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../../src/ports.ts';
import { makeDigestDeterministic } from '../simulation/deterministic-digest.ts';
import { JustInTimeStage } from './just-in-time-stage.ts';

const HOUR_MS = 3_600_000;

// Hashes are made in the turn in which they are asked for, or virtual time runs ahead of them.
let restore: () => void;
beforeEach(() => {
  restore = makeDigestDeterministic();
});
afterEach(() => restore());

describe('justInTime', () => {
  it('saves a forward that fails without it', async () => {
    const without = new JustInTimeStage();
    const lost = without.pay();
    await without.clock.advance(5000);
    expect((await lost).state).toBe('failed');

    const stage = new JustInTimeStage();
    const { justInTime } = await stage.start();
    const before = stage.ourMsat(stage.target);
    const paid = stage.pay();
    await stage.clock.advance(8000);
    expect((await paid).state).toBe('settled');
    const [held] = stage.of('forward_held');
    expect(held!.plan).toMatchObject({ inChannelId: stage.target, needMsat: 500_005_000n });
    expect(stage.ourMsat(stage.target)).toBe(before + held!.plan.amountMsat - 500_005_000n);
    expect(stage.of('forward_released')).toMatchObject([{ cause: 'resumed', ready: true }]);
    // 1,000 ppm of what went out; 20 ppm of what came round, and 10 ppm of it for the last hop.
    const [saved] = stage.of('forward_saved');
    expect(saved?.earnedMsat).toBe(500_005n);
    const { feePaidMsat } = stage.of('forward_paid_for')[0]!;
    expect(feePaidMsat).toBeGreaterThan(0n);
    expect(feePaidMsat).toBeLessThanOrEqual(20_000n);
    expect(justInTime.figures).toMatchObject({
      offered: 1,
      held: 1,
      holding: 0,
      saved: 1,
      lost: 0,
      earnedMsat: 500_005n,
      spentMsat: feePaidMsat,
    });
    expect(justInTime.figures.longestHoldMs).toBeGreaterThan(300);
    expect(justInTime.figures.longestHoldMs).toBeLessThan(3000);
  });

  it('keeps nothing that passes unaided', async () => {
    const stage = new JustInTimeStage();
    await stage.start();
    const paid = stage.pay({ amountMsat: 50_000_000n });
    await stage.clock.advance(3000);
    expect((await paid).state).toBe('settled');
    // Close to what there is, it is looked at.
    const close = stage.pay({ amountMsat: 45_000_000n });
    await stage.clock.advance(3000);
    expect((await close).state).toBe('settled');
    expect(stage.of('forward_held')).toEqual([]);
    expect((await stage.store.records()).length).toBe(0);
  });

  it('lets a forward go at the deadline, and takes back what hangs', async () => {
    const stage = new JustInTimeStage();
    const { justInTime } = await stage.start();
    stage.network.holdHtlcsAt(stage.ross);
    const beganMs = stage.clock.now();
    let endedMs = 0;
    const paid = stage.pay();
    void paid.then(() => {
      endedMs = stage.clock.now();
    });
    await stage.clock.advance(8000);
    expect((await paid).state).toBe('failed');
    expect(endedMs - beganMs).toBeLessThan(7500);
    expect(stage.of('forward_released')[0]).toMatchObject({ ready: false });
    expect(justInTime.figures.longestHoldMs).toBeLessThanOrEqual(6000);
    // What was under way arrives at an invoice that is gone.
    stage.network.releaseHtlcs(stage.ross);
    await stage.clock.advance(60_000);
    expect(stage.network.pendingHtlcs()).toEqual([]);
    expect(justInTime.figures.spentMsat).toBe(0n);
    expect(await stage.store.feesPaid()).toEqual([]);
  });

  it('makes one rebalance for a channel at a time', async () => {
    const stage = new JustInTimeStage();
    await stage.start();
    const [first, second] = [stage.pay(), stage.pay()];
    await stage.clock.advance(8000);
    expect((await first).state).toBe('settled');
    expect((await second).state).toBe('failed');
    expect(stage.of('forward_held')).toHaveLength(1);
    expect(stage.of('forward_resumed')).toMatchObject([{ reason: 'running' }]);
  });

  it('does not wait for the turn of other rebalances', async () => {
    const stage = new JustInTimeStage();
    const { rebalancer } = await stage.start({}, { maxConcurrent: 1 });
    stage.network.holdHtlcsAt(stage.ross);
    void rebalancer.rebalance({
      from: stage.source,
      to: stage.target,
      amountMsat: 10_000_000n,
      maxFeePpm: 5000,
    });
    await stage.clock.advance(2000);
    const [stuck] = stage.network.pendingHtlcs();
    expect(stuck?.to).toBe(stage.ross);
    // What comes now is not held.
    stage.network.holdHtlcsAt(stage.ross, { paymentHash: stuck!.paymentHash });
    const paid = stage.pay();
    await stage.clock.advance(8000);
    expect((await paid).state).toBe('settled');
    expect(stage.network.pendingHtlcs()).toHaveLength(1);
    stage.network.releaseHtlcs(stage.ross);
    await stage.clock.advance(60_000);
  });

  it('loses no more than its stake to forwards that are made to fail', async () => {
    const stage = new JustInTimeStage();
    const { justInTime } = await stage.start({ stakeMsat: 30_000n });
    const attack = async (): Promise<void> => {
      const amountMsat = stage.ourMsat(stage.target) + 100_000_000n;
      const paid = stage.pay({ amountMsat, unknown: true, tipMsat: 5_000_000n });
      await stage.clock.advance(9000);
      expect((await paid).state).toBe('failed');
    };
    for (let i = 0; i < 15; i++) await attack();
    const paidMsat = async (): Promise<bigint> =>
      (await stage.store.feesPaid()).reduce((sum, { feeMsat }) => sum + feeMsat, 0n);
    const spentMsat = await paidMsat();
    expect(justInTime.figures.lost).toBeGreaterThan(2);
    expect(spentMsat).toBe(justInTime.figures.spentMsat);
    expect(spentMsat).toBeGreaterThan(10_000n);
    expect(spentMsat).toBeLessThanOrEqual(30_000n);
    const { reason } = stage.of('forward_resumed').at(-1)!;
    expect(['spent', 'too_dear', 'not_worth_it']).toContain(reason);

    // A new process knows what was spent.
    stage.stop.abort();
    await stage.clock.advance(1000);
    const next = new AbortController();
    Object.assign(stage, { stop: next });
    const again = await stage.start({ stakeMsat: 30_000n });
    for (let i = 0; i < 10; i++) await attack();
    expect(await paidMsat()).toBeLessThanOrEqual(30_000n);
    // After a day there is a new stake.
    await stage.clock.advance(25 * HOUR_MS);
    await attack();
    expect(again.justInTime.figures.held).toBeGreaterThan(0);
  });

  it('lets everything go when it is stopped, and ends', async () => {
    const stage = new JustInTimeStage();
    stage.network.setInterception(stage.self, { required: true });
    const { ended } = await stage.start();
    stage.network.holdHtlcsAt(stage.ross);
    void stage.pay();
    await stage.clock.advance(2000);
    expect(stage.of('forward_held')).toHaveLength(1);
    stage.stop.abort();
    await stage.clock.advance(2000);
    stage.network.releaseHtlcs(stage.ross);
    await stage.clock.advance(30_000);
    await ended;
    expect(stage.network.pendingHtlcs()).toEqual([]);
    expect(await stage.store.feesPaid()).toEqual([]);
  });

  it('says when forwards stop without it', async () => {
    const stage = new JustInTimeStage();
    stage.network.setInterception(stage.self, { required: true });
    const warnings: string[] = [];
    const log: Log = { debug: () => {}, info: () => {}, warn: (message) => warnings.push(message) };
    await stage.start({}, { log });
    expect(stage.of('node_depends_on_us')).toHaveLength(1);
    expect(warnings.join()).toMatch(/requireinterceptor.*all forwarding stops/);
  });

  it('refuses a node that cannot let forwards wait', async () => {
    const stage = new JustInTimeStage();
    const { interceptForwards: _, ...node } = stage.node;
    stage.node = node;
    const { ended } = await stage.start();
    await expect(ended).rejects.toThrow(/cannot let forwards wait/);
  });

  it('learns of ends that no event tells from the history of forwards', async () => {
    const stage = new JustInTimeStage();
    const { htlcEvents: _, ...node } = stage.node;
    stage.node = node;
    await stage.start();
    const paid = stage.pay();
    await stage.clock.advance(8000);
    expect((await paid).state).toBe('settled');
    expect(stage.of('forward_saved')).toEqual([]);
    await stage.clock.advance(3 * 60_000);
    expect(stage.of('forward_saved')).toMatchObject([{ earnedMsat: 500_005n }]);
  });

  it.each([
    [{ holdMs: 999 }, /holdMs must be a number from 1000 to 30000, but is 999/],
    [{ mostHeld: 1.5 }, /mostHeld must be a whole number from 1 to 100/],
    [{ stakeMsat: 5 }, /stakeMsat must be a bigint of millisatoshis/],
    [{ stakeMsat: -5n }, /stakeMsat must be a bigint of millisatoshis, 0n or more, but is -5/],
    [{ leaveOut: ['bob'] }, /leaveOut: "bob" is no channel id/],
    [{ worthPpm: 3 }, /worthPpm must be a function/],
    [{ holdMS: 1 }, /justInTime has no option "holdMS"; there are holdMs, /],
  ])('refuses %o', (options, message) => {
    const stage = new JustInTimeStage();
    return expect(stage.start(options as object)).rejects.toThrow(message);
  });
});
