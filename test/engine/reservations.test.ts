import { describe, expect, test } from 'vitest';
import { paymentsOf, Reservations, type ReservationTerms } from '../../src/engine/reservations.ts';
import type { Claim } from '../../src/executor/claims.ts';
import { LiquidityBook } from '../../src/liquidity/liquidity-book.ts';
import { parseChannelId, parsePaymentHash } from '../../src/units/ids.ts';
import { nodeIdOf } from '../graph/make-graph.ts';
import { settleMicrotasks } from '../sim/circle.ts';

const [OUT, IN] = [parseChannelId('1'), parseChannelId('2')];
const PAIR = { outChannelId: OUT, inChannelId: IN };
const HASH = parsePaymentHash('ab'.repeat(32));
const DAY_MS = 86_400_000;

const claim = (rebalanceId: string, fields: Partial<Claim> = {}): Claim => ({
  rebalanceId,
  paymentHash: null,
  ...PAIR,
  amountMsat: 1000n,
  feeMsat: 10n,
  links: [],
  ...fields,
});

const [PEER, OTHER] = [nodeIdOf(1), nodeIdOf(2)];

function reservations(beliefs: ReservationTerms['beliefs'] = new LiquidityBook()): Reservations {
  return new Reservations({
    budget: { perDay: { allMsat: 100n } },
    limits: { maxPerChannel: 8, maxPerPeer: 8, freeSlots: 0 },
    maxAttemptsPerMinute: 60,
    beliefs,
  });
}

/** Whether it has come, without waiting for it. */
async function hasCome(promise: Promise<void>): Promise<boolean> {
  let come = false;
  void promise.then(() => {
    come = true;
  });
  await settleMicrotasks();
  return come;
}

test('one claim for each rebalance, seen by the others alone', () => {
  const held = reservations();
  held.set('a', claim('a'));
  held.set('b', claim('b'));
  held.set('a', claim('a', { paymentHash: HASH }));
  expect(held.others('b')).toEqual([claim('a', { paymentHash: HASH })]);
  expect(held.others('c')).toHaveLength(2);
  expect(paymentsOf(held.others('c'))).toEqual([HASH]);
  held.set('a', null);
  expect(held.others('b')).toEqual([]);
});

test('what is held is held in the beliefs as well, once, until it is released', () => {
  const calls: string[] = [];
  const held = reservations({
    hold: (id, links) => calls.push(`hold ${id}, ${links.length} links`),
    release: (id) => calls.push(`release ${id}`),
  });
  const [from, to] = [OTHER, PEER];
  const links = [{ from, to, amountMsat: 1n }];
  held.set('a', null);
  held.set('a', claim('a', { links }));
  held.set('a', claim('a', { links, paymentHash: HASH }));
  held.lose('a');
  expect(calls).toEqual(['hold a, 1 links']);
  held.set('a', null);
  held.set('a', claim('a'));
  expect(calls.slice(1)).toEqual(['release a', 'hold a, 0 links']);
});

describe('the next change', () => {
  test('comes with a release, and only with one', async () => {
    const held = reservations();
    const { nextChange } = held;
    held.set('a', null);
    held.set('a', claim('a'));
    held.set('a', claim('a', { paymentHash: HASH }));
    expect(await hasCome(nextChange)).toBe(false);
    held.set('a', null);
    expect(await hasCome(nextChange)).toBe(true);
    expect(await hasCome(held.nextChange)).toBe(false);
  });

  test('comes where a claim is lost: it stays, and nobody need wait for it', async () => {
    const held = reservations();
    const { nextChange } = held;
    held.lose('a');
    expect(await hasCome(nextChange)).toBe(false);
    held.set('a', claim('a'));
    expect(held.isLost(claim('a'))).toBe(false);
    held.lose('a');
    expect(await hasCome(nextChange)).toBe(true);
    expect(held.others('b')).toHaveLength(1);
    expect(held.isLost(claim('a'))).toBe(true);
  });

  test('is not missed by one who took it before', async () => {
    const held = reservations();
    held.set('a', claim('a'));
    const { nextChange } = held;
    held.set('a', null);
    expect(await hasCome(nextChange)).toBe(true);
  });
});

test('a reading hears of the claims that were released while it lasted', () => {
  const held = reservations();
  held.set('a', claim('a'));
  held.set('b', claim('b'));
  held.set('c', claim('c'));
  held.set('a', null);
  const [first, second] = [held.beginReading(), held.beginReading()];
  held.set('b', null);
  first.end();
  held.book(claim('c'), 0);
  held.set('c', null);
  const [failed, settled] = [
    { ...claim('b'), settled: false },
    { ...claim('c'), settled: true },
  ];
  expect(first.released).toEqual([failed]);
  expect(second.released).toEqual([failed, settled]);
  // Once booked does not mean for good.
  held.set('c', claim('c'));
  held.set('c', null);
  expect(second.released.at(-1)).toMatchObject({ rebalanceId: 'c', settled: false });
});

describe('the room for fees', () => {
  test("is less what the others put at risk, not one's own", () => {
    const held = reservations();
    held.set('a', claim('a', { feeMsat: 30n }));
    expect(held.feeRoom('b', 0)(PAIR)).toBe(70n);
    expect(held.feeRoom('a', 0)(PAIR)).toBe(100n);
    expect(held.feeRoomAlone(0)(PAIR)).toBe(100n);
    held.lose('a');
    expect(held.feeRoom('b', 0)(PAIR)).toBe(70n);
  });

  test('is less what was booked, on the day of the booking', () => {
    const held = reservations();
    held.set('a', claim('a', { feeMsat: 30n }));
    held.book(claim('a', { feeMsat: 30n }), DAY_MS - 1);
    held.set('a', null);
    expect(held.feeRoom('b', DAY_MS - 1)(PAIR)).toBe(70n);
    expect(held.feeRoomAlone(DAY_MS - 1)(PAIR)).toBe(70n);
    expect(held.feeRoom('b', DAY_MS)(PAIR)).toBe(100n);
  });

  test('is less what earlier processes have paid', () => {
    const held = reservations();
    held.load([{ day: 3, ...PAIR, feeMsat: 60n }]);
    expect(held.feeRoom('a', 3 * DAY_MS)(PAIR)).toBe(40n);
  });
});
