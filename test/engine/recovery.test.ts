import { describe, expect, test } from 'vitest';
import { openJournal } from '../../src/engine/recovery.ts';
import { Reservations } from '../../src/engine/reservations.ts';
import { SteadyClock } from '../../src/engine/steady-clock.ts';
import { Failure } from '../../src/generated/messages/failure.ts';
import { LiquidityBook } from '../../src/liquidity/liquidity-book.ts';
import type {
  AttemptRecord,
  JournalRecord,
  LightningNode,
  PaymentRecord,
} from '../../src/ports.ts';
import { memoryStore } from '../../src/store/index.ts';
import { IN, OUT, SELF, terms } from '../executor/circle-network.ts';
import { MachineHarness } from '../executor/machine-harness.ts';
import { Square } from './square.ts';

const DAY_MS = 86_400_000;
const PAIR = { outChannelId: OUT, inChannelId: IN };

/** What a rebalance writes that is sent twice: the first attempt fails, the second one ends so. */
function journalOf(rebalanceId: string, last: 'not_sent' | 'settled' | 'none'): JournalRecord[] {
  const machine = new MachineHarness(terms({ rebalanceId, maxAttempts: 2 }));
  machine.run();
  machine.take('send');
  const failure = Failure.fromPartial({ code: 1, failureSourceIndex: 3 });
  machine.give({ kind: 'sent', outcome: { kind: 'failed', failure, attemptId: 1n } });
  machine.run();
  if (last === 'none') return machine.journal;
  machine.take('send');
  const outcome =
    last === 'settled'
      ? ({ kind: 'settled', preimage: new Uint8Array(32), attemptId: 2n } as const)
      : ({ kind: 'not_sent', reason: 'not seen' } as const);
  machine.give({ kind: 'sent', outcome });
  machine.run();
  return machine.journal;
}

type Of<Kind extends JournalRecord['kind']> = Extract<JournalRecord, { kind: Kind }>;
const intentsOf = (records: readonly JournalRecord[]): Of<'intent'>[] =>
  records.filter((record): record is Of<'intent'> => record.kind === 'intent');

const underWay = (
  { paymentHash, route }: Of<'intent'>,
  ...states: AttemptRecord['state'][]
): PaymentRecord => ({
  paymentHash,
  state: 'in_flight',
  valueMsat: 1n,
  attempts: states.map((state, i) => ({
    attemptId: BigInt(i + 2),
    state,
    route,
    attemptTimeNs: 1n,
    failure: null,
    preimage: null,
  })),
});

async function open(
  records: readonly JournalRecord[],
  options: { readonly payments?: readonly PaymentRecord[]; readonly nodeFails?: boolean } = {},
) {
  const square = new Square();
  const store = memoryStore();
  if (records.length > 0) await store.commit(records);
  const node: LightningNode = {
    ...square.node,
    info: async () => ({ ...(await square.node.info()), nodeId: SELF }),
    unfinishedPayments: async () => {
      if (options.nodeFails === true) throw new Error('unreachable');
      return options.payments ?? [];
    },
  };
  const warnings: string[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warn: (message: string) => warnings.push(message),
  };
  const reservations = new Reservations({
    budget: { ever: { allMsat: 1_000_000n } },
    limits: { maxPerChannel: 8, maxPerPeer: 8, freeSlots: 0 },
    maxAttemptsPerMinute: 60,
    beliefs: new LiquidityBook(),
  });
  const dates = new SteadyClock({ now: () => 0 });
  const left = await openJournal({ node, store, reservations, dates, log });
  const phases = left.map(({ rebalanceId, first }) => [rebalanceId, first.state.phase]);
  return { left, phases, warnings, dates, reservations };
}

test('an empty journal leaves nothing behind', async () => {
  expect((await open([])).left).toEqual([]);
});

test('each rebalance without an end is taken up, though their records are mixed', async () => {
  const [a, b] = [journalOf('a', 'none'), journalOf('b', 'none').slice(0, 2)];
  const mixed = [a[0]!, b[0]!, b[1]!, ...a.slice(1), ...journalOf('c', 'settled')];
  expect((await open(mixed)).phases).toEqual([
    ['a', 'tracking'],
    ['b', 'cancelling'],
  ]);
});

test('what was paid counts towards the budget, and its day is not ahead of now', async () => {
  const records = journalOf('c', 'settled').map((record) => ({ ...record, atMs: 5 * DAY_MS + 7 }));
  const { reservations, dates } = await open(records);
  const { feeMsat } = intentsOf(records).at(-1)!;
  expect(feeMsat).toBeGreaterThan(0n);
  expect(reservations.feeRoomAlone(dates.now())(PAIR)).toBe(1_000_000n - feeMsat);
  expect(dates.now()).toBe(5 * DAY_MS);
});

test('what was written last is not ahead of now', async () => {
  const records = journalOf('a', 'none').map((record) => ({ ...record, atMs: 5 * DAY_MS + 7 }));
  expect((await open(records)).dates.now()).toBe(5 * DAY_MS + 7);
});

describe('a payment that the node has under way', () => {
  const ended = journalOf('a', 'not_sent');
  const [first, last] = intentsOf(ended) as [Of<'intent'>, Of<'intent'>];

  test('is followed, though its rebalance had ended: as it stood before', async () => {
    const { phases, left, warnings } = await open(ended, {
      payments: [underWay(last, 'in_flight')],
    });
    expect(phases).toEqual([['a', 'tracking']]);
    const [{ first: step }] = left as [(typeof left)[0]];
    expect(step.state).toMatchObject({
      live: { attempt: 2, paymentHash: last.paymentHash },
      run: { attempts: [{ attempt: 1 }], invoice: { paymentHash: last.paymentHash } },
    });
    expect(warnings).toHaveLength(1);
  });

  test('and an earlier one of the same rebalance: that one, not the later', async () => {
    const { left } = await open(ended, { payments: [underWay(first, 'failed', 'in_flight')] });
    expect(left[0]?.first.state).toMatchObject({
      phase: 'tracking',
      live: { attempt: 1, paymentHash: first.paymentHash },
      run: { invoice: { paymentHash: first.paymentHash, lastAttemptId: null } },
    });
  });

  test('without an HTLC holds nothing: lnd keeps those until it restarts', async () => {
    for (const payment of [underWay(last), underWay(last, 'failed')]) {
      expect((await open(ended, { payments: [payment] })).phases).toEqual([]);
    }
  });

  test('and settled is booked already', async () => {
    const settled = journalOf('a', 'settled');
    const payment = underWay(intentsOf(settled).at(-1)!, 'settled', 'in_flight');
    expect((await open(settled, { payments: [payment] })).phases).toEqual([]);
  });

  test('of an unfinished rebalance is taken up once', async () => {
    const records = journalOf('a', 'none');
    const payment = underWay(intentsOf(records).at(-1)!, 'in_flight');
    expect((await open(records, { payments: [payment] })).phases).toEqual([['a', 'tracking']]);
  });

  test("and not ours is somebody else's", async () => {
    const foreign = { ...last, paymentHash: intentsOf(journalOf('z', 'none'))[0]!.paymentHash };
    const payment = underWay({ ...foreign, paymentHash: 'ee'.repeat(32) as never }, 'in_flight');
    expect((await open(ended, { payments: [payment] })).phases).toEqual([]);
  });
});

test('a node that does not list its payments does not keep the journal shut', async () => {
  const { phases, warnings } = await open(journalOf('a', 'none'), { nodeFails: true });
  expect(phases).toEqual([['a', 'tracking']]);
  expect(warnings).toHaveLength(1);
});

test("another node's journal is refused before anything is taken for never sent", async () => {
  const records = journalOf('a', 'none').map((record) =>
    record.kind === 'start'
      ? { ...record, self: terms().self.replace(/.$/, '0') as never }
      : record,
  );
  await expect(open(records)).rejects.toThrow(/connect that node, or use another store/);
});
