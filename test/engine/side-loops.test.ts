/** What goes on beside the rounds of a run. */
import { describe, expect, it } from 'vitest';
import type { DemandWatch } from '../../src/engine/demand-watch.ts';
import type { JustInTime } from '../../src/engine/just-in-time.ts';
import type {
  JustInTimeEvent,
  JustInTimeFigures,
  JustInTimeOptions,
} from '../../src/engine/just-in-time-options.ts';
import { RecentEvents } from '../../src/engine/recent-events.ts';
import { type SideLoopParts, SideLoops, type SideLoopTerms } from '../../src/engine/side-loops.ts';
import type { Shortage } from '../../src/planner/shortage.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { parseChannelId } from '../../src/units/ids.ts';

const CHANNEL = parseChannelId('1');
const FIGURES: JustInTimeFigures = {
  offered: 2,
  held: 1,
  holding: 1,
  saved: 1,
  lost: 0,
  earnedMsat: 5n,
  spentMsat: 3n,
  longestHoldMs: 100,
};

/** One that goes on until it is told to end, or to fail. */
class FakeWaiting {
  readonly events = new RecentEvents<JustInTimeEvent>({
    most: 8,
    missed: (count) => ({ kind: 'events_missed', count }),
  });
  readonly options: JustInTimeOptions;
  readonly figures = FIGURES;
  readonly #end = Promise.withResolvers<void>();

  constructor(options: JustInTimeOptions) {
    this.options = options;
  }

  fail(error: Error): void {
    this.#end.reject(error);
  }

  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#end.resolve());
    this.events.add({ kind: 'interception_connected' });
    await this.#end.promise.finally(() => this.events.close());
  }
}

function loops(terms: Partial<SideLoopTerms> = {}) {
  const clock = new VirtualClock();
  const said: unknown[] = [];
  const waiting: FakeWaiting[] = [];
  let tell: ((shortage: Shortage) => void) | undefined;
  let listened = false;
  const demand = {
    onShortage: (listener: (shortage: Shortage) => void) => {
      tell = listener;
      return () => {
        tell = undefined;
      };
    },
    start: async (signal: AbortSignal) => {
      listened = true;
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  };
  let kept = 0;
  const parts: SideLoopParts = {
    clock,
    log: { debug: () => {}, info: () => {}, warn: (message) => void said.push(message) },
    demand: demand as unknown as DemandWatch,
    justInTime: (options) => {
      const fake = new FakeWaiting(options);
      waiting.push(fake);
      return fake as unknown as JustInTime;
    },
    keepBalances: async () => {
      kept++;
      throw new Error('a full disk');
    },
  };
  const side = new SideLoops(parts, {
    watchDemand: true,
    justInTime: {},
    keepsBalances: true,
    onShortage: (shortage) => void said.push(shortage),
    onJustInTime: ({ kind }) => void said.push(kind),
    onFailure: (failure) => void said.push(failure),
    ...terms,
  });
  const stop = new AbortController();
  const ended = side.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await ended;
  };
  return {
    side,
    clock,
    said,
    waiting,
    end,
    shortage: (shortage: Shortage) => tell?.(shortage),
    listened: () => listened,
    kept: () => kept,
  };
}

describe('beside the rounds', () => {
  it('demand is watched, and shortages are told until the end', async () => {
    const { said, shortage, listened, end } = loops({ justInTime: false });
    const short = { channelId: CHANNEL, missedMsat: 1n, sinceMs: 0, reason: 'x' };
    shortage(short);
    expect(said).toEqual([short]);
    expect(listened()).toBe(true);
    await end();
    shortage(short);
    expect(said).toHaveLength(1);
  });

  it('nothing is done that was not asked for', async () => {
    const terms = { watchDemand: false, justInTime: false, keepsBalances: false } as const;
    const { side, listened, waiting, kept, end } = loops(terms);
    side.keepBalances();
    await end();
    expect([listened(), waiting.length, kept(), side.figures]).toEqual([false, 0, 0, undefined]);
  });

  it('forwards wait, and what the last plan reckons is known there', async () => {
    const { side, said, waiting, clock, end } = loops({ justInTime: { holdMs: 4000 } });
    await clock.advance(0);
    expect(said).toEqual(['interception_connected']);
    const { holdMs, worthPpm } = waiting[0]!.options;
    expect(holdMs).toBe(4000);
    expect(worthPpm!(CHANNEL)).toBe(0);
    side.reckon(new Map([[CHANNEL, 250]]));
    expect(worthPpm!(CHANNEL)).toBe(250);
    expect(side.figures).toEqual(FIGURES);
    await end();
  });

  it('a failure is told, and tried again later and later; figures add up', async () => {
    const { side, said, waiting, clock, end } = loops();
    await clock.advance(0);
    said.length = 0;
    const failure = (inMs: number) => ({ message: 'no', retryAtMs: clock.now() + inMs });
    waiting[0]!.fail(new Error('no'));
    await clock.advance(0);
    expect(said).toEqual(['forwards do not wait for rebalances', failure(60_000)]);
    expect(side.figures).toEqual(FIGURES);
    await clock.advance(60_000);
    expect(waiting).toHaveLength(2);
    expect(side.figures).toEqual({
      ...FIGURES,
      offered: 4,
      held: 2,
      saved: 2,
      earnedMsat: 10n,
      spentMsat: 6n,
    });
    waiting[1]!.fail(new Error('no'));
    await clock.advance(0);
    expect(said.at(-1)).toEqual(failure(120_000));
    await clock.advance(119_999);
    expect(waiting).toHaveLength(2);
    await clock.advance(1);
    expect(waiting).toHaveLength(3);
    // One that has gone on for long begins with the shortest wait again.
    await clock.advance(700_000);
    waiting[2]!.fail(new Error('no'));
    await clock.advance(0);
    expect(said.at(-1)).toEqual(failure(60_000));
    await end();
  });

  it('a node that was closed is not asked again', async () => {
    const { said, waiting, clock, end } = loops();
    await clock.advance(0);
    waiting[0]!.fail(Object.assign(new Error('closed'), { code: 'closed' }));
    await clock.advance(10_000_000);
    expect(waiting).toHaveLength(1);
    expect(said).toEqual(['interception_connected']);
    await end();
  });

  it('balances that cannot be kept are told of, and no more', async () => {
    const { side, said, kept, clock, end } = loops({ justInTime: false });
    side.keepBalances();
    await clock.advance(0);
    expect([kept(), said]).toEqual([1, ['balances were not kept']]);
    await end();
  });
});
