/** A Rebalancer that runs by itself, on the simulated network. */
import { describe, expect, it } from 'vitest';
import {
  type OperatorEvent,
  type OperatorRun,
  type OperatorSummary,
  PlanRequestError,
  type Rebalancer,
  type RunOptions,
} from '../../src/engine/index.ts';
import type { LightningNode } from '../../src/ports.ts';
import { payThrough } from '../sim/pay-through.ts';
import { Square, until } from './square.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Ann pays Bob through us, until our channel to Bob has little left. */
async function busySquare(): Promise<Square> {
  const square = new Square();
  const { network, self, ann, bob } = square;
  for (const channelId of [square.out, square.in]) {
    network.updatePolicy({ channelId, from: self, policy: { feeRatePpm: 1000 } });
  }
  for (let i = 0; i < 16; i++) {
    await square.clock.advance(DAY_MS / 16);
    const channels = [square.out, square.in];
    await payThrough(network, { from: ann, to: bob, channels, amountMsat: 50_000_000n });
  }
  return square;
}

interface Running {
  readonly run: OperatorRun;
  readonly events: OperatorEvent[];
  readonly stop: AbortController;
  /** Events of one kind so far. */
  of<K extends OperatorEvent['kind']>(kind: K): Extract<OperatorEvent, { kind: K }>[];
  /** Waits until there are so many of them. */
  until(kind: OperatorEvent['kind'], count?: number): Promise<void>;
  /** Stops it, and waits until all is read. */
  ended(): Promise<OperatorSummary>;
}

function running(
  square: Square,
  options: RunOptions = {},
  rebalancer: Rebalancer = square.rebalancer(),
): Running {
  const stop = new AbortController();
  const run = rebalancer.run({ planInThread: false, signal: stop.signal, ...options });
  const events: OperatorEvent[] = [];
  const reading = (async () => {
    for await (const event of run) events.push(event);
  })();
  const of: Running['of'] = <K extends OperatorEvent['kind']>(kind: K) =>
    events.filter((event): event is Extract<OperatorEvent, { kind: K }> => event.kind === kind);
  const untilEvent = (kind: OperatorEvent['kind'], count = 1): Promise<void> =>
    until(() => of(kind).length >= count);
  const ended = async (): Promise<OperatorSummary> => {
    stop.abort();
    await reading;
    return run.ended;
  };
  return { run, events, stop, of, until: untilEvent, ended };
}

/** A payment of ours is under way. */
const untilSent = (square: Square): Promise<void> =>
  until(() => {
    const balance = square.network.balances(square.out);
    return balance.balance1Msat + balance.balance2Msat < 10_000_000_000n;
  });

describe('run', () => {
  it('plans, makes the moves, waits, and begins again', async () => {
    const square = await busySquare();
    const before = square.ourSideMsat(square.in);
    const options = { maxMovesPerRound: 1 };
    const { events, ended, of, until: untilEvent } = running(square, options);
    await untilEvent('waiting');
    const movedMsat = (): bigint => square.ourSideMsat(square.in) - before;
    expect(movedMsat()).toBeGreaterThan(0n);
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'progress');
    expect(kinds).toEqual(['planned', 'move_started', 'move_ended', 'waiting']);
    expect(of('move_ended')[0]!.report.outcome.kind).toBe('settled');
    const [waiting] = of('waiting');
    expect(waiting!.untilMs).toBe(square.clock.now() + 10 * MINUTE_MS);
    await square.clock.advance(10 * MINUTE_MS - 1);
    expect(of('planned')).toHaveLength(1);
    await square.clock.advance(1);
    await untilEvent('waiting', 2);
    // What was filled is no source for a while, and what was drained no target.
    const [again] = of('planned').slice(1);
    expect(again!.plan.moves.map(({ outChannelId }) => outChannelId)).not.toContain(square.in);
    const summary = await ended();
    const ends = of('move_ended').map(({ report }) => report);
    expect(summary).toMatchObject({ endedBy: 'signal', rounds: 2, failedRounds: 0 });
    expect(summary.movedMsat).toBe(movedMsat());
    expect(summary.moves).toBe(ends.length);
    expect(summary.feePaidMsat).toBe(ends.reduce((sum, report) => sum + report.feePaidMsat, 0n));
    expect(summary.feePaidMsat).toBeGreaterThan(0n);
  });

  it('sends nothing in a dry run, and prices each move', async () => {
    const square = await busySquare();
    const before = square.ourSideMsat(square.in);
    const { ended, of, until: untilEvent } = running(square, { dryRun: true });
    await untilEvent('waiting');
    expect(await ended()).toMatchObject({ settledMoves: 0, movedMsat: 0n, feePaidMsat: 0n });
    const kinds = of('move_ended').map(({ report }) => report.outcome.kind);
    expect(kinds.length).toBeGreaterThan(0);
    expect(new Set(kinds)).toEqual(new Set(['dry_run']));
    expect(square.ourSideMsat(square.in)).toBe(before);
    expect(await square.store.records()).toEqual([]);
  });

  it('keeps how channels stood, round by round, but not in a dry run', async () => {
    const square = await busySquare();
    const dry = running(square, { dryRun: true });
    await dry.until('waiting');
    await dry.ended();
    expect(await square.store.balances({ sinceMs: 0 })).toEqual([]);
    const off = running(square, { keepBalances: false });
    await off.until('waiting');
    await off.ended();
    expect(await square.store.balances({ sinceMs: 0 })).toEqual([]);
    const { ended, until: untilEvent } = running(square);
    await untilEvent('waiting');
    await ended();
    const [sample, ...more] = await square.store.balances({ sinceMs: 0 });
    expect(more).toEqual([]);
    const ours = new Map(sample!.channels.map((channel) => [channel.channelId, channel]));
    expect([...ours.keys()].sort()).toEqual([square.out, square.in, square.sibling].sort());
    expect(ours.get(square.out)!.capacitySat).toBe(10_000_000n);
    expect(ours.get(square.out)!.localMsat).toBeGreaterThan(5_000_000_000n);
  });

  it('takes other settings while it runs', async () => {
    const square = await busySquare();
    const options = { plan: { exclude: [square.in] }, intervalMs: 60 * MINUTE_MS };
    const { run, ended, of, until: untilEvent } = running(square, options);
    await untilEvent('waiting');
    expect(() => run.adjust({ intervalMs: 1 })).toThrow(RangeError);
    expect(() => run.adjust({ plan: { maxMoves: 0 } })).toThrow(PlanRequestError);
    const plan = { fillAheadMs: 7 * 24 * 60 * MINUTE_MS };
    run.adjust({ plan, intervalMs: MINUTE_MS, maxMovesPerRound: 1 });
    await untilEvent('waiting', 2);
    expect(of('waiting')[1]!.untilMs).toBe(square.clock.now() + MINUTE_MS);
    await square.clock.advance(MINUTE_MS);
    await untilEvent('move_ended');
    await untilEvent('waiting', 3);
    expect(of('move_started')).toHaveLength(1);
    expect(of('planned')[1]!.plan.moves.length).toBeGreaterThan(1);
    await ended();
  });

  it('lets forwards wait where that is asked for, but not in a dry run', async () => {
    const square = await busySquare();
    const dry = running(square, { justInTime: {}, dryRun: true });
    await dry.until('waiting');
    expect(dry.run.justInTime).toBeUndefined();
    await dry.ended();
    expect(dry.of('just_in_time')).toEqual([]);
    const { run, ended, of, until: untilEvent } = running(square, { justInTime: {} });
    await untilEvent('just_in_time');
    expect(of('just_in_time')[0]!.event).toEqual({ kind: 'interception_connected' });
    expect(run.justInTime).toMatchObject({ offered: 0, holding: 0 });
    await ended();
  });

  it('asks what to plan anew each round', async () => {
    const square = await busySquare();
    let exclude = [square.in];
    const plan = () => ({ exclude });
    const { run, stop, of, until: untilEvent } = running(square, { plan, intervalMs: MINUTE_MS });
    await untilEvent('waiting');
    expect(of('move_started')).toEqual([]);
    exclude = [];
    await square.clock.advance(MINUTE_MS);
    await untilEvent('waiting', 2);
    expect(of('move_started').length).toBeGreaterThan(0);
    stop.abort();
    await run.ended;
  });

  it('outlives a node that is away, and comes back to it', async () => {
    const square = await busySquare();
    let away = true;
    const node: LightningNode = {
      ...square.node,
      ownChannels: async () => {
        if (away) throw new Error('the node is away');
        return square.node.ownChannels();
      },
    };
    const { run, stop, of, until: untilEvent } = running(square, {}, square.rebalancer({ node }));
    await untilEvent('round_failed');
    const nowMs = square.clock.now();
    expect(of('round_failed')[0]).toEqual({
      kind: 'round_failed',
      message: 'the node is away',
      failures: 1,
      retryAtMs: nowMs + 5000,
    });
    await square.clock.advance(5000);
    await untilEvent('round_failed', 2);
    expect(of('round_failed')[1]).toMatchObject({ failures: 2, retryAtMs: nowMs + 15_000 });
    away = false;
    await square.clock.advance(10_000);
    await untilEvent('waiting');
    expect(of('move_started').length).toBeGreaterThan(0);
    stop.abort();
    expect(await run.ended).toMatchObject({ rounds: 1, failedRounds: 2 });
  });

  it('ends where the node is closed, for nobody answers any more', async () => {
    const square = await busySquare();
    const closed = Object.assign(new Error('closed'), { code: 'closed' });
    const node: LightningNode = {
      ...square.node,
      ownChannels: () => Promise.reject(closed),
    };
    const { run } = running(square, {}, square.rebalancer({ node }));
    expect(await run.ended).toMatchObject({ endedBy: 'node_closed', failedRounds: 1 });
  });

  it('follows what flies when it is told to stop, and begins nothing more', async () => {
    const square = await busySquare();
    square.network.holdHtlcsAt(square.ann);
    const {
      run,
      stop,
      of,
      ended,
      until: untilEvent,
    } = running(square, { maxMovesPerRound: 2 }, square.rebalancer({ maxConcurrent: 1 }));
    await untilEvent('move_started');
    await untilSent(square);
    stop.abort();
    let isOver = false;
    void run.ended.then(() => {
      isOver = true;
    });
    await square.clock.advance(1000);
    expect(isOver).toBe(false);
    square.network.releaseHtlcs(square.ann);
    expect(await ended()).toMatchObject({ moves: 1, settledMoves: 0, inFlightMoves: 0 });
    // Its invoice was taken back, so it came back.
    expect(of('move_ended')[0]!.report.outcome.kind).toBe('aborted');
  });

  it('ends after the grace, whatever is stuck', async () => {
    const square = await busySquare();
    square.network.holdHtlcsAt(square.ann);
    const options = { maxMovesPerRound: 1 };
    const { stop, ended, of, until: untilEvent } = running(square, options);
    await untilEvent('move_started');
    await untilSent(square);
    stop.abort();
    await until(
      () => of('move_ended').length > 0,
      () => square.clock.advance(1000),
    );
    expect(await ended()).toMatchObject({ moves: 1, inFlightMoves: 1, movedMsat: 0n });
  });

  it('plans before its time when asked, for the channels that are named alone', async () => {
    const square = await busySquare();
    const plan = { exclude: [] as string[] };
    const { run, stop, of, until: untilEvent } = running(square, { plan: () => ({ ...plan }) });
    await untilEvent('waiting');
    run.planSoon('a shortage', [square.out]);
    run.planSoon('another shortage', [square.sibling]);
    await square.clock.advance(10_000);
    await untilEvent('planned', 2);
    const [, second] = of('planned');
    expect(second!.reasons).toEqual(['a shortage', 'another shortage']);
    expect(second!.into).toEqual([square.out, square.sibling]);
    const asTarget = second!.plan.leftOut.find(({ channelId }) => channelId === square.in);
    expect(asTarget?.asTarget.code).toBe('excluded');
    stop.abort();
    await run.ended;
  });

  it('follows what an earlier process has left', async () => {
    const square = await busySquare();
    square.network.holdHtlcsAt(square.ann);
    const first = running(square);
    await first.until('move_started');
    await untilSent(square);
    const { ended, of, until: untilEvent } = running(square, {}, square.rebalancer());
    await untilEvent('resumed');
    square.network.releaseHtlcs(square.ann);
    await untilEvent('resumed_ended');
    expect(of('resumed_ended')[0]!.rebalanceId).toBe(first.of('move_started')[0]!.rebalanceId);
    await Promise.all([ended(), first.ended()]);
  });

  it('ends at once where it was stopped before it began', async () => {
    const square = await busySquare();
    const { run, events } = running(square, { signal: AbortSignal.abort() });
    expect(await run.ended).toMatchObject({ endedBy: 'signal', rounds: 0, moves: 0 });
    expect(events).toEqual([]);
  });

  it('runs once at a time', async () => {
    const square = await busySquare();
    const rebalancer = square.rebalancer();
    const { run, stop } = running(square, {}, rebalancer);
    expect(() => rebalancer.run()).toThrow('this Rebalancer runs already; stop that run first');
    stop.abort();
    await run.ended;
    const again = running(square, { signal: AbortSignal.abort() }, rebalancer);
    expect((await again.run.ended).moves).toBe(0);
  });

  it.each([
    [{ interval: 5 }, 'a run has no option "interval"; there are plan, intervalMs,'],
    [{ intervalMs: 10 }, 'intervalMs must be a number of milliseconds from 1000 to 86400000'],
    [{ maxMovesPerRound: 0 }, 'maxMovesPerRound must be a whole number from 1 to 1000, but is 0'],
    [{ dryRun: 'yes' }, 'dryRun must be true or false, but is yes'],
    [{ signal: {} }, 'signal must be an AbortSignal'],
  ])('refuses what cannot be meant: %o', (options, message) => {
    const square = new Square();
    expect(() => square.rebalancer().run(options as RunOptions)).toThrow(message);
  });

  it('refuses a plan that cannot be meant', () => {
    const plan = { maxMoves: 0 };
    expect(() => new Square().rebalancer().run({ plan })).toThrow(PlanRequestError);
  });
});
