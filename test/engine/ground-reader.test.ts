import { describe, expect, test } from 'vitest';
import { nodesGraph } from '../../src/engine/graph-source.ts';
import { GroundReader } from '../../src/engine/ground-reader.ts';
import { guardedLog } from '../../src/engine/guarded-log.ts';
import { Reservations } from '../../src/engine/reservations.ts';
import type { Claim } from '../../src/executor/claims.ts';
import { LiquidityBook } from '../../src/liquidity/liquidity-book.ts';
import type { OwnChannel } from '../../src/ports.ts';
import { hashOf } from '../executor/machine-harness.ts';
import { settleMicrotasks } from '../sim/circle.ts';
import { AMOUNT_MSAT, Square } from './square.ts';

/** A node whose list of channels is given by hand. */
function world() {
  const square = new Square();
  const { clock } = square;
  const asked: PromiseWithResolvers<readonly OwnChannel[]>[] = [];
  const node = {
    ...square.node,
    ownChannels: () => {
      const answer = Promise.withResolvers<readonly OwnChannel[]>();
      asked.push(answer);
      return answer.promise;
    },
  };
  const log = guardedLog(undefined);
  const reservations = new Reservations({
    budget: {},
    limits: { maxPerChannel: 8, maxPerPeer: 8, freeSlots: 0 },
    maxAttemptsPerMinute: 60,
    beliefs: new LiquidityBook(),
  });
  const graph = nodesGraph({ node, clock, log, maxAgeMs: 600_000 });
  const reader = new GroundReader({ node, clock, reservations, graph });
  const claim: Claim = {
    rebalanceId: 'a',
    paymentHash: hashOf(1),
    outChannelId: square.out,
    inChannelId: square.in,
    amountMsat: AMOUNT_MSAT,
    feeMsat: 0n,
    links: [],
  };
  return { square, asked, reservations, reader, claim, clock };
}

describe('callers at the same time', () => {
  test('share a reading that begins after each of them has asked', async () => {
    const { reader, asked } = world();
    const first = reader.read({ fresh: true });
    await settleMicrotasks();
    const [second, third] = [reader.read({ fresh: true }), reader.read({ fresh: true })];
    await settleMicrotasks();
    expect(asked).toHaveLength(1);
    asked[0]!.resolve([]);
    const read = await first;
    await settleMicrotasks();
    expect(asked).toHaveLength(2);
    asked[1]!.resolve([]);
    expect(await second).toBe(await third);
    expect(await second).not.toBe(read);
  });

  test('a reading that fails is that of those who shared it, and nobody else', async () => {
    const { reader, asked } = world();
    const first = reader.read({ fresh: false });
    const second = reader.read({ fresh: false });
    const failures = Promise.allSettled([first, second]);
    await settleMicrotasks();
    asked[0]!.reject(new Error('no answer'));
    await settleMicrotasks();
    asked[1]!.resolve([]);
    expect((await failures).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await reader.read({ fresh: false })).toBe(await second);
  });
});

describe('a reading from before', () => {
  test('is good for a second, unless it has to be fresh', async () => {
    const { reader, asked, clock } = world();
    const first = reader.read({ fresh: false });
    await settleMicrotasks();
    asked[0]!.resolve([]);
    await first;
    await clock.advance(999);
    expect(await reader.read({ fresh: false })).toBe(await first);
    const fresh = reader.read({ fresh: true });
    await settleMicrotasks();
    asked[1]!.resolve([]);
    expect(await fresh).not.toBe(await first);
    await clock.advance(1000);
    const later = reader.read({ fresh: false });
    await settleMicrotasks();
    expect(asked).toHaveLength(3);
    asked[2]!.resolve([]);
    await later;
  });

  test('goes on hearing of claims that are released', async () => {
    const { reader, asked, reservations, claim } = world();
    reservations.set('a', claim);
    const first = reader.read({ fresh: false });
    await settleMicrotasks();
    asked[0]!.resolve([]);
    const { released } = await first;
    expect(released).toEqual([]);
    reservations.set('a', null);
    expect((await reader.read({ fresh: false })).released).toEqual([{ ...claim, settled: false }]);
    const fresh = reader.read({ fresh: true });
    await settleMicrotasks();
    asked[1]!.resolve([]);
    expect((await fresh).released).toEqual([]);
  });
});
