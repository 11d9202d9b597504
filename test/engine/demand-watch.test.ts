import { describe, expect, it } from 'vitest';
import { DemandWatch, type DemandWatchParts } from '../../src/engine/demand-watch.ts';
import type { Shortage } from '../../src/planner/shortage.ts';
import type { DemandState, Log } from '../../src/ports.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { memoryStore } from '../../src/store/index.ts';
import { ownChannel } from '../own-channel.ts';
import { channel, refusedStory, type Story, settledStory, told } from '../planner/htlc-stories.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { failure, ScriptedEvents } from './scripted-events.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

class World {
  readonly clock: VirtualClock = new VirtualClock();
  readonly startMs: number = this.clock.now();
  readonly events: ScriptedEvents = new ScriptedEvents(() => this.clock.now());
  readonly logged: string[] = [];
  readonly store: DemandWatchParts['store'];
  readonly stop: AbortController = new AbortController();
  readonly watch: DemandWatch;
  ended = false;
  #running: Promise<void> | undefined;
  #ids = 0;

  constructor(
    options: {
      readonly store?: DemandWatchParts['store'];
      readonly events?: ScriptedEvents;
      readonly clock?: VirtualClock;
    } = {},
  ) {
    this.store = options.store ?? memoryStore();
    if (options.clock !== undefined) this.clock = options.clock;
    if (options.events !== undefined) this.events = options.events;
    const write =
      (level: string): Log['warn'] =>
      (message, fields) => {
        this.logged.push(`${level}: ${message} (${fields?.['what'] ?? fields?.['reason'] ?? ''})`);
      };
    this.watch = new DemandWatch({
      node: this.events.node(),
      store: this.store,
      clock: this.clock,
      // Pauses of full length.
      entropy: { bytes: (length) => new Uint8Array(length).fill(255) },
      log: { debug: write('debug'), info: write('info'), warn: write('warn') },
    });
  }

  async start(): Promise<void> {
    this.#running = this.watch.start(this.stop.signal).then(() => {
      this.ended = true;
    });
    await this.clock.advance(0);
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.#running;
  }

  story(story: Partial<Story> = {}): Story {
    return { id: this.#ids++, atMs: this.clock.now(), ...story };
  }

  /** Sat that left over the second channel, by kind. */
  sat(kind: 'served' | 'missed'): number {
    const { rows } = this.watch.ledger.state(this.clock.now());
    const row = rows.find((each) => each.kind === kind && each.side === 'out');
    return Math.round((row?.msat ?? 0) / 1000);
  }
}

const settledForward = (story: Story, settledAtMs: number) => {
  const { from, to, amountInMsat, amountOutMsat } = told(story);
  return { settledAtMs, inChannelId: from, outChannelId: to, amountInMsat, amountOutMsat };
};

describe('a node that is listened to', () => {
  it('teaches what is served and what is missed, and how long it was listened to', async () => {
    const world = new World();
    await world.start();
    expect(world.watch.listening).toBe(true);
    world.events.tell(...settledStory(world.story({ outSat: 70_000 })));
    world.events.tell(...refusedStory(world.story({ outSat: 500_000, from: 3 })));
    await world.clock.advance(5_000);
    expect(world.sat('served')).toBeCloseTo(70_000, -2);
    expect(world.sat('missed')).toBeCloseTo(500_000, -2);
    await world.clock.advance(HOUR_MS);
    await world.end();
    const { watched } = world.watch.ledger.state(world.clock.now());
    expect(watched.sinceMs).toBe(world.startMs);
    expect(watched.ms / HOUR_MS).toBeCloseTo(1, 1);
    expect(world.logged).toEqual([]);
  });

  it('is listened to again after every loss, at growing pauses, with one line in the log for each', async () => {
    const world = new World();
    await world.start();
    world.events.refusals.push(...Array.from({ length: 8 }, () => failure('unreachable')));
    world.events.cut(failure('unreachable', 'the connection broke'));
    await world.clock.advance(10 * MINUTE_MS);
    const pauses = world.events.subscribedAtMs
      .slice(1)
      .map((atMs, n) => (atMs - world.events.subscribedAtMs[n]!) / 1000);
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(world.watch.listening).toBe(true);
    expect(world.logged).toEqual([
      'warn: demand is not watched as it should be; trying again (listen to HTLC events)',
    ]);
    // A stream that ends without an error is a loss as well; after a long time the pauses begin anew.
    world.events.cut();
    await world.clock.advance(1_000);
    expect(world.events.subscribedAtMs).toHaveLength(11);
    expect(world.logged).toHaveLength(2);
    const watchedMs = world.watch.ledger.state(world.clock.now()).watched.ms;
    // For 243 of 601 seconds nobody listened.
    expect(watchedMs).toBeGreaterThan(355_000);
    expect(watchedMs).toBeLessThan(359_000);
    await world.end();
  });

  it('is left alone once it is closed', async () => {
    const world = new World();
    await world.start();
    world.events.cut(failure('closed'));
    await world.clock.advance(0);
    expect(world.ended).toBe(true);
    expect(world.watch.listening).toBe(false);
    expect(world.logged).toEqual([]);
  });

  it('is not waited for when it is to end', async () => {
    const world = new World();
    await world.start();
    world.events.cut(failure('unreachable'));
    await world.clock.advance(500);
    await world.end();
    expect(world.events.listened).toBe(false);
    const early = new World();
    early.stop.abort();
    await early.start();
    await early.end();
    expect(early.events.listened).toBe(false);
  });
});

describe('a node that does not tell', () => {
  it('costs one line in the log: without the stream', async () => {
    const events = new ScriptedEvents(() => 0);
    events.capabilities = {
      ...events.capabilities,
      htlcEvents: false,
      reasons: { htlcEvents: 'this node has no such stream' },
    };
    const world = new World({ events });
    await world.start();
    expect(world.ended).toBe(true);
    expect(world.logged).toEqual([
      'info: plans go by the history of forwards alone (this node has no such stream)',
    ]);
    expect(events.subscribedAtMs).toEqual([]);
  });

  it('costs one line: as it turns out', async () => {
    const world = new World();
    world.events.refusals.push(failure('unsupported', 'ask another node'));
    await world.start();
    expect(world.ended).toBe(true);
    expect(world.logged).toEqual([
      'warn: plans go by the history of forwards alone (ask another node)',
    ]);
  });

  it('is asked again every hour where it has no permission, for one line, and listened to once it has', async () => {
    const world = new World();
    const denied = () => failure('permission_denied', 'bake another macaroon');
    world.events.refusals.push(denied(), denied(), denied());
    await world.start();
    await world.clock.advance(2 * HOUR_MS + MINUTE_MS);
    expect(world.ended).toBe(false);
    expect(world.watch.listening).toBe(false);
    const line =
      'warn: demand is not watched as it should be; asking again every hour (be allowed to listen to HTLC events)';
    expect(world.logged).toEqual([line]);
    await world.clock.advance(HOUR_MS);
    expect(world.events.subscribedAtMs.map((atMs) => (atMs - world.startMs) / HOUR_MS)).toEqual([
      0, 1, 2, 3,
    ]);
    expect(world.watch.listening).toBe(true);
    world.events.tell(...settledStory(world.story({ outSat: 10_000 })));
    await world.clock.advance(0);
    expect(world.sat('served')).toBeCloseTo(10_000, -2);
    // What comes later is said again, and other losses are made good as fast as ever.
    world.events.cut(failure('unreachable'));
    await world.clock.advance(1_000);
    expect(world.events.listened).toBe(true);
    world.events.cut(denied());
    await world.clock.advance(0);
    expect(world.logged.filter((each) => each === line)).toHaveLength(2);
    await world.end();
  });
});

describe('forwards that settled while nobody listened', () => {
  it('come from the history, and none counts twice', async () => {
    const world = new World();
    await world.start();
    const seen = world.story({ outSat: 10_000 });
    const lost = world.story({ outSat: 20_000, atMs: world.clock.now() + 2 * MINUTE_MS });
    const late = world.story({ outSat: 40_000, atMs: world.clock.now() + 5 * MINUTE_MS });
    world.events.tell(...settledStory(seen));
    await world.clock.advance(MINUTE_MS);
    expect(world.sat('served')).toBeCloseTo(10_000, -2);
    world.events.cut(failure('unreachable'));
    world.events.refusals.push(...Array.from({ length: 7 }, () => failure('unreachable')));
    world.events.forwards = [seen, lost, late].map((story) =>
      settledForward(story, told(story).atMs + 1_003),
    );
    await world.clock.advance(9 * MINUTE_MS);
    expect(world.watch.listening).toBe(true);
    expect(world.sat('served')).toBeCloseTo(70_000, -2);
    // The node tells of one again, as it may after a restart.
    world.events.tell(...settledStory(late), ...settledStory(seen));
    await world.clock.advance(HOUR_MS);
    expect(world.sat('served')).toBeCloseTo(70_000, -3);
    expect(world.events.historyReadings.length).toBeGreaterThan(4);
    await world.end();
  });

  it('are found though the node adds them to its history late', async () => {
    const world = new World();
    await world.start();
    await world.clock.advance(11 * MINUTE_MS);
    const readAtMs = world.startMs + 10 * MINUTE_MS;
    expect(world.events.historyReadings).toHaveLength(2);
    world.events.forwards = [settledForward(world.story({ outSat: 25_000 }), readAtMs - 14_000)];
    await world.clock.advance(10 * MINUTE_MS);
    expect(world.sat('served')).toBeCloseTo(25_000, -3);
    await world.end();
  });

  it('are asked for until the node can tell', async () => {
    const world = new World();
    await world.start();
    world.events.historyFails = true;
    world.events.forwards = [
      settledForward(world.story({ outSat: 33_000 }), world.clock.now() + MINUTE_MS),
    ];
    await world.clock.advance(30 * MINUTE_MS);
    expect(world.sat('served')).toBe(0);
    expect(world.logged).toHaveLength(1);
    world.events.historyFails = false;
    await world.clock.advance(11 * MINUTE_MS);
    expect(world.sat('served')).toBeGreaterThan(32_900);
    await world.end();
  });

  it('count once where the node could not tell its history for hours', async () => {
    const world = new World();
    await world.start();
    world.events.historyFails = true;
    for (let n = 0; n < 12; n++) {
      const seen = world.story({ outSat: 10_000 });
      world.events.tell(...settledStory(seen));
      world.events.forwards.push(settledForward(seen, told(seen).atMs + 1_003));
      await world.clock.advance(10 * MINUTE_MS);
    }
    expect(world.sat('served')).toBeCloseTo(120_000, -4);
    world.events.historyFails = false;
    await world.clock.advance(11 * MINUTE_MS);
    // All of it was read again.
    expect(world.events.historyReadings.at(-1)).toBe(world.startMs);
    expect(world.sat('served')).toBeCloseTo(120_000, -4);
    await world.end();
  });

  it('count once where the node comes back while it is being asked', async () => {
    const world = new World();
    await world.start();
    world.events.refusals.push(...Array.from({ length: 500 }, () => failure('unreachable')));
    world.events.historyFails = true;
    world.events.cut(failure('unreachable'));
    const lost = world.story({ outSat: 50_000, atMs: world.startMs + 5 * MINUTE_MS });
    world.events.forwards = [settledForward(lost, told(lost).atMs + 1_003)];
    await world.clock.advance(3 * HOUR_MS);
    const answers = Promise.withResolvers<void>();
    world.events.waitFor = answers.promise;
    world.events.historyFails = false;
    await world.clock.advance(11 * MINUTE_MS);
    world.events.refusals.length = 0;
    await world.clock.advance(2 * MINUTE_MS);
    expect(world.watch.listening).toBe(true);
    expect(world.sat('served')).toBe(0);
    answers.resolve();
    await world.clock.advance(HOUR_MS);
    expect(world.sat('served')).toBeCloseTo(50_000, -4);
    await world.end();
  });

  it('come from the history after a restart, too, and what was counted before it stays', async () => {
    const first = new World();
    await first.start();
    const before = first.story({ outSat: 10_000 });
    first.events.tell(
      ...settledStory(before),
      ...refusedStory(first.story({ from: 3, outSat: 300_000 })),
    );
    await first.clock.advance(5 * MINUTE_MS);
    await first.end();
    const downAtMs = first.clock.now();
    await first.clock.advance(3 * HOUR_MS);
    const meanwhile = { ...first.story({ outSat: 50_000 }), atMs: downAtMs + HOUR_MS };
    first.events.forwards = [
      settledForward(before, told(before).atMs + 1000),
      settledForward(meanwhile, told(meanwhile).atMs + 1000),
    ];

    const { clock, store, events } = first;
    const second = new World({ clock, store, events });
    await second.start();
    expect(second.sat('served')).toBeCloseTo(60_000, -4);
    expect(second.sat('missed')).toBeCloseTo(300_000, -4);
    const { watched } = second.watch.ledger.state(clock.now());
    expect(watched.sinceMs).toBe(first.startMs);
    expect(watched.ms).toBeCloseTo(5 * MINUTE_MS, -4);
    await second.end();
  });

  it('come from the history after a restart where it could not be read before, and none counts twice', async () => {
    const first = new World();
    await first.start();
    first.events.historyFails = true;
    const [early, late] = [first.story({ outSat: 10_000 }), { outSat: 40_000 }];
    first.events.tell(...settledStory(early));
    await first.clock.advance(5 * MINUTE_MS);
    first.events.refusals.push(...Array.from({ length: 12 }, () => failure('unreachable')));
    first.events.cut(failure('unreachable'));
    const missed = { ...first.story({ outSat: 20_000 }), atMs: first.clock.now() + MINUTE_MS };
    await first.clock.advance(20 * MINUTE_MS);
    expect(first.watch.listening).toBe(true);
    const seen = first.story(late);
    first.events.tell(...settledStory(seen));
    await first.clock.advance(10 * MINUTE_MS);
    expect(first.sat('served')).toBeCloseTo(50_000, -3);
    await first.end();

    const { clock, store, events } = first;
    events.historyFails = false;
    events.forwards = [early, missed, seen].map((story) =>
      settledForward(story, told(story).atMs + 1_003),
    );
    const second = new World({ clock, store, events });
    await second.start();
    expect(second.sat('served')).toBeCloseTo(70_000, -3);
    expect(events.historyReadings.at(-1)).toBe(first.startMs);
    await clock.advance(HOUR_MS);
    await second.end();
    const third = new World({ clock, store, events });
    await third.start();
    expect(third.sat('served')).toBeCloseTo(70_000, -3);
    await third.end();
  });

  it('are counted once across restarts, however often and wherever it stops', async () => {
    const clock = new VirtualClock();
    const events = new ScriptedEvents(() => clock.now());
    const store = memoryStore();
    const random = new SeededRandom(testSeed(20261212));
    let sat = 0;
    for (let run = 0; run < 12; run++) {
      const world = new World({ clock, store, events });
      await world.start();
      for (let n = 0; n < random.between(1, 25); n++) {
        // Of different amounts, so that each is known for itself.
        const outSat = 10_000 + 100 * run + n;
        const story: Story = { id: 100 * run + n, atMs: clock.now(), outSat };
        if (events.listened && random.chance(0.7)) events.tell(...settledStory(story));
        events.forwards.push(settledForward(story, told(story).atMs + 1_003));
        sat += outSat;
        events.historyFails = random.chance(0.3);
        if (events.listened && random.chance(0.1)) events.cut(failure('unreachable'));
        await clock.advance(random.between(2_000, 4 * MINUTE_MS));
      }
      await world.end();
      await clock.advance(random.between(0, 20 * MINUTE_MS));
    }
    events.historyFails = false;
    const last = new World({ clock, store, events });
    await last.start();
    await clock.advance(11 * MINUTE_MS);
    // Of some hours, next to nothing has decayed; one forward more or less would show.
    const share = last.sat('served') / sat;
    const hours = (clock.now() - events.forwards[0]!.settledAtMs) / HOUR_MS;
    const left = events.forwards.reduce(
      (sum, { settledAtMs, amountOutMsat }) =>
        sum +
        (Number(amountOutMsat) / 1000) * 0.5 ** ((clock.now() - settledAtMs) / (168 * HOUR_MS)),
      0,
    );
    expect(hours).toBeGreaterThan(2);
    expect(share).toBeLessThan(1);
    expect(last.sat('served')).toBeCloseTo(left, -1);
    await last.end();
  });

  it('are read from when an older version had kept last, which kept no other date', async () => {
    const world = new World();
    const keptMs = world.startMs - HOUR_MS;
    await world.store.keepDemand({ rows: [], watched: { sinceMs: 1, ms: 1, atMs: keptMs } });
    const meanwhile = settledForward(world.story({ outSat: 50_000 }), keptMs + MINUTE_MS);
    world.events.forwards = [{ ...meanwhile, settledAtMs: keptMs - 1 }, meanwhile];
    await world.start();
    expect(world.events.historyReadings).toEqual([keptMs]);
    expect(world.sat('served')).toBeCloseTo(50_000, -3);
    await world.end();
  });

  it('are not left unread for a clock that ran years ahead for a while', async () => {
    const world = new World();
    const readToMs = world.startMs + 9000 * HOUR_MS;
    const watched = { sinceMs: 1, ms: 1, atMs: readToMs };
    await world.store.keepDemand({ rows: [], watched, readToMs });
    world.events.refusals.push(...Array.from({ length: 20 }, () => failure('unreachable')));
    await world.start();
    await world.clock.advance(11 * MINUTE_MS);
    expect(world.events.historyReadings[0]).toBe(world.startMs);
    expect((await world.store.demand()).readToMs).toBeLessThanOrEqual(world.clock.now());
    await world.end();
  });

  it('are read again once a clock that ran ahead is set back while they are', async () => {
    class SkewedClock extends VirtualClock {
      aheadMs = 0;
      override now(): number {
        return super.now() + this.aheadMs;
      }
    }
    const clock = new SkewedClock();
    const world = new World({ clock, events: new ScriptedEvents(() => clock.now()) });
    await world.start();
    clock.aheadMs = 9000 * HOUR_MS;
    await clock.advance(11 * MINUTE_MS);
    clock.aheadMs = 0;
    const backMs = clock.now();
    const lost = settledForward(world.story({ outSat: 50_000 }), backMs + MINUTE_MS);
    world.events.forwards = [lost];
    await clock.advance(11 * MINUTE_MS);
    expect(world.events.historyReadings.at(-1)).toBeLessThanOrEqual(backMs + MINUTE_MS);
    expect(world.sat('served')).toBeCloseTo(50_000, -3);
    await world.end();
  });

  it('are not asked for from before the first time that it listens', async () => {
    const world = new World();
    world.events.forwards = [settledForward(world.story(), world.clock.now() - 1)];
    await world.start();
    await world.clock.advance(HOUR_MS);
    expect(world.sat('served')).toBe(0);
    await world.end();
  });
});

describe('what was learnt', () => {
  it('is kept every minute, and at the end', async () => {
    const world = new World();
    await world.start();
    world.events.tell(...refusedStory(world.story({ outSat: 100_000 })));
    await world.clock.advance(MINUTE_MS);
    const rows = async () => (await world.store.demand()).rows.length;
    expect(await rows()).toBe(2);
    world.events.tell(...refusedStory(world.story({ from: 3, to: 4, outSat: 900_000 })));
    await world.clock.advance(1_000);
    expect(await rows()).toBe(2);
    await world.end();
    expect(await rows()).toBe(4);
  });

  it('is not lost for a store that fails, nor is a store that cannot be read in the way', async () => {
    let fails = true;
    const kept: DemandState[] = [];
    const store = {
      demand: async (): Promise<DemandState> => {
        throw Object.assign(new Error('unreadable'), { code: 'corrupt' });
      },
      keepDemand: async (state: DemandState): Promise<void> => {
        if (fails) throw new Error('full');
        kept.push(state);
      },
    };
    const world = new World({ store });
    await world.start();
    world.events.tell(...settledStory(world.story({ outSat: 10_000 })));
    await world.clock.advance(10 * MINUTE_MS);
    fails = false;
    await world.clock.advance(MINUTE_MS);
    expect(kept.at(-1)?.rows).toHaveLength(2);
    expect(world.logged.filter((line) => line.includes('keep'))).toHaveLength(1);
    expect(world.logged).toHaveLength(2);
    await world.end();
  });

  it('stays where the store could not tell of it at first', async () => {
    const earlier = new World();
    await earlier.start();
    earlier.events.tell(...refusedStory(earlier.story({ outSat: 900_000 })));
    await earlier.clock.advance(HOUR_MS);
    await earlier.end();
    const { clock, events } = earlier;
    let fails = 3;
    let kept = 0;
    const store: DemandWatchParts['store'] = {
      demand: async () => {
        if (fails-- > 0) throw new Error('busy');
        return earlier.store.demand();
      },
      keepDemand: async (state) => {
        kept++;
        await earlier.store.keepDemand(state);
      },
    };
    const world = new World({ clock, events, store });
    const readings = events.historyReadings.length;
    await world.start();
    const seen = world.story({ outSat: 10_000 });
    world.events.tell(...settledStory(seen));
    events.forwards = [settledForward(seen, told(seen).atMs + 1_003)];
    await clock.advance(MINUTE_MS);
    expect(world.sat('missed')).toBe(0);
    // Until it is known from when on, the history is not read either.
    expect([kept, events.historyReadings.length]).toEqual([0, readings]);
    await clock.advance(MINUTE_MS);
    expect(kept).toBe(0);
    await clock.advance(MINUTE_MS);
    expect(kept).toBe(1);
    expect(world.sat('missed')).toBeCloseTo(900_000, -4);
    await clock.advance(HOUR_MS);
    expect(world.sat('served')).toBeCloseTo(10_000, -3);
    expect(world.logged).toEqual([
      'warn: demand is not watched as it should be; trying again (load what is known of demand)',
    ]);
    const { watched } = await earlier.store.demand();
    expect(watched.sinceMs).toBe(earlier.startMs);
    expect(watched.ms / HOUR_MS).toBeCloseTo(2, 1);
    await world.end();
  });

  it('is there for plans without anybody listening', async () => {
    const world = new World();
    await world.start();
    world.events.tell(...refusedStory(world.story({ outSat: 900_000 })));
    await world.clock.advance(0);
    await world.end();
    const { store, events, clock } = world;
    const other = new World({ store, events, clock });
    await other.watch.load();
    expect(other.watch.ledger.missed(clock.now())).toHaveLength(2);
    expect(events.subscribedAtMs).toHaveLength(1);
  });
});

describe('a shortage', () => {
  function shortWorld(): World & { readonly told: Shortage[] } {
    const world = Object.assign(new World(), { told: [] as Shortage[] });
    world.events.channels = [1, 2, 3].map((n) =>
      ownChannel({ channelId: channel(n), capacitySat: 10_000_000n }),
    );
    world.watch.onShortage((shortage) => world.told.push(shortage));
    return world;
  }

  const miss = (world: World, outSat: number, more: Partial<Story> = {}): void =>
    world.events.tell(...refusedStory(world.story({ outSat, feeSat: 100, ...more })));

  it('is told within a minute, and not again for a while', async () => {
    const world = shortWorld();
    await world.start();
    const sinceMs = world.clock.now();
    miss(world, 500_000);
    await world.clock.advance(10_000);
    miss(world, 700_000);
    await world.clock.advance(50_000);
    expect(world.told).toEqual([
      {
        channelId: channel(2),
        missedMsat: 1_200_000_000n,
        sinceMs,
        reason: expect.stringContaining('2 payments of 1200000 sat'),
      },
    ]);
    for (let n = 0; n < 10; n++) {
      miss(world, 600_000 + n * 10_000);
      await world.clock.advance(MINUTE_MS);
    }
    expect(world.told).toHaveLength(1);
    expect(world.logged).toHaveLength(1);
    await world.end();
  });

  it('is none where payments find another way, or ask for what is not ours', async () => {
    const world = shortWorld();
    await world.start();
    miss(world, 500_000);
    miss(world, 700_000);
    world.events.tell(...settledStory(world.story({ outSat: 700_000, feeSat: 90, to: 3 })));
    miss(world, 510_000, { to: 9 });
    miss(world, 710_000, { to: 9 });
    await world.clock.advance(2 * MINUTE_MS);
    expect(world.told).toEqual([]);
    await world.end();
  });

  it('is told to all who listen, whatever one of them does, until they have had enough', async () => {
    const world = shortWorld();
    let heard = 0;
    world.watch.onShortage(() => {
      throw new Error('not now');
    });
    const unheard = world.watch.onShortage(() => heard++);
    await world.start();
    const twice = async (n: number): Promise<void> => {
      miss(world, 500_000 + n);
      miss(world, 700_000 + n);
      await world.clock.advance(HOUR_MS);
    };
    await twice(1);
    expect(heard).toBe(1);
    unheard();
    await twice(10_000);
    expect(heard).toBe(1);
    expect(world.told).toHaveLength(2);
    await world.end();
  });
});
