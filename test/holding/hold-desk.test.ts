import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldDesk } from '../../src/holding/hold-desk.ts';
import type { CircuitKey, InterceptionNews, OfferedForward } from '../../src/ports.ts';
import { forward, HEIGHT, IN, OUT, SINK, SOURCE } from '../interceptor/any-forward.ts';
import { testSeed } from '../seeded-random.ts';

const TERMS = { holdMs: 6000, claimMs: 500, cltvMarginBlocks: 6, mostHeld: 2 };

/** A desk, what it has resumed, and what it has told. */
class Setting {
  readonly resumed: CircuitKey[] = [];
  readonly told: InterceptionNews[] = [];
  behind = false;
  readonly desk: HoldDesk;

  constructor() {
    this.desk = new HoldDesk(TERMS, {
      resume: (circuit) => this.resumed.push(circuit),
      tell: (news) => this.told.push(news),
      isBehind: () => this.behind,
    });
    this.order(0);
  }

  order(nowMs: number, blockHeight: number = HEIGHT): void {
    const watched = [{ peer: SINK, channelIds: [OUT], fromMsat: 50_000_000n }];
    this.desk.order({ watched, blockHeight, validMs: 20_000 }, nowMs);
  }

  offer(htlcId: bigint, nowMs: number, fields: Partial<OfferedForward> = {}): CircuitKey {
    const circuit = { channelId: IN, htlcId };
    this.desk.offer(forward({ circuit, ...fields }), nowMs);
    return circuit;
  }

  get passed() {
    return this.desk.takePassed()?.forwards;
  }
}

describe('HoldDesk', () => {
  it.each<[string, Partial<OfferedForward>, string]>([
    ['to others', { outChannelId: SOURCE }, 'unwatched'],
    ['to nobody that it knows', { outChannelId: null }, 'unwatched'],
    ['that are small', { amountOutMsat: 49_999_999n }, 'unwatched'],
    ['that are close to failing', { autoFailHeight: HEIGHT + 5 }, 'late'],
  ])('resumes forwards %s', (_what, fields, count) => {
    const setting = new Setting();
    const circuit = setting.offer(1n, 0, fields);
    expect(setting.resumed).toEqual([circuit]);
    expect(setting.told).toEqual([]);
    expect(setting.passed).toMatchObject({ [count]: 1 });
    expect(setting.passed).toBeUndefined();
  });

  it('asks about watched ones, by channel or by peer, and waits for a claim', () => {
    const setting = new Setting();
    setting.offer(1n, 100);
    const second = setting.offer(2n, 100, { outChannelId: null, outPeer: SINK });
    expect(setting.told.map(({ kind }) => kind)).toEqual(['offered', 'offered']);
    expect(setting.desk.nextDueMs).toBe(600);
    setting.desk.claim(second);
    setting.desk.expire(599);
    expect(setting.resumed).toEqual([]);
    setting.desk.expire(600);
    expect(setting.resumed).toHaveLength(1);
    expect(setting.desk.nextDueMs).toBe(6100);
    setting.desk.expire(6100);
    expect(setting.told.slice(2)).toMatchObject([
      { kind: 'released', cause: 'unclaimed', heldMs: 500 },
      { kind: 'released', cause: 'hold_deadline', heldMs: 6000 },
    ]);
  });

  it('resumes more than it may keep, what nobody reads of, and everything without fresh orders', () => {
    const setting = new Setting();
    setting.offer(1n, 0);
    setting.offer(2n, 0);
    setting.offer(3n, 0);
    expect(setting.passed).toMatchObject({ full: 1 });
    setting.desk.expire(1000);
    setting.behind = true;
    setting.offer(4n, 1000);
    expect(setting.passed).toMatchObject({ full: 1 });
    setting.behind = false;
    setting.offer(5n, 20_000);
    expect(setting.passed).toMatchObject({ unordered: 1 });
  });

  it('asks once about an HTLC, however often it is offered', () => {
    const setting = new Setting();
    const circuit = setting.offer(7n, 0);
    setting.offer(7n, 10);
    expect(setting.resumed).toEqual([]);
    setting.desk.disconnected(20);
    setting.offer(7n, 30);
    setting.offer(6n, 30);
    expect(setting.resumed).toEqual([circuit, { channelId: IN, htlcId: 6n }]);
    expect(setting.told).toHaveLength(2);
    expect(setting.passed).toMatchObject({ repeated: 2 });
  });

  it.each([0, HEIGHT + 200])('never answers what comes from the chain (%s)', (autoFailHeight) => {
    const setting = new Setting();
    const circuit = setting.offer(1n, 0);
    setting.desk.claim(circuit);
    setting.offer(1n, 10, { autoFailHeight });
    setting.offer(2n, 10, { autoFailHeight });
    setting.desk.resume(circuit, 20);
    setting.desk.expire(100_000);
    expect(setting.resumed).toEqual([]);
    expect(setting.told.at(-1)).toMatchObject({ kind: 'released', cause: 'on_chain' });
    expect(setting.passed).toMatchObject({ onChain: 2 });
  });

  it('lets go when blocks come too close', () => {
    const setting = new Setting();
    setting.desk.claim(setting.offer(1n, 0, { autoFailHeight: HEIGHT + 7 }));
    setting.order(10, HEIGHT + 1);
    expect(setting.resumed).toEqual([]);
    setting.order(20, HEIGHT + 2);
    expect(setting.told.at(-1)).toMatchObject({ kind: 'released', cause: 'cltv' });
    expect(setting.resumed).toHaveLength(1);
  });
});

/** What happens to a desk, in any order. */
const anyEvent = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('offer' as const),
      id: fc.integer({ min: 0, max: 30 }),
      large: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('chain' as const),
      id: fc.integer({ min: 0, max: 30 }),
      old: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('claim' as const, 'resume' as const),
      id: fc.integer({ min: 0, max: 30 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.integer({ min: 1, max: 3000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      blocks: fc.integer({ min: 0, max: 180 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disconnect' as const) }) },
);

it('answers each offer once or loses its connection, in time, and tells of each that it asked about', () => {
  let answers = 0;
  let asked = 0;
  const property = fc.property(fc.array(anyEvent, { maxLength: 80 }), (events) => {
    const setting = new Setting();
    const { desk } = setting;
    /** What the node waits for, by id: since when. */
    const waiting = new Map<bigint, number>();
    let taken = 0;
    let nowMs = 0;
    const settle = (): void => {
      for (const { htlcId } of setting.resumed.slice(taken)) {
        expect(waiting.delete(htlcId), `HTLC ${htlcId} was waited for`).toBe(true);
        answers++;
      }
      taken = setting.resumed.length;
    };
    for (const event of events) {
      switch (event.kind) {
        case 'offer': {
          const id = BigInt(event.id);
          // The node offers again only what it is not waiting for.
          if (waiting.has(id)) break;
          waiting.set(id, nowMs);
          setting.offer(id, nowMs, event.large ? {} : { amountOutMsat: 1n });
          break;
        }
        case 'chain': {
          const id = BigInt(event.id);
          // From then on there is nothing to wait for.
          waiting.delete(id);
          setting.offer(id, nowMs, { autoFailHeight: event.old ? 0 : HEIGHT + 200 });
          break;
        }
        case 'claim':
          desk.claim({ channelId: IN, htlcId: BigInt(event.id) });
          break;
        case 'resume':
          desk.resume({ channelId: IN, htlcId: BigInt(event.id) }, nowMs);
          break;
        case 'wait': {
          const untilMs = nowMs + event.ms;
          for (
            let due = desk.nextDueMs;
            due !== undefined && due <= untilMs;
            due = desk.nextDueMs
          ) {
            nowMs = Math.max(nowMs, due);
            desk.expire(nowMs);
            settle();
          }
          nowMs = untilMs;
          break;
        }
        case 'order':
          setting.order(nowMs, HEIGHT + event.blocks);
          break;
        case 'disconnect':
          desk.disconnected(nowMs);
          waiting.clear();
      }
      settle();
      for (const sinceMs of waiting.values())
        expect(nowMs - sinceMs).toBeLessThanOrEqual(TERMS.holdMs);
      expect(waiting.size).toBeLessThanOrEqual(TERMS.mostHeld);
    }
    desk.resumeAll(nowMs);
    settle();
    expect(waiting.size).toBe(0);
    // Offers and releases alternate for each HTLC.
    const open = new Set<bigint>();
    for (const news of setting.told) {
      if (news.kind === 'offered') {
        asked++;
        expect(open.has(news.forward.circuit.htlcId)).toBe(false);
        open.add(news.forward.circuit.htlcId);
      } else if (news.kind === 'released') {
        expect(open.delete(news.circuit.htlcId)).toBe(true);
        expect(news.heldMs).toBeLessThanOrEqual(TERMS.holdMs);
      }
    }
    expect(open.size).toBe(0);
  });
  fc.assert(property, { seed: testSeed(500), numRuns: 1500 });
  expect(asked).toBeGreaterThan(200);
  expect(answers).toBeGreaterThan(1000);
});
