import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChannelDemand } from '../../src/planner/demand.ts';
import { DemandLedger } from '../../src/planner/demand-ledger.ts';
import type { DemandRow, Forward, HtlcEventNews, HtlcRefusal } from '../../src/ports.ts';
import { type ChannelId, parseNodeId } from '../../src/units/ids.ts';
import {
  arrangements,
  channel,
  failedStory,
  orders,
  ownStory,
  refusedStory,
  START_MS,
  type Story,
  settledStory,
  told,
} from './htlc-stories.ts';

const DAY_MS = 86_400_000;

/** In which nothing decays. */
function ledgerOf(news: readonly HtlcEventNews[], nowMs = START_MS): DemandLedger {
  const ledger = new DemandLedger({ halfLifeMs: Number.MAX_SAFE_INTEGER });
  for (const each of news) ledger.observe(each, nowMs);
  return ledger;
}

/** Sums in sat, by kind, channel and side. */
const figures = (ledger: DemandLedger, nowMs = START_MS): Record<string, number> =>
  Object.fromEntries(
    ledger
      .state(nowMs)
      .rows.map(({ kind, channelId, side, msat }): [string, number] => [
        `${kind} ${side} ${numberOf(channelId)}`,
        Math.round(msat) / 1000,
      ])
      .sort(),
  );

const numberOf = (channelId: ChannelId): number => Number((BigInt(channelId) >> 40n) - 100n);

const rowOf = (
  ledger: DemandLedger,
  key: Pick<DemandRow, 'kind' | 'side'> & { readonly of: number },
  nowMs = START_MS,
): DemandRow | undefined =>
  ledger
    .state(nowMs)
    .rows.find(
      ({ kind, side, channelId }) =>
        kind === key.kind && side === key.side && numberOf(channelId) === key.of,
    );

const demandOf = (demand: readonly ChannelDemand[], n: number): ChannelDemand | undefined =>
  demand.find(({ channelId }) => numberOf(channelId) === n);

const forwardOf = (story: Story, settledAfterMs = 1000): Forward => {
  const { from, to, amountInMsat, amountOutMsat, atMs } = told(story);
  return {
    settledAtMs: atMs + settledAfterMs,
    inChannelId: from,
    outChannelId: to,
    amountInMsat,
    amountOutMsat,
  };
};

const listed = (n: number, peer: number, more: { capacitySat?: bigint; alias?: number } = {}) => ({
  channelId: channel(n),
  graphChannelId: channel(more.alias ?? n),
  inboundChannelId: channel(n),
  peer: parseNodeId(`02${peer.toString(16).padStart(64, '0')}`),
  capacitySat: more.capacitySat ?? 10_000_000n,
});

describe('what is counted', () => {
  const settled = { id: 1, from: 1, to: 2, outSat: 100_000, feeSat: 100 };
  const failed = { id: 2, from: 3, to: 4, outSat: 70_000, feeSat: 70 };
  const refused = { id: 3, from: 5, to: 6, outSat: 30_000, feeSat: 30 };
  const STORIES = [settledStory(settled), failedStory(failed), refusedStory(refused)] as const;
  const TRUTH = [
    { 'served in 1': 100_100, 'served out 2': 100_000 },
    { 'failed in 3': 70_070, 'failed out 4': 70_000 },
    { 'missed in 5': 30_030, 'missed out 6': 30_000 },
  ] as const;

  /** What follows from the news that were not lost, whatever their order. */
  function truth(kept: ReadonlySet<HtlcEventNews>): Record<string, number> {
    const has = (part: readonly HtlcEventNews[]): boolean => part.some((each) => kept.has(each));
    const known = STORIES.map((story, kind) =>
      kind === 2 ? has(story.slice(0, 1)) : has(story.slice(0, 1)) && has(story.slice(1)),
    );
    return sorted(Object.assign({}, ...TRUTH.filter((_, kind) => known[kind])));
  }

  function expectTruth(news: readonly HtlcEventNews[]): void {
    const [found, expected] = [figures(ledgerOf(news)), truth(new Set(news))];
    if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found).toEqual(expected);
  }

  it('is the truth in every order of the news', () => {
    let count = 0;
    for (const news of orders(STORIES.flat())) {
      expectTruth(news);
      count++;
    }
    expect(count).toBe(40_320);
  }, 60_000);

  it.each([
    [0, 1, 1_957],
    [0, 2, 326],
    [1, 2, 326],
  ])('is the truth in every order with any of it lost (stories %i and %i)', (one, other, all) => {
    let count = 0;
    for (const news of arrangements([...STORIES[one]!, ...STORIES[other]!])) {
      expectTruth(news);
      count++;
    }
    expect(count).toBe(all);
  });

  it('is the truth in every order with all of a refusal, and one more word, told twice', () => {
    const [settled, , refused] = STORIES;
    let count = 0;
    for (const again of settled) {
      for (const news of orders([...settled, ...refused, ...refused, again])) {
        expectTruth(news);
        count++;
      }
    }
    // Each 8! / 2^3
    expect(count).toBe(3 * 5_040);
  });

  it('is the truth for many forwards told in disorder, some twice, some never', () => {
    const story = fc.record({
      kind: fc.constantFrom('settled', 'failed', 'refused', 'own'),
      from: fc.integer({ min: 1, max: 4 }),
      to: fc.integer({ min: 5, max: 8 }),
      outSat: fc.integer({ min: 1_000, max: 5_000_000 }),
      lost: fc.boolean(),
      late: fc.nat({ max: 12 }),
      twice: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(story, { maxLength: 60 }), fc.nat(), (drawn, shuffle) => {
        const truth = new Map<string, number>();
        const count = (name: string, sat: number): void => {
          truth.set(name, (truth.get(name) ?? 0) + sat);
        };
        const news: { readonly place: number; readonly each: HtlcEventNews }[] = [];
        for (const [id, { kind, lost, late, twice, ...one }] of drawn.entries()) {
          // So far apart that no two can be the same payment.
          const atMs = START_MS + id * 4_000_000;
          const whole = STORY_OF[kind]({ id, ...one, feeSat: 10, atMs });
          const forwards = kind === 'settled' || kind === 'failed';
          // Of two words about the end of a forward, one may be lost.
          const kept = lost && forwards ? whole.filter((_, n) => n !== 1 + (late % 2)) : whole;
          const all = twice ? [...kept, ...kept] : kept;
          for (const [n, each] of all.entries()) {
            news.push({ place: id + ((shuffle * (n + 3) + late * n) % 13), each });
          }
          if (kind === 'own') continue;
          const name = COUNTED_AS[kind];
          count(`${name} in ${one.from}`, one.outSat + 10);
          count(`${name} out ${one.to}`, one.outSat);
        }
        news.sort((a, b) => a.place - b.place);
        const found = figures(ledgerOf(news.map(({ each }) => each)));
        expect(Object.keys(found).sort()).toEqual([...truth.keys()].sort());
        for (const [name, sat] of truth) expect(found[name]! / sat).toBeCloseTo(1, 6);
      }),
      { seed: 20_260_101, numRuns: 300 },
    );
  });

  it.each<[HtlcRefusal, boolean]>([
    ['INSUFFICIENT_BALANCE', true],
    ['HTLC_ADD_FAILED', false],
    ['HTLC_EXCEEDS_MAX', false],
    ['LINK_NOT_ELIGIBLE', false],
    ['NO_DETAIL', false],
    ['CIRCULAR_ROUTE', false],
    ['UNRECOGNIZED', false],
    ['UNKNOWN_INVOICE', false],
  ])('is missed or not: a forward refused with %s', (refusal, missed) => {
    const ledger = ledgerOf(refusedStory({ ...refused, refusal }));
    expect(figures(ledger)).toEqual(missed ? TRUTH[2] : {});
  });

  it('is nothing of our own payments', () => {
    const refusedSend = {
      ...refusedStory(refused)[0]!,
      in: null,
      purpose: 'send',
    } as const;
    expect(figures(ledgerOf([...ownStory({ id: 1 }), refusedSend]))).toEqual({});
  });

  it('is nothing that the node has learnt to say since', () => {
    const ledger = new DemandLedger();
    ledger.observe({ kind: 'unrecognized' }, START_MS);
    ledger.observe({ kind: 'listening' }, START_MS);
    expect(ledger.state(START_MS)).toEqual({
      rows: [],
      watched: { sinceMs: 0, ms: 0, atMs: START_MS },
    });
  });
});

const sorted = (record: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(record).sort());

const STORY_OF = {
  settled: settledStory,
  failed: failedStory,
  refused: refusedStory,
  own: ownStory,
} as const;
const COUNTED_AS = { settled: 'served', failed: 'failed', refused: 'missed' } as const;

describe('what is left out', () => {
  it('less than 1,000 sat', () => {
    expect(figures(ledgerOf(refusedStory({ id: 1, outSat: 999, feeSat: 1 })))).toEqual({});
    expect(figures(ledgerOf(refusedStory({ id: 1, outSat: 1000, feeSat: 1 })))).toMatchObject({
      'missed out 2': 1000,
    });
  });

  it('fees that nobody means to pay', () => {
    expect(figures(ledgerOf(refusedStory({ id: 1, outSat: 10_000, feeSat: 501 })))).toEqual({});
    expect(figures(ledgerOf(refusedStory({ id: 1, outSat: 10_000, feeSat: 500 })))).not.toEqual({});
  });

  it('more than any channel with the peer can hold', () => {
    const ledger = new DemandLedger();
    ledger.setChannels([
      listed(2, 0xb, { capacitySat: 50_000n }),
      listed(3, 0xb, { capacitySat: 100_000n }),
    ]);
    for (const [id, outSat] of [100_001, 100_000].entries()) {
      for (const news of refusedStory({ id, outSat })) ledger.observe(news, START_MS);
    }
    expect(figures(ledger)).toMatchObject({ 'missed out 2': 100_000 });
  });

  it('repeated attempts of a payment, and one that found another way', () => {
    const first = { id: 1, from: 1, to: 2, outSat: 100_000, feeSat: 100 };
    const again = { ...first, id: 2, from: 3, atMs: START_MS + 3_000 };
    const ledger = ledgerOf([...refusedStory(first), ...refusedStory(again)]);
    expect(figures(ledger)).toEqual({ 'missed in 1': 100_100, 'missed out 2': 100_000 });
    for (const news of settledStory({ ...again, id: 3, to: 9 })) ledger.observe(news, START_MS);
    expect(Object.keys(figures(ledger))).toEqual(['served in 3', 'served out 9']);
  });

  it('searches for a balance, on both sides of it', () => {
    const ledger = new DemandLedger();
    let [low, high] = [0, 8_000_000];
    for (let id = 0; id < 10; id++) {
      const outSat = Math.round((low + high) / 2);
      const story = { id, outSat, feeSat: 1, atMs: START_MS + id * 3_000 };
      const passes = outSat <= 3_300_000;
      if (passes) low = outSat;
      else high = outSat;
      for (const news of passes ? failedStory(story) : refusedStory(story)) {
        ledger.observe(news, START_MS);
      }
    }
    expect(figures(ledger)).toEqual({});
  });
});

describe('missed demand', () => {
  const WATCHED_MS = 10 * DAY_MS;
  const NOW_MS = START_MS + WATCHED_MS;
  /** Days of ten as they count, at a half-life of a week. */
  const COUNTED_DAYS = (7 / Math.LN2) * (1 - 0.5 ** (10 / 7));

  function watched(news: readonly HtlcEventNews[]): DemandLedger {
    const ledger = new DemandLedger();
    for (let hour = 0; hour < 240; hour++) {
      ledger.watched(START_MS + hour * 3_600_000, START_MS + (hour + 1) * 3_600_000);
    }
    for (const each of news) ledger.observe(each, NOW_MS);
    return ledger;
  }

  it('is what was missed, by the days that were listened to', () => {
    const story = { id: 1, outSat: 1_000_000, feeSat: 1000, atMs: NOW_MS };
    const [into, out] = watched(refusedStory(story)).missed(NOW_MS);
    expect([numberOf(out!.channelId), numberOf(into!.channelId)].sort()).toEqual([1, 2]);
    const of = (n: number) => demandOf([into!, out!], n)!;
    expect(of(2).out.msatPerDay * COUNTED_DAYS).toBeCloseTo(1e9, -4);
    expect(of(2).out.squaresPerDay * COUNTED_DAYS).toBeCloseTo(1e18, -14);
    expect(of(2).out.feeMsatPerDay! * COUNTED_DAYS).toBeCloseTo(1e6, -2);
    expect(of(2).in.msatPerDay).toBe(0);
    expect(of(1).in.msatPerDay * COUNTED_DAYS).toBeCloseTo(1.001e9, -4);
    // Balance is what it wanted, not room.
    expect(of(1).in.feeMsatPerDay).toBe(0);
  });

  it('of a first hour counts as that of three days', () => {
    const ledger = new DemandLedger();
    ledger.watched(START_MS - 3_600_000, START_MS);
    for (const news of refusedStory({ id: 1, outSat: 1_000_000 })) ledger.observe(news, START_MS);
    const days = (7 / Math.LN2) * (1 - 0.5 ** (3 / 7));
    expect(demandOf(ledger.missed(START_MS), 2)!.out.msatPerDay * days).toBeCloseTo(1e9, 0);
  });

  it('halves in a week', () => {
    const ledger = watched(refusedStory({ id: 1, outSat: 1_000_000, atMs: NOW_MS }));
    const now = rowOf(ledger, { kind: 'missed', side: 'out', of: 2 }, NOW_MS)!;
    const later = rowOf(ledger, { kind: 'missed', side: 'out', of: 2 }, NOW_MS + 7 * DAY_MS)!;
    expect(later.msat / now.msat).toBeCloseTo(0.5, 9);
    expect(later.atMs).toBe(NOW_MS + 7 * DAY_MS);
  });

  it('counts by the part that settles of what goes out to the same peer', () => {
    const stories: HtlcEventNews[] = [];
    let id = 0;
    const tell = (kind: typeof settledStory, count: number, to: number): void => {
      for (let n = 0; n < count; n++) {
        // So far apart that they are different payments.
        const atMs = NOW_MS - 120_000 * (id + 2);
        stories.push(...kind({ id: id++, to, outSat: 10_000 + id, feeSat: 1, atMs }));
      }
    };
    tell(settledStory, 100, 2);
    tell(failedStory, 300, 2);
    tell(settledStory, 100, 3);
    const ledger = watched(stories);
    const share = ledger.settledShare(NOW_MS);
    expect(share(channel(2))).toBeGreaterThan(0.24);
    expect(share(channel(2))).toBeLessThan(0.3);
    expect(share(channel(3))).toBeGreaterThan(0.9);
    // Nothing has gone out there: like the whole node.
    expect(share(channel(4))).toBeGreaterThan(0.35);
    expect(share(channel(4))).toBeLessThan(0.5);
    const before = watched([]);
    for (const [n, to] of [2, 3, 4].entries()) {
      const story = { id: 9000 + n, from: 50 + n, to, outSat: 1_000_000 + n * 7_000, atMs: NOW_MS };
      for (const news of refusedStory(story)) {
        ledger.observe(news, NOW_MS);
        before.observe(news, NOW_MS);
      }
    }
    // Without a word of others all of it counts.
    expect(before.settledShare(NOW_MS)(channel(2))).toBe(1);
    const missed = ledger.missed(NOW_MS);
    const parts = [2, 3].map((n) => demandOf(missed, n)!.out.msatPerDay);
    expect(parts[0]! / parts[1]!).toBeCloseTo(share(channel(2)) / share(channel(3)), 1);
    // Where it came in, as what else came in there: of these nothing has gone out, so like the whole node.
    const into = demandOf(missed, 50)!.in.msatPerDay;
    expect(into / demandOf(before.missed(NOW_MS), 50)!.in.msatPerDay).toBeLessThan(0.5);
  });

  it('is that of one channel, by whatever ids it goes', () => {
    const ledger = new DemandLedger();
    ledger.setChannels([listed(2, 0xb, { alias: 77 }), listed(3, 0xc)]);
    const [first, second] = [
      refusedStory({ id: 1, to: 77, outSat: 100_000 }),
      refusedStory({ id: 2, from: 3, to: 2, outSat: 300_000 }),
    ];
    for (const news of [...first, ...second]) ledger.observe(news, START_MS);
    expect(figures(ledger)).toMatchObject({ 'missed out 2': 400_000 });
    expect(
      ledger
        .missed(START_MS)
        .map(({ channelId }) => numberOf(channelId))
        .sort(),
    ).toEqual([1, 2, 3]);
  });

  it('has nothing of what was served', () => {
    const story = { id: 1, outSat: 1_000_000, feeSat: 1000, atMs: NOW_MS };
    const ledger = watched([
      ...settledStory(story),
      ...refusedStory({ ...story, id: 2, from: 3, outSat: 600_000 }),
    ]);
    const missed = ledger.missed(NOW_MS);
    expect(demandOf(missed, 2)!.out.msatPerDay * COUNTED_DAYS).toBeCloseTo(0.6e9, -4);
    expect(demandOf(missed, 1)).toBeUndefined();
  });
});

describe('the history of forwards', () => {
  it('fills in what no event has told of, and nothing twice', () => {
    const stories = [1, 2, 3].map((id) => ({
      id,
      outSat: 100_000 + id,
      atMs: START_MS + id * 500,
    }));
    const ledger = ledgerOf([
      ...settledStory(stories[0]!),
      // Of the second it is not known when it went out.
      ...settledStory(stories[1]!).slice(1),
    ]);
    const history = {
      sinceMs: START_MS,
      forwards: stories.map((story) => forwardOf(story, 1_007)),
    };
    const nowMs = START_MS + 60_000;
    ledger.takeHistory(history, nowMs);
    const all = { 'served in 1': 300_306, 'served out 2': 300_006 };
    expect(figures(ledger)).toEqual(all);
    ledger.takeHistory(history, nowMs);
    expect(figures(ledger)).toEqual(all);
    // The event was late.
    for (const news of settledStory(stories[2]!)) ledger.observe(news, nowMs);
    for (const news of settledStory(stories[1]!)) ledger.observe(news, nowMs);
    expect(figures(ledger)).toEqual(all);
  });

  it('shows that a missed payment was served after all', () => {
    const story = { id: 1, outSat: 100_000, feeSat: 100 };
    const ledger = ledgerOf(refusedStory(story));
    ledger.takeHistory({ sinceMs: START_MS, forwards: [forwardOf({ ...story, to: 9 })] }, START_MS);
    expect(ledger.missed(START_MS)).toEqual([]);
  });
});

describe('what is kept', () => {
  it('goes on from where it stood, with what could still have changed', () => {
    const ledger = new DemandLedger();
    ledger.watched(START_MS - DAY_MS, START_MS);
    const stories = [
      ...settledStory({ id: 1 }),
      ...failedStory({ id: 2, from: 3, to: 4, outSat: 60_000 }),
      ...refusedStory({ id: 5, from: 6, to: 7, outSat: 33_000 }),
    ];
    for (const news of stories) ledger.observe(news, START_MS);
    const nowMs = START_MS + 5_000;
    const state = ledger.state(nowMs);
    expect(state.rows).toHaveLength(6);
    expect(state.watched).toMatchObject({ sinceMs: START_MS - DAY_MS, atMs: nowMs });
    const again = new DemandLedger();
    again.addKept(state);
    expect(again.state(nowMs)).toEqual(state);
    const later = nowMs + 9 * DAY_MS;
    const { rows } = again.state(later);
    expect(rows).toHaveLength(6);
    for (const [n, row] of ledger.state(later).rows.entries()) {
      expect(rows[n]!.msat / row.msat).toBeCloseTo(1, 9);
      expect(rows[n]!.squares / row.squares).toBeCloseTo(1, 9);
    }
  });

  it('is added to what was observed before it was there', () => {
    const [before, after] = [new DemandLedger(), new DemandLedger()];
    before.watched(START_MS - DAY_MS, START_MS);
    for (const news of refusedStory({ id: 1, outSat: 33_000 })) before.observe(news, START_MS);
    after.watched(START_MS, START_MS + DAY_MS / 2);
    for (const news of refusedStory({ id: 2, outSat: 50_000 })) after.observe(news, START_MS);
    after.addKept(before.state(START_MS));
    expect(figures(after)).toEqual({ 'missed in 1': 83_200, 'missed out 2': 83_000 });
    const { sinceMs, ms } = after.state(START_MS).watched;
    expect(sinceMs).toBe(START_MS - DAY_MS);
    expect(ms / DAY_MS).toBeGreaterThan(1.4);
  });

  it('leaves out what the history is to tell again, so that it counts once for whoever goes on', () => {
    const stories = [0, 60_000].map((afterMs, n) => ({
      id: n,
      outSat: 100_000,
      atMs: START_MS + afterMs,
    }));
    const ledger = ledgerOf(stories.flatMap(settledStory));
    const readToMs = START_MS + 30_000;
    const nowMs = START_MS + 90_000;
    const state = ledger.state(nowMs, readToMs);
    expect(state.readToMs).toBe(readToMs);
    const again = new DemandLedger({ halfLifeMs: Number.MAX_SAFE_INTEGER });
    again.addKept(state);
    expect(figures(again, nowMs)).toMatchObject({ 'served out 2': 100_000 });
    const history = { sinceMs: readToMs, forwards: [forwardOf(stories[1]!)] };
    again.takeHistory(history, nowMs);
    expect(figures(again, nowMs)).toEqual(figures(ledger, nowMs));
    // Where there is no history, nothing is left out.
    expect(ledger.state(nowMs)).not.toHaveProperty('readToMs');
  });

  it('is forgotten when next to nothing is left of it', () => {
    const ledger = new DemandLedger();
    for (const news of settledStory({ id: 1 })) ledger.observe(news, START_MS);
    expect(ledger.state(START_MS + 250 * DAY_MS).rows).toEqual([]);
  });

  it('stays bounded over a long time of busy forwarding', () => {
    const ledger = new DemandLedger();
    for (let id = 0; id < 12_000; id++) {
      const atMs = START_MS + id * 100;
      const story = {
        id,
        from: id % 9,
        to: 10 + (id % 7),
        outSat: 1_000 + ((id * 7919) % 90_000),
        atMs,
      };
      const tell = [settledStory, failedStory, refusedStory][id % 3]!;
      for (const news of tell(story)) ledger.observe(news, atMs);
    }
    expect(ledger.state(START_MS + 1_200_000).rows.length).toBeLessThanOrEqual(6 * 16);
    expect(ledger.recentlyMissed().length).toBeLessThanOrEqual(5_000);
  });
});
