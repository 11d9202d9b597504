/** Demand as it was watched, against what really became of a simulated day's payments, with probers among the payers. */
import { describe, expect, it } from 'vitest';
import { DemandWatch } from '../../src/engine/demand-watch.ts';
import { guardedLog } from '../../src/engine/guarded-log.ts';
import type { DemandRow } from '../../src/ports.ts';
import { inProcessNode } from '../../src/sim/in-process-node.ts';
import { memoryStore } from '../../src/store/index.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { HOUR_MS, TrafficWorld } from './traffic-truth.ts';

const HALF_LIFE_MS = 7 * 24 * HOUR_MS;

interface Day {
  readonly world: TrafficWorld;
  readonly watch: DemandWatch;
  readonly servedMsat: number;
  readonly sum: (kind: DemandRow['kind']) => number;
}

async function watchedDay(options: ConstructorParameters<typeof TrafficWorld>[0]): Promise<Day> {
  const world = new TrafficWorld(options);
  const node = inProcessNode(world.network, world.us);
  const watch = new DemandWatch({
    node,
    store: memoryStore(),
    clock: world.clock,
    entropy: { bytes: (length) => new Uint8Array(length) },
    log: guardedLog(undefined),
  });
  const stop = new AbortController();
  const running = watch.start(stop.signal);
  await world.run(1);
  stop.abort();
  await running;
  const nowMs = world.clock.now();
  const { forwards } = await node.forwardingHistory({ sinceMs: 0 });
  const servedMsat = forwards.reduce(
    (sum, { amountOutMsat, settledAtMs }) =>
      sum + Number(amountOutMsat) * 0.5 ** ((nowMs - settledAtMs) / HALF_LIFE_MS),
    0,
  );
  const { rows } = watch.ledger.state(nowMs);
  const sum = (kind: DemandRow['kind']): number =>
    rows
      .filter((row) => row.kind === kind && row.side === 'out')
      .reduce((total, { msat }) => total + msat, 0);
  return { world, watch, servedMsat, sum };
}

/** Differences between truth and ledger, channel by channel, as a part of the truth. */
function errorOf({ world, watch }: Day): number {
  const nowMs = world.clock.now();
  const off = new Map<ChannelId, number>();
  const count = (channelId: ChannelId, msat: number): void => {
    off.set(channelId, (off.get(channelId) ?? 0) + msat);
  };
  let truth = 0;
  for (const { outChannelId, amountOutMsat, atMs } of world.missed) {
    const msat = amountOutMsat * 0.5 ** ((nowMs - atMs) / HALF_LIFE_MS);
    truth += msat;
    count(outChannelId, msat);
  }
  for (const { channelId, kind, side, msat } of watch.ledger.state(nowMs).rows) {
    if (kind === 'missed' && side === 'out') count(channelId, -msat);
  }
  return [...off.values()].reduce((sum, msat) => sum + Math.abs(msat), 0) / truth;
}

const tell = (line: string): void => void process.stdout.write(`${line}\n`);

const days = new Map<number, Promise<Day>>();

/** Of 12,000 payments. */
function dayOf(seed: number): Promise<Day> {
  const day = days.get(seed) ?? watchedDay({ seed, paymentsPerDay: 12_000 });
  days.set(seed, day);
  return day;
}

const bitcoin = (msat: number): string => `${(msat / 1e11).toFixed(3)} BTC`;

describe('a day of traffic', () => {
  it.each([2, 3])(
    'is known as it was, channel by channel, with seed %i',
    async (seed) => {
      const day = await dayOf(seed);
      expect(day.world.missed.length).toBeGreaterThan(40);
      expect(day.sum('served') / day.servedMsat).toBeCloseTo(1, 6);
      const error = errorOf(day);
      tell(
        `seed ${seed}: ${day.world.missed.length} payments of ${bitcoin(day.sum('missed'))} missed, ` +
          `${bitcoin(day.sum('served'))} served; error of what was missed ${(100 * error).toFixed(1)} %`,
      );
      // Payers that pay alike by chance, or come back by another way after a minute.
      expect(error).toBeLessThan(0.1);
    },
    120_000,
  );

  it('is known with three hundred searches for our balances among it', async () => {
    const day = await watchedDay({ seed: 2, paymentsPerDay: 12_000, probesPerDay: 300 });
    const refusedMsat = day.world.probedMsat;
    const truth = day.world.missed.reduce((sum, { amountOutMsat }) => sum + amountOutMsat, 0);
    // Probers ask for far more than payers.
    expect(refusedMsat).toBeGreaterThan(50 * truth);
    const error = errorOf(day);
    tell(
      `probers were refused ${bitcoin(refusedMsat)}; error of what was missed ${(100 * error).toFixed(1)} %`,
    );
    expect(error).toBeLessThan(0.1);
  }, 120_000);

  it('tells what would be served if the balance were there', async () => {
    const day = await dayOf(3);
    const better = await watchedDay({ seed: 3, paymentsPerDay: 12_000, refills: true });
    expect(better.world.missed.length).toBeLessThan(day.world.missed.length / 10);
    const share = day.watch.ledger.settledShare(day.world.clock.now());
    const nowMs = day.world.clock.now();
    const missedMsat = day.watch.ledger
      .state(nowMs)
      .rows.filter(({ kind, side }) => kind === 'missed' && side === 'out')
      .reduce((sum, { channelId, msat }) => sum + share(channelId) * msat, 0);
    const [served, foreseen] = [day.sum('served'), day.sum('served') + missedMsat];
    tell(
      `served ${bitcoin(served)}, demand ${bitcoin(foreseen)}; with balance ${bitcoin(better.servedMsat)} are served`,
    );
    expect(Math.abs(foreseen / better.servedMsat - 1)).toBeLessThan(0.2);
    expect(served / better.servedMsat).toBeLessThan(0.8);
  }, 120_000);
});
